/**
 * `deno task test:engine`: what a process sees in its pod is what it saw in its container. Each stack is started by
 * compose v2 on a real Docker Engine and moved by `migrate` to a real node; both views are compared.
 *
 * `--stack DIR` judges a stack of one's own, with probes in place of its images; `--reports DIR` a folder of stacks;
 * `--only WORD,WORD` those whose name has one of the words; `--sample` a dozen of the own ones; `--generated N` N stacks
 * made by chance from `--seed` on (or from each of `A,B`), of at most `--services N` each, with `--shrink` each as small
 * as it still differs;
 * `--retries N` judges one that differs or does not start so many times more, each time from what it was at first, and
 * names it; `--minutes N` begins no further stack after that; `--workers N` at one time; `--write FILE` writes the
 * figures into that page; `--keep DIR` keeps what was seen, and `--again DIR` judges that once more; `--engine FILE` is another
 * dockerd than Debian's, with its docker-proxy beside it, and `--code DIR` another checkout of this program, to see what
 * the oracle finds in it.
 * Needs Linux and root; ends with 1 where a stack differs without a word of `check`.
 */
import { parseArgs } from "node:util";
import { basename, join, resolve } from "node:path";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { ENGINE_PACKAGES } from "../guard/engine.ts";
import { buildProbe } from "./build_go.ts";
import { type Case, folderAsCase, foldersAsCases, ownCases, SAMPLE, standInsFor } from "./cases.ts";
import { fillingImage, formImages, writeProbeRoot } from "./images.ts";
import { judgeGenerated, type Places, removed } from "./judge_generated.ts";
import { judgeAgain, judgeStack, type Seen } from "./judge_stack.ts";
import { type Machine, startMachine } from "./machine.ts";
import { unfoundFaults } from "./find_planted.ts";
import { keyTable, tallyByKey } from "./keys.ts";
import { KNOWN_OPEN } from "./known_open.ts";
import { withFigures } from "./page.ts";
import { isFaithful, tally, tallyTable, verdictLines } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    stack: { type: "string", multiple: true, default: [] },
    reports: { type: "string", multiple: true, default: [] },
    only: { type: "string", default: "" },
    sample: { type: "boolean", default: false },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
    generated: { type: "string", default: "0" },
    services: { type: "string", default: "8" },
    shrink: { type: "boolean", default: false },
    retries: { type: "string", default: "0" },
    minutes: { type: "string", default: "600" },
    write: { type: "string" },
    keep: { type: "string" },
    again: { type: "string" },
    workers: { type: "string", default: "3" },
    engine: { type: "string" },
    code: { type: "string", default: join(import.meta.dirname ?? ".", "../..") },
  },
});

const say = (line: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const fromHere = (path: string): string => resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);

async function layOut(target: string): Promise<readonly Case[]> {
  const { stack, reports, only, sample } = values;
  const given: Case[] = [];
  for (const directory of stack) given.push(await folderAsCase(fromHere(directory), target));
  for (const parent of reports) given.push(...await foldersAsCases(fromHere(parent), target, only));
  if (stack.length + reports.length > 0) return given;
  if (Number(values.generated) > 0 && only === "" && !sample) return [];
  return await ownCases(target, sample ? SAMPLE : only);
}

/** What a run has shown. */
interface Shown {
  readonly seen: readonly Seen[];
  /** Stacks that did not start on one of the sides. */
  readonly broken: readonly string[];
  /** Stacks that were judged more than once; `seen` or `broken` has the last time. */
  readonly again: readonly string[];
}

/** One stack to be judged. */
interface Task {
  readonly name: string;
  /** Ports of the machine that no other stack may have at that time. */
  readonly ports: readonly string[];
  /** May be asked again, and then begins with the stack as it was at first. @throws when it does not start. */
  judge(): Promise<Seen>;
}

function tasksOf(machine: Machine, cases: readonly Case[], places: Places): readonly Task[] {
  const making = { services: Number(values.services), shrink: values.shrink };
  return [
    ...cases.map(({ name, directory, ports }) => ({
      name,
      ports,
      judge: async (): Promise<Seen> =>
        await judgeStack(machine, await copied(directory, join(places.stacks, "moved")), places.keep),
    })),
    ...generatedSeeds().map((seed) => ({
      name: `generated-${seed}`,
      ports: [],
      judge: () => judgeGenerated(machine, seed, making, places),
    })),
  ];
}

/** The stack as it was laid out, at the one place where its volumes are known to be: a move leaves data behind. */
async function copied(directory: string, target: string): Promise<string> {
  await Deno.mkdir(target, { recursive: true });
  await removed(join(target, basename(directory)));
  const { success, stderr } = await new Deno.Command("cp", { args: ["--archive", directory, target] })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return join(target, basename(directory));
}

/** As many from each that `--seed` names. */
function generatedSeeds(): readonly number[] {
  return values.seed.split(",").flatMap((first) =>
    Array.from({ length: Number(values.generated) }, (_, index) => Number(first) + index)
  );
}

