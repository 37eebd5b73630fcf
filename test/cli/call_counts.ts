/** Counts how often the program calls its large functions, by the coverage that V8 takes of the real program. */
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Function by file. */
const COUNTED = {
  "compose/load.ts": "load",
  "compose/files/read_bind_sources.ts": "readBindSources",
  "lib/traefik/read_routing.ts": "readRouting",
  "lib/stack/facts.ts": "stackFacts",
  "lib/kube/convert.ts": "convert",
  "lib/migration/plan.ts": "planMigrations",
} as const;

export type Calls = Readonly<Record<string, number>>;

/** Each of them once. */
export const ONCE: Calls = Object.fromEntries(Object.values(COUNTED).map((name) => [name, 1]));

/** The shape of a file of V8's coverage. */
interface Script {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { readonly count: number }[];
  }[];
}

/** Runs a command of the program, the bundled example being its stack, in a process of its own. */
export async function callsOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly calls: Calls; readonly code: number; readonly said: string }> {
  const directory = await Deno.makeTempDir({ prefix: "calls-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `--coverage=${directory}`, `${ROOT}main.ts`, ...args],
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { calls: await countIn(directory), code, said };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function countIn(directory: string): Promise<Calls> {
  const counted = new Map<string, number>(Object.values(COUNTED).map((name) => [name, 0]));
  for await (const { name } of Deno.readDir(directory)) {
    if (!name.endsWith(".json")) continue;
    // The edge: a file that Deno wrote.
    const { url, functions } = JSON.parse(await Deno.readTextFile(`${directory}/${name}`)) as Script;
    const found = Object.entries(COUNTED).find(([file]) => url.endsWith(`${ROOT}${file}`));
    if (found === undefined) continue;
    const calls = functions.filter(({ functionName }) => functionName === found[1])
      .map(({ ranges }) => ranges[0]?.count ?? 0);
    counted.set(found[1], (counted.get(found[1]) ?? 0) + Math.max(0, ...calls));
  }
  return Object.fromEntries(counted);
}
