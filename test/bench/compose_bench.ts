/** Measures the loading of compose projects beside compose-go: whole processes, in one process, and the growth. */
import { load } from "../../compose/mod.ts";
import { buildOracle, hasGo, type OracleCase, withOracle } from "../oracle/oracle.ts";
import { writeProject } from "./compose_project.ts";

/** Milliseconds of each round. */
export interface ComposeTimes {
  readonly task: string;
  readonly ours: readonly number[];
  /** Empty where compose-go is not there, or does not load so much. */
  readonly theirs: readonly number[];
}

export interface ComposeBench {
  readonly services: number;
  readonly rounds: number;
  readonly growth: readonly number[];
  readonly report: (line: string) => void;
}

const CHILD = new URL("./compose_child.ts", import.meta.url).pathname;

/** Runs the whole benchmark; ours and theirs take turns, so that a busy machine is busy for both. */
export async function benchCompose(bench: ComposeBench): Promise<ComposeTimes[]> {
  const isGo = await hasGo();
  const results: ComposeTimes[] = [];
  const directory = await writeProject(bench.services);
  bench.report(`${bench.services} services, whole processes`);
  results.push(await wholeProcess(directory, bench, isGo));
  bench.report(`${bench.services} services, in one process`);
  results.push(await inProcess(directory, bench.services, bench.rounds, isGo));
  await Deno.remove(directory, { recursive: true });
  for (const services of bench.growth) {
    bench.report(`growth: ${services} services`);
    const own = await writeProject(services);
    results.push(await inProcess(own, services, Math.min(3, bench.rounds), isGo));
    await Deno.remove(own, { recursive: true });
  }
  return results;
}

async function wholeProcess(directory: string, bench: ComposeBench, isGo: boolean): Promise<ComposeTimes> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const oracle = isGo ? await buildOracle() : undefined;
  const question = `${JSON.stringify(caseOf(directory))}\n`;
  for (let round = 0; round < bench.rounds; round++) {
    ours.push(await time(() => run(Deno.execPath(), ["run", "-A", "--no-check", CHILD, directory])));
    if (oracle !== undefined) theirs.push(await time(() => run(oracle, [], question)));
  }
  return { task: `${bench.services} services, whole process`, ours, theirs };
}

async function inProcess(
  directory: string,
  services: number,
  rounds: number,
  isGo: boolean,
): Promise<ComposeTimes> {
  const ours: number[] = [];
  const theirs: number[] = [];
  await once(directory);
  const measure = async (ask?: () => Promise<number | undefined>): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      ours.push(await time(() => once(directory)));
      const milliseconds = await ask?.();
      if (milliseconds !== undefined) theirs.push(milliseconds);
    }
  };
  if (!isGo) await measure();
  else {
    await withOracle(async (oracle) => {
      const each: OracleCase = { ...caseOf(directory), quiet: true };
      await oracle.ask([each]);
      await measure(async () => {
        const [answer] = await oracle.ask([each]);
        return answer === undefined || answer.error !== undefined ? undefined : answer.micros / 1000;
      });
    });
  }
  return { task: `${services} services, in one process`, ours, theirs };
}

function caseOf(directory: string): OracleCase {
  return { dir: directory, files: ["compose.yaml"], env: {} };
}

async function once(directory: string): Promise<void> {
  const { project } = await load({ directory, files: ["compose.yaml"], environment: {} });
  if (project === undefined) throw new Error("The project does not load");
}

async function time(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function run(command: string, args: readonly string[], input?: string): Promise<void> {
  const stdin = input === undefined ? "null" : "piped";
  const child = new Deno.Command(command, { args: [...args], stdin, stdout: "piped", stderr: "inherit" })
    .spawn();
  const writing = input === undefined ? undefined : new Blob([input]).stream().pipeTo(child.stdin);
  const { success, stdout } = await child.output();
  await writing;
  if (!success || stdout.length < 1000) throw new Error(`${command} failed`);
}
