/**
 * `deno task bench:start`: how long commands take from their start to their end, beside an empty Deno program, from the
 * repository and from a release, and of which parts that is. In turns. Options: `--rounds N`, `--without-cluster`.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exampleStack, fafStack, type StackCopy } from "../crossing/stacks.ts";
import { testCluster, withCluster } from "../embedded_cluster/fixture.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    "without-cluster": { type: "boolean", default: false },
  },
});

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const KEYS = ["empty", "repository", "release", "load", "work"] as const;

/** One command line. */
interface Case {
  readonly name: string;
  /** The module of the command; empty where none is loaded. */
  readonly module: string;
  readonly args: readonly string[];
}

/** Milliseconds of all rounds. */
type Times = Record<typeof KEYS[number], number[]>;

async function measure(cases: readonly Case[], directory: string): Promise<void> {
  const release = join(directory, "compose-ferry.js");
  const empty = join(directory, "empty.ts");
  await Deno.writeTextFile(empty, "");
  await run(["run", "-A", join(ROOT, "release/build.ts"), "--to", release]);
  const all = cases.map((one) => ({
    one,
    times: { empty: [], repository: [], release: [], load: [], work: [] } as Times,
  }));
  // The first round fills the caches of all.
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const { one, times } of all) {
      const taken = await once(one, { release, empty });
      if (round > 0) { for (const key of KEYS) times[key].push(taken[key]); }
    }
  }
  say("| command | empty program | repository | release | loading | work | repository | release |");
  say("|---|---|---|---|---|---|---|---|");
  for (const { one, times } of all) say(row(one.name, times));
  say("\nThe ratios are to an empty program and the work: parsing, planning, round trips.");
}

/** All ways of one command, one after the other. */
async function once(
  { module, args }: Case,
  { release, empty }: { readonly release: string; readonly empty: string },
): Promise<Record<keyof Times, number>> {
  const timed = async (...script: readonly string[]): Promise<number> => {
    const start = performance.now();
    await run(["run", "--no-prompt", "-A", ...script]);
    return performance.now() - start;
  };
  const child = join(ROOT, "test/bench/start_child.ts");
  // The edge: our own child's JSON.
  const { loadMs, workMs } = JSON.parse(
    await run(["run", "--no-prompt", "-A", child, module, ...args]),
  ) as { readonly loadMs: number; readonly workMs: number };
  return {
    empty: await timed(empty),
    repository: await timed(join(ROOT, "main.ts"), ...args),
    release: await timed(release, ...args),
    load: loadMs,
    work: workMs,
  };
}

function row(name: string, times: Times): string {
  const ms = (of: keyof Times): string => `${median(times[of]).toFixed(0)} ms`;
  const least = median(times.empty) + median(times.work);
  const ratio = (of: "repository" | "release"): string => `${(median(times[of]) / least).toFixed(2)} ×`;
  const parts = [ms("empty"), ms("repository"), ms("release"), ms("load"), ms("work")];
  return `| ${[name, ...parts, ratio("repository"), ratio("release")].join(" | ")} |`;
}

async function run(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DOCKER_HOST: "unix:///nobody/listens", KUBECONFIG: "" },
  }).output();
  if (code !== 0) {
    throw new Error(`${args.join(" ")} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout);
}

function ofStack(name: string, { flags }: StackCopy): Case {
  const files = flags.filter((flag) => flag !== "--embedded");
  return { name: `check ${name}`, module: "check_command.ts", args: ["check", ...files] };
}

/** Against a stack that was moved: nothing is left to do. */
function moved(stack: StackCopy, kubeconfig: string): readonly Case[] {
  const flags = [...stack.flags.filter((flag) => flag !== "--embedded"), "--kubeconfig", kubeconfig];
  return [
    { name: "status", module: "status_command.ts", args: ["status", ...flags] },
    {
      name: "migrate, nothing to do",
      module: "migrate_command.ts",
      args: ["migrate", ...flags, "--yes"],
    },
  ];
}

async function all(directory: string): Promise<void> {
  await using example = await exampleStack("bench-start");
  await using faf = await fafStack("bench-start-faf");
  const cases: Case[] = [
    { name: "--help", module: "", args: ["--help"] },
    ofStack("the example", example),
    ...(faf === undefined ? [] : [ofStack("FAF", faf)]),
  ];
  if (values["without-cluster"]) return await measure(cases, directory);
  await withCluster(async ({ kubeconfigPath, prefix }) => {
    await using stack = await exampleStack(`${prefix}-start`);
    const there = moved(stack, kubeconfigPath);
    await run(["run", "-A", join(ROOT, "main.ts"), ...there[1]?.args ?? []]);
    await measure([...cases, ...there], directory);
  }).finally(() => testCluster().reset(say));
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const directory = await Deno.makeTempDir({ prefix: "bench-start-" });
try {
  await all(directory);
} finally {
  await Deno.remove(directory, { recursive: true });
}
