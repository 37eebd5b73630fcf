/**
 * `deno task pictures:terminal`: what an operator sees in a terminal, as SVG, 80 and 140 columns wide, in docs/pictures
 * (`--to DIR` elsewhere). Works on an embedded cluster of its own, which is empty at the beginning and gone at the end.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ansiSvg } from "./ansi_svg.ts";
import { Tmux } from "./tmux.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WIDTHS = [80, 140] as const;
const ROWS = 40;

/** The prompt below what was printed. */
const DONE = /\n\$ \n*$/;

/** A stack with a question, which none of the bundled example's is. */
const ASKING = {
  "compose.yaml": `services:
  web:
    image: shop/web
    build: .
    ports: ["8080:80"]
`,
  "decisions.yaml": "engine: none\n",
  "Dockerfile": "FROM scratch\n",
};

interface Scene {
  readonly name: string;
  readonly line: string;
  /** What shows that the picture can be taken. */
  readonly until: RegExp;
  /** Keys that end what goes on. */
  readonly end?: readonly string[];
}

/** In this order on one cluster: what one does the next one sees. */
const SCENES: readonly Scene[] = [
  { name: "check", line: "deno task check", until: DONE },
  { name: "question", line: "deno task decide --stack shop", until: /\? $|\] ?\n*$|> \n*$/m, end: ["C-c"] },
  { name: "plan", line: "deno task migrate --dry-run", until: DONE },
  { name: "midway", line: "deno task migrate", until: /0[5-8]0_\w+[^]*\d+ of \d+|waiting/ },
  { name: "status", line: "deno task status", until: DONE },
  { name: "failure", line: "deno task redo 999", until: DONE },
];

async function takeAll(columns: number, to: string): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "terminal-" });
  for (const [name, text] of Object.entries(ASKING)) {
    await Deno.mkdir(join(home, "shop"), { recursive: true });
    await Deno.writeTextFile(join(home, "shop", name), text);
  }
  await Deno.writeTextFile(
    join(home, "deno"),
    `#!/bin/sh\nshift\nexec '${Deno.execPath()}' run --no-prompt --no-check -A '${ROOT}main.ts' "$@"\n`,
    { mode: 0o755 },
  );
  const environment = { PATH: `${home}:${Deno.env.get("PATH") ?? ""}`, KUBECONFIG: "", INIT_CWD: home };
  await using terminal = await Tmux.start(columns, ROWS, environment);
  await terminal.type(`cd ${home}; deno task cluster reset; deno task cluster up`);
  await terminal.until(/cluster runs at[^]*\n\$ \n*$/);
  for (const { name, line, until, end = [] } of SCENES) {
    await terminal.clear();
    await terminal.type(line);
    const screen = await terminal.until(until);
    await Deno.writeTextFile(join(to, `terminal-${name}-${columns}.svg`), ansiSvg(screen, columns));
    for (const key of end) await terminal.key(key);
    await terminal.until(DONE);
  }
  await terminal.type("clear; deno task cluster reset");
  await terminal.until(DONE);
  await Deno.remove(home, { recursive: true });
}

const { values } = parseArgs({
  args: Deno.args,
  options: { to: { type: "string", default: join(ROOT, "docs/pictures") } },
});
await Deno.mkdir(values.to, { recursive: true });
for (const columns of WIDTHS) await takeAll(columns, values.to);