async function judgeAll(tasks: readonly Task[]): Promise<Shown> {
  const end = performance.now() + Number(values.minutes) * 60_000;
  const seen: Seen[] = [];
  const broken: string[] = [];
  const again = new Set<string>();
  const left = [...tasks];
  const taken = new Set<string>();
  // Who finds none that can run beside the others is done: those who run go on.
  const next = (): Task | undefined => {
    const at = left.findIndex(({ ports }) => !ports.some((port) => taken.has(port)));
    return at < 0 || performance.now() >= end ? undefined : left.splice(at, 1)[0];
  };
  const work = async (): Promise<void> => {
    for (let task = next(); task !== undefined; task = next()) {
      task.ports.forEach((port) => taken.add(port));
      for (let attempt = 1;; attempt++) {
        const judged = await judgedAs(task);
        const isLast = attempt > Number(values.retries) || judged !== undefined && isRight(judged);
        if (!isLast) again.add(task.name);
        else if (judged === undefined) broken.push(task.name);
        else seen.push(judged);
        if (isLast) break;
      }
      task.ports.forEach((port) => taken.delete(port));
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
  const leftOut = tasks.length - seen.length - broken.length;
  if (leftOut > 0) say(`left out, as the time is over: ${leftOut} stacks`);
  return { seen, broken, again: [...again] };
}

/** Says how it went; undefined where the stack did not start. */
async function judgedAs(task: Task): Promise<Seen | undefined> {
  try {
    const judged = await task.judge();
    verdictLines(judged).forEach(say);
    return judged;
  } catch (error) {
    say(`BROKEN ${task.name}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

function isRight(judged: Seen): boolean {
  return isFaithful(judged, KNOWN_OPEN);
}

async function run(): Promise<boolean> {
  const temporary = await Deno.makeTempDir({ prefix: "engine-oracle-" });
  try {
    const probe = await buildProbe(Deno.env.toObject());
    const base = await writeProbeRoot(probe, temporary);
    const cases = await layOut(join(temporary, "stacks"));
    say(`${cases.length + generatedSeeds().length} stacks, seed ${values.seed}`);
    const images = [await fillingImage(temporary), ...formImages(base), ...standInsFor(cases, base)];
    await using machine = await startMachine(images, probe, say, {
      engine: values.engine,
      code: fromHere(values.code),
    });
    endsWith(machine, temporary);
    const keep = values.keep === undefined ? temporary : fromHere(values.keep);
    await Deno.mkdir(keep, { recursive: true });
    return conclude(await judgeAll(tasksOf(machine, cases, { stacks: join(temporary, "stacks"), keep })));
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/** Who ends the run ends all of it: engine, node, control groups and files. */
function endsWith(machine: Machine, temporary: string): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      say(`ended by ${signal}`);
      await machine[Symbol.asyncDispose]();
      await Deno.remove(temporary, { recursive: true }).catch(() => {});
      Deno.exit(1);
    });
  }
}

function conclude({ seen, broken, again }: Shown): boolean {
  const table = `${tallyTable(tally(seen))}\n\n${keyTable(tallyByKey(seen))}`;
  say(table);
  if (values.write !== undefined) writePage(fromHere(values.write), seen);
  const different = seen.filter((judged) => !isRight(judged)).map(({ stack }) => stack);
  const unfound = unfoundFaults(seen);
  unfound.forEach((fault) => say(`planted, and not found: ${fault}`));
  const services = seen.reduce((sum, judged) => sum + judged.services, 0);
  say(
    `${seen.length} stacks with ${services} services; ${different.length} differ without a word of check` +
      `${different.length === 0 ? "" : ` (${different.join(", ")})`}; ${broken.length} did not start` +
      `${broken.length === 0 ? "" : ` (${broken.join(", ")})`}` +
      `${again.length === 0 ? "" : `; judged more than once: ${again.join(", ")}`}`,
  );
  return seen.length > 0 && different.length + broken.length + unfound.length === 0;
}

/** Deno's own formatting is what the gate wants of a page. */
function writePage(path: string, seen: readonly Seen[]): void {
  const day = new Date().toISOString().slice(0, 10);
  Deno.writeTextFileSync(path, withFigures(Deno.readTextFileSync(path), seen, day));
  const { success } = new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).outputSync();
  if (!success) throw new Error(`Cannot format "${path}"`);
}

/** What was kept needs neither engine nor node. */
async function runAgain(keep: string): Promise<boolean> {
  const seen = await judgeAgain(fromHere(keep), values.only);
  for (const judged of seen) verdictLines(judged).forEach(say);
  return conclude({ seen, broken: [], again: [] });
}

const why = values.again === undefined ? await whyNoRealNode(ENGINE_PACKAGES) : undefined;
if (why !== undefined) {
  say(`skipped: ${why}`);
} else {
  const right = values.again === undefined ? await run() : await runAgain(values.again);
  // The form in which Deno's own runner ends, so that it is counted with its tests.
  say(`${right ? "ok | 1 passed" : "FAILED | 0 passed"} | ${right ? 0 : 1} failed`);
  Deno.exit(right ? 0 : 1);
}
