/** One plan and one cluster: what every command that writes works with, and how it shows what happens. */
import { diagnoseRequest } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import type { Plan } from "../migration/step.ts";
import { countDiagnostics } from "../report/diagnostic_text.ts";
import { fold } from "../report/fold.ts";
import { gatherEqual } from "../report/gather_equal.ts";
import { RunTally } from "../report/run_tally.ts";
import { milliseconds } from "../values/duration.ts";
import type { RunEvent } from "../run/event.ts";
import type { WriterOptions } from "../run/locked.ts";
import { findRecord } from "../run/prepare.ts";
import type { Target as RecordedTarget } from "../run/target.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { asRecorded, canBePlanned } from "./as_recorded.ts";
import { refuseMovedBefore } from "./moved_before.ts";
import type { LiveReport } from "./live_report.ts";
import { onCluster, onStack } from "./next_command.ts";
import { printDiagnostics, toPaste } from "./print_diagnostics.ts";
import type { CommandOptions } from "./command.ts";
import { describeStack } from "./describe_stack.ts";
import { runDisplay } from "./run_display.ts";
import { noCluster, refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import {
  confirmTarget,
  describeTarget,
  findTarget,
  refuseUnanswered,
  type Target,
  withTarget,
} from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Everything that one run of a command works with. */
export interface WriteSession {
  readonly options: CommandOptions;
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  readonly stack: PlannedStack;
  readonly plan: Plan;
  readonly namespace: string;
  readonly target: Target;
  /** What every run is told, whatever it does. */
  readonly writer: WriterOptions;
  /** What a run of before left; undefined where none was there yet. A run looks again before it writes. */
  readonly record: RecordedTarget | undefined;
}

/** How a command differs from others. */
export interface Way {
  /** Its own way to read the input. */
  readonly input?: () => Promise<PlannedStack>;
  /** It asks before it writes, whatever it finds. */
  readonly asks?: boolean;
  /** It has nothing to do on an embedded cluster that does not run, and starts none. */
  readonly startsNone?: boolean;
}

/**
 * Reads the input (by `input`, where a command has its own way), finds the cluster (starting the embedded one where it
 * is meant), says both, and works.
 */
export async function withWriteSession(
  options: CommandOptions,
  surroundings: Surroundings,
  work: (session: WriteSession) => Promise<number>,
  { input = () => planStack(options, surroundings), asks = false, startsNone = false }: Way = {},
): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const lockTimeoutMs = lockTimeoutOf(options);
  const read = await input();
  const { conversion } = read;
  if (conversion === undefined || (read.plan === undefined && !canBePlanned(read))) return refuse(read);
  const say = (text: string): void =>
    terminal.err(`${terminal.errIsTerminal ? fold(text, terminal.columns) : text}\n`);
  say(describeInput(read, options));
  // Nothing is started for a stack that only a record could mend.
  const target = await findTarget(options, surroundings, terminal, read.plan !== undefined && !startsNone);
  if (target === undefined && read.plan !== undefined) throw new Failure(ExitCode.cluster, [noCluster()]);
  if (target === undefined) return refuse(read);
  const { namespace } = conversion;
  const writer = {
    ...writerOptions(surroundings, target.client, namespace, lockTimeoutMs),
    commandLine: (command: string) => onCluster(command, options),
  };
  return await withTarget(target, async () => {
    say(describeTarget(target, namespace));
    if (asks) refuseUnanswered(target, options["yes"] === true, terminal);
    const record = await findRecord(target.client, namespace);
    if (record === undefined) await refuseMovedBefore(target.client, read, options, surroundings);
    const stack = await asRecorded(read, target.client);
    const { plan } = stack;
    if (plan === undefined) return refuse(stack);
    return await work({ options, surroundings, terminal, stack, plan, namespace, target, writer, record });
  });
}

/** What every run is told, whatever it does. */
export function writerOptions(
  surroundings: Surroundings,
  client: ClusterClient,
  namespace: string,
  lockTimeoutMs: number,
): WriterOptions {
  return {
    client,
    namespace,
    by: surroundings.user,
    now: () => surroundings.now().toISOString(),
    signal: surroundings.signal,
    lockTimeoutMs,
  };
}

/** `--lock-timeout` in milliseconds; a wrong one is a `Failure` with `ExitCode.usage`. */
export function lockTimeoutOf(options: CommandOptions): number {
  return durationFlag("--lock-timeout", String(options["lockTimeout"] ?? "30s"));
}

