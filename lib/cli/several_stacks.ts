/** One command on several stacks: one session for each, in the order of their needs, and one summary. */
import { basename, relative, resolve } from "node:path";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { isSkipped } from "../stack/context.ts";
import { tableLines } from "../report/table.ts";
import { label } from "../stack/names.ts";
import { type OrderedProject, orderProjects } from "../stack/project_order.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import type { CommandOptions, Run } from "./command.ts";
import { severalFlags } from "./next_command.ts";
import { runCommand } from "./run_command.ts";
import { loadStack } from "./load_stack.ts";
import { type StackFlags, stackFolders } from "./stack_folders.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";

/** What came of one stack. */
export interface StackOutcome {
  readonly stack: string;
  readonly namespace?: string;
  /** Absent where it was not reached, because what it needs failed. */
  readonly exitCode?: number;
}

/**
 * The command on the one stack that the flags name, or, where it can, on each of several.
 *
 * @param options all other flags
 * @throws Failure (2) where several are named for a command of one, or with a flag of one; (3) where two are one namespace
 */
export async function runOnStacks(
  run: Run,
  flags: StackFlags,
  options: CommandOptions,
  surroundings: Surroundings,
  { takesSeveral }: { readonly takesSeveral: boolean },
): Promise<number> {
  const folders = await stackFolders(flags, surroundings.directory);
  const [first] = folders;
  if (folders.length < 2 && flags.stacks === undefined) {
    return await run({ ...options, ...(first === undefined ? {} : { stack: first }) }, surroundings);
  }
  const refused = refusals(options, takesSeveral);
  if (refused.length > 0) throw new Failure(ExitCode.usage, refused);
  return await runAll(
    run,
    { ...options, given: severalFlags(flags.stack, flags.stacks) },
    folders,
    surroundings,
  );
}

/** What belongs to one stack alone. */
function refusals(options: Readonly<Record<string, unknown>>, takesSeveral: boolean): readonly Diagnostic[] {
  if (!takesSeveral) {
    return [refusal("This command works on one stack, and several are named", "Run it for each of them")];
  }
  const ofOne = {
    file: "-f",
    projectName: "--project-name",
    decisions: "--decisions",
    report: "--report",
    verify: "--verify",
  };
  return Object.entries(ofOne).filter(([key]) => options[key] !== undefined).map(([, flag]) =>
    refusal(`${flag} is about one stack, and several are named`, "Leave it out, or run the stack by itself")
  );
}

function refusal(message: string, hint: string): Diagnostic {
  return { code: "cli-several-stacks", severity: "error", message, hint };
}

/** A stack before its turn. */
interface Turn {
  readonly folder: string;
  readonly directory: string;
  readonly project?: OrderedProject;
  /** Its decisions name the folder of its Traefik. */
  readonly namesTraefik: boolean;
}

async function runAll(
  run: Run,
  options: CommandOptions,
  folders: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const turns = await Promise.all(folders.map((folder) => read(folder, options, surroundings)));
  const same = sharedNamespaces(turns);
  if (same.length > 0) throw new Failure(ExitCode.input, same);
  const { order, needs } = ordered(turns);
  const outcomes = new Map<number, StackOutcome>();
  const isDone = (index: number): boolean => isWell(outcomes.get(index)?.exitCode);
  for (const [position, index] of order.entries()) {
    const turn = turns[index];
    if (turn === undefined) continue;
    const namespace = turn.project?.namespace;
    const known = { stack: turn.folder, ...(namespace === undefined ? {} : { namespace }) };
    const unmet = needs.filter(({ from, to }) => from === index && !isDone(to));
    if (surroundings.signal.aborted || (writes(options) && unmet.length > 0)) {
      outcomes.set(index, known);
      continue;
    }
    terminal.err(`\n${position + 1} of ${order.length}: ${turn.folder}\n`);
    const neighbours = turns.flatMap(({ directory }) => directory === turn.directory ? [] : [directory]);
    const single = { ...options, stack: turn.folder, neighbours };
    const told = options.output === "json" ? marked(surroundings, turn.folder) : surroundings;
    outcomes.set(index, { ...known, exitCode: await runCommand(run, single, told) });
  }
  const inOrder = order.flatMap((index) => outcomes.get(index) ?? []);
  summarise(inOrder, options, terminal);
  for (const line of linesToKeep(turns)) terminal.err(`${line}\n`);
  return worst(inOrder);
}

