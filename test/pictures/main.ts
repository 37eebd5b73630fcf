/**
 * `deno task pictures` runs this, too: what an operator sees in a terminal, as SVG, in docs/pictures; with `--to DIR` 80 and
 * 140 columns wide, to be looked at. Works on an embedded cluster of its own, which is gone at the end.
 */
import { hostname, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ansiSvg } from "./ansi_svg.ts";
import { ROOT, writeDeno } from "./deno_in_path.ts";
import { Tmux } from "./tmux.ts";

const ROWS = 40;

/** The prompt below what was printed. */
const DONE = /\n\$ ?\n*$/;

/** A stack with a question, which the bundled example has none of, and one with a slip of the pen. */
const STACKS: Readonly<Record<string, string>> = {
  "shop/compose.yaml": `services:
  web:
    image: shop/web
    build: .
    ports: ["8080:80"]
    volumes: ["./config:/etc/web"]
  worker:
    image: shop/worker:2.1
    network_mode: host
`,
  "shop/decisions.yaml": "engine: none\n",
  "shop/Dockerfile": "FROM scratch\n",
  "slip/compose.yaml": `services:
  web:
    image: shop/web:1.4
    prots: ["8080:80"]
    depends_on: [bd]
  db:
    image: postgres:16
`,
  "slip/decisions.yaml": "engine: none\n",
};

interface Scene {
  readonly name: string;
  readonly line: string;
  /** What shows that the picture can be taken. */
  readonly until: RegExp;
  /** Keys that end what goes on. */
  readonly end?: readonly string[];
}

/** Of what the files say alone. */
const BEFORE: readonly Scene[] = [
  { name: "check", line: "deno task check", until: DONE },
  { name: "question", line: "deno task decide --stack shop", until: /Answer \[1\]: *\n*$/, end: ["C-c"] },
  { name: "failure", line: "deno task migrate --stack slip --dry-run", until: DONE },
];

/** In this order on one cluster: what one does the next one sees. */
const ON_CLUSTER: readonly Scene[] = [
  { name: "plan", line: "deno task migrate --dry-run", until: DONE },
  { name: "midway", line: "deno task migrate", until: /^ +… \w+ \w+\/[\w-]+: /m },
  { name: "status", line: "deno task status", until: DONE },
];

async function takeAll(columns: number, to: string): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "terminal-" });
  for (const [path, text] of Object.entries(STACKS)) {
    await Deno.mkdir(join(home, dirname(path)), { recursive: true });
    await Deno.writeTextFile(join(home, path), text);
  }
  await writeDeno(home);
  const environment = { KUBECONFIG: "", INIT_CWD: home, COMPOSE_FERRY_CLUSTER: join(home, "cluster") };
  await using terminal = await Tmux.start(columns, ROWS, environment);
  await terminal.type(`PATH=${home}:$PATH; cd ${home}`);
  await takeEach(terminal, BEFORE, columns, to);
  await terminal.type("clear; deno task cluster reset; deno task cluster up");
  await terminal.until(/cluster runs at[^]*\n\$ ?\n*$/);
  await takeEach(terminal, ON_CLUSTER, columns, to);
  await terminal.clear();
  await terminal.type("deno task cluster reset");
  await terminal.until(/reset\n[^]+\n\$ ?\n*$/);
  await Deno.remove(home, { recursive: true });
}

async function takeEach(
  terminal: Tmux,
  scenes: readonly Scene[],
  columns: number,
  to: string,
): Promise<void> {
  for (const { name, line, until, end = [] } of scenes) {
    await terminal.clear();
    await terminal.type(line);
    const screen = await terminal.until(until);
    const picture = ansiSvg(anonymous(screen), columns);
    await Deno.writeTextFile(join(to, `terminal-${name}-${columns}.svg`), picture);
    for (const key of end) await terminal.key(key);
    await terminal.until(DONE);
  }
}

/** Where this was taken and by whom is nobody's business. */
function anonymous(screen: string): string {
  return screen.replaceAll(ROOT, "…/").replaceAll(`${userInfo().username}@${hostname()}`, "alice@node");
}

const { values } = parseArgs({ args: Deno.args, options: { to: { type: "string" } } });
const to = values.to ?? join(ROOT, "docs/pictures");
await Deno.mkdir(to, { recursive: true });
for (const columns of values.to === undefined ? [80] : [80, 140]) await takeAll(columns, to);