/** Asks before a real cluster is written to; says so where the answer is no. */
export function confirmWrite(session: WriteSession, question: string): boolean {
  const { options, terminal, target } = session;
  if (confirmTarget(target, question, options["yes"] === true, terminal)) return true;
  terminal.err("Nothing was changed.\n");
  return false;
}

/** What is said at the end of a run: what came of it, and the next command. */
export interface Ending {
  readonly summary: string;
  readonly next: string;
}

/**
 * Shows a run's events as they come, then what came of it (in words of its own by `end`, where nothing failed); the
 * exit code follows from how it ended.
 */
export async function follow(
  session: WriteSession,
  events: AsyncIterable<RunEvent>,
  end?: (tally: RunTally) => Ending,
): Promise<number> {
  const { options, terminal, stack } = session;
  const tally = new RunTally();
  const failures: Diagnostic[] = [];
  const report = await liveReport(session, tally);
  const display = runDisplay(terminal);
  try {
    for await (const event of events) {
      tally.handle(event);
      report?.handle(event);
      if ("diagnostics" in event) {
        failures.push(...event.diagnostics);
      }
      if (options.output === "json") terminal.out(jsonLine(event, options));
      else display.show(event);
    }
  } finally {
    display.close();
  }
  await closeReport(report, session);
  printDiagnostics(failures, { terminal, options: { ...options, output: "text" }, sources: stack.sources });
  const isDone = tally.state === "applied" || tally.state === "unchanged";
  const { summary, next } = isDone && end !== undefined
    ? end(tally)
    : { summary: tally.summary(), next: nextCommand(tally, options) };
  if (options.output !== "json") terminal.out(`${summary}\n`);
  terminal.err(`${next}\n`);
  return exitCodeOf(tally);
}

function jsonLine(event: RunEvent, options: CommandOptions): string {
  const said = "diagnostics" in event
    ? { diagnostics: event.diagnostics.map((one) => toPaste(one, options)) }
    : {};
  return `${JSON.stringify({ schemaVersion: 1, ...event, ...said })}\n`;
}

/** The page that `--report` asks for; a file that cannot be written is said before anything is done. */
async function liveReport(
  { options, surroundings, stack, target }: WriteSession,
  tally: RunTally,
): Promise<LiveReport | undefined> {
  if (options["report"] === undefined) return undefined;
  const [{ askedReport }, { LiveReport }] = await Promise.all([
    import("./report_file.ts"),
    import("./live_report.ts"),
  ]);
  const file = await askedReport(stack, options, surroundings);
  if (file === undefined) return undefined;
  await file.write({ isLive: true });
  return new LiveReport(file, { stack, client: target.client, tally, now: surroundings.now });
}

/** What came of the run counts, whatever becomes of its page. */
async function closeReport(
  report: LiveReport | undefined,
  { terminal, target, options }: WriteSession,
): Promise<void> {
  try {
    await report?.close();
  } catch (error) {
    const access = diagnoseRequest(error, target.connection.server);
    const said = error instanceof Failure ? error.diagnostics : access === undefined ? undefined : [access];
    if (said === undefined) throw error;
    printDiagnostics(said, { terminal, options: { ...options, output: "text" } });
  }
}

/** A flag's duration in milliseconds; a wrong one is a `Failure` with `ExitCode.usage`. */
export function durationFlag(flag: string, text: string): number {
  try {
    return milliseconds(text);
  } catch (error) {
    throw new Failure(ExitCode.usage, [{
      code: "cli-duration",
      severity: "error",
      message: `${flag}: ${(error as Error).message}`,
      hint: `Write for example ${flag} 2m`,
    }]);
  }
}

/** The same, and how much there is to say of it. */
function describeInput(stack: PlannedStack, options: CommandOptions): string {
  const { diagnostics } = stack;
  const line = describeStack(stack, options.stack === undefined);
  return diagnostics.length === 0
    ? line
    : `${line}\n${countDiagnostics(gatherEqual(diagnostics))}; ${onStack("check", options)} shows them`;
}

function nextCommand(tally: RunTally, options: CommandOptions): string {
  switch (tally.state) {
    case "failed":
      return "What was done is recorded. Fix the cause, then run the same command again: it continues where it stopped.";
    case "interrupted":
      return "Interrupted. What was done is recorded; the same command continues where it stopped.";
    default:
      return `Next: ${onCluster("status", options)}`;
  }
}

function exitCodeOf(tally: RunTally): number {
  if (tally.state === "failed") return ExitCode.failed;
  return tally.state === "interrupted" ? ExitCode.interrupted : ExitCode.ok;
}