async function read(
  folder: string,
  options: CommandOptions,
  surroundings: Surroundings,
): Promise<Turn> {
  const { directory, decided: { decisions }, loaded: { project } } = await loadStack(
    { ...options, stack: folder },
    surroundings,
  );
  const turn = { folder, directory: resolve(directory), namesTraefik: decisions.traefik?.from !== undefined };
  if (project === undefined) return turn;
  const traefik = findTraefik(project)?.service;
  const names = Object.keys(project.services);
  const labels = Object.values(project.services).flatMap((service) => Object.keys(service.labels ?? {}));
  return {
    ...turn,
    project: {
      project,
      namespace: decisions.namespace ?? label(project.name),
      skipped: new Set(names.filter((name) => isSkipped(decisions, name) || name === traefik)),
      hasTraefik: traefik !== undefined,
      isRouted: traefik === undefined && labels.some((key) => key.toLowerCase().startsWith("traefik.")),
    },
  };
}

/** The order of their needs. One that cannot be read comes last: it says itself what is wrong. */
function ordered(turns: readonly Turn[]): Pick<ReturnType<typeof orderProjects>, "order" | "needs"> {
  const readable = [...turns.keys()].filter((index) => turns[index]?.project !== undefined);
  const { order, needs } = orderProjects(readable.flatMap((index) => turns[index]?.project ?? []));
  const back = (index: number): number => readable[index] ?? index;
  return {
    order: [...order.map(back), ...[...turns.keys()].filter((index) => !readable.includes(index))],
    needs: needs.map((need) => ({ ...need, from: back(need.from), to: back(need.to) })),
  };
}

/** Two projects in one namespace would undo each other's work. */
function sharedNamespaces(turns: readonly Turn[]): readonly Diagnostic[] {
  const groups = Map.groupBy(
    turns.filter(({ project }) => project !== undefined),
    ({ project }) => project?.namespace ?? "",
  );
  return [...groups].filter(([, some]) => some.length > 1).map(([namespace, some]) => ({
    code: "cli-same-namespace",
    severity: "error",
    message: `${
      some.map(({ folder }) => `"${folder}"`).join(" and ")
    } would both be namespace "${namespace}"`,
    hint: `Add to decisions.yaml of one of them, such as ${some[1]?.folder}: namespace: ${
      label(basename(some[1]?.directory ?? ""))
    }-2`,
  }));
}

/** Only `migrate` stops at what it needs; whoever only looks sees all. */
function writes(options: Readonly<Record<string, unknown>>): boolean {
  return "lockTimeout" in options && options["dryRun"] !== true;
}

function isWell(exitCode: number | undefined): boolean {
  return exitCode === ExitCode.ok || exitCode === ExitCode.pending;
}

/** Each line of JSON says which stack it is about. */
function marked(surroundings: Surroundings, stack: string): Surroundings {
  const mark = (text: string): string =>
    text.split("\n").map((line) => line === "" ? line : JSON.stringify({ stack, ...JSON.parse(line) })).join(
      "\n",
    );
  return Object.create(surroundings, {
    terminal: {
      value: (noColor: boolean): Terminal => {
        const terminal = surroundings.terminal(noColor);
        return { ...terminal, out: (text) => terminal.out(mark(text)) };
      },
    },
  });
}

function summarise(
  outcomes: readonly StackOutcome[],
  options: Pick<CommandOptions, "output">,
  terminal: Terminal,
): void {
  if (options.output === "json") {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, stacks: outcomes })}\n`);
    return;
  }
  const lines = tableLines(outcomes.map(({ stack, exitCode }) => [stack, wordFor(exitCode)]));
  terminal.out(`\nStacks, in this order:\n${lines.map((line) => `  ${line}\n`).join("")}`);
}

function wordFor(exitCode: number | undefined): string {
  if (exitCode === undefined) return "not reached";
  if (exitCode === ExitCode.ok) return "ok";
  return exitCode === ExitCode.pending ? "something to do" : `ended with ${exitCode}`;
}

/** What a run of a stack alone has to be told to plan the same. */
function linesToKeep(turns: readonly Turn[]): readonly string[] {
  const traefik = turns.find(({ project }) => project?.hasTraefik === true);
  if (traefik === undefined) return [];
  return turns.filter(({ project, namesTraefik }) => project?.isRouted === true && !namesTraefik).map((
    turn,
  ) =>
    `For runs of ${turn.folder} alone, add to its decisions.yaml: traefik: { from: ${
      relative(turn.directory, traefik.directory)
    } }`
  );
}

/** What failed counts more than what is left to do. */
function worst(outcomes: readonly StackOutcome[]): number {
  const codes = outcomes.flatMap(({ exitCode }) => exitCode ?? []);
  return codes.find((code) => !isWell(code)) ?? codes.find((code) => code !== ExitCode.ok) ?? ExitCode.ok;
}
