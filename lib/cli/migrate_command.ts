/** `migrate`: from the stack to the cluster, or with `--dry-run` what that would change. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import type { Plan } from "../migration/step.ts";
import { countDiagnostics, plural } from "../report/diagnostic_text.ts";
import { RunTally } from "../report/run_tally.ts";
import { parseDuration } from "../run/duration.ts";
import type { RunEvent } from "../run/event.ts";
import { execute } from "../run/execute.ts";
import { prepareTarget } from "../run/prepare.ts";
import { keyText } from "./digest_key.ts";
import { ExitCode } from "./exit_code.ts";
import { gather, type Gathered } from "./gather.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { CommandOptions } from "./program.ts";
import { type RunDisplay, runDisplay } from "./run_display.ts";
import { refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { confirmTarget, describeTarget, findTarget, type Target, withTarget } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Everything that one run of the command works with. */
export interface Move {
  readonly options: CommandOptions;
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  readonly gathered: Gathered;
  readonly plan: Plan;
  readonly namespace: string;
  readonly target: Target;
  readonly lockTimeoutMs: number;
}

export async function migrate(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const lockTimeoutMs = durationFlag("--lock-timeout", String(options["lockTimeout"]));
  const gathered = await gather(options, surroundings);
  const { plan, conversion } = gathered;
  if (plan === undefined || conversion === undefined) return refuse(gathered);
  terminal.err(`${describeInput(gathered, options.stack === undefined)}\n`);
  const target = await findTarget(options, surroundings, terminal, true);
  if (target === undefined) throw new Error("A target was asked for and not found");
  const { namespace } = conversion;
  const move: Move = { options, surroundings, terminal, gathered, plan, namespace, target, lockTimeoutMs };
  return await withTarget(target, async () => {
    terminal.err(`${describeTarget(target, namespace)}\n`);
    if (options["dryRun"] !== true) return await run(move);
    const { dryRun } = await import("./dry_run_command.ts");
    return await dryRun(move);
  });
}

/** A flag's duration in milliseconds; a wrong one is a `Failure` with `ExitCode.usage`. */
function durationFlag(flag: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new Failure(ExitCode.usage, [{
      code: "cli-duration",
      severity: "error",
      message: `${flag}: ${(error as Error).message}`,
      hint: `Write for example ${flag} 2m`,
    }]);
  }
}

function describeInput({ project, diagnostics, directory }: Gathered, isExample: boolean): string {
  const services = plural(Object.keys(project?.services ?? {}).length, "service");
  const name = isExample ? "the bundled example" : `project "${project?.name ?? ""}"`;
  const stack = `Stack: ${name} in ${directory}, ${services}`;
  return diagnostics.length === 0
    ? stack
    : `${stack}\n${countDiagnostics(diagnostics)}; deno task check shows them`;
}

async function run(move: Move): Promise<number> {
  const { options, surroundings, terminal, gathered, namespace, target } = move;
  const question = `Apply ${plural(move.plan.migrations.length, "migration")} to namespace "${namespace}"?`;
  if (!confirmTarget(target, question, options["yes"] === true, terminal)) {
    terminal.err("Nothing was changed.\n");
    return ExitCode.ok;
  }
  const prepared = await prepareTarget(target.client, namespace, move.plan);
  const plan = gathered.planFor(keyText(prepared.key)) ?? move.plan;
  const tally = new RunTally();
  const failures: Diagnostic[] = [];
  const to = options["to"];
  const display = runDisplay(terminal);
  try {
    for await (
      const event of execute(plan, {
        client: target.client,
        namespace,
        by: surroundings.user,
        now: () => surroundings.now().toISOString(),
        signal: surroundings.signal,
        ...(typeof to === "string" ? { to } : {}),
        frozen: options["frozen"] === true,
        adopt: options["adopt"] === true,
        lockTimeoutMs: move.lockTimeoutMs,
      })
    ) {
      tally.handle(event);
      if (event.type === "migration-finished") failures.push(...event.diagnostics);
      show(event, display, move);
    }
  } finally {
    display.close();
  }
  printDiagnostics(failures, { terminal, options: { output: "text" }, sources: gathered.sources });
  if (options.output !== "json") terminal.out(`${tally.summary()}\n`);
  terminal.err(`${nextCommand(tally)}\n`);
  return exitCodeOf(tally);
}

/** Text goes to standard error, line by line; JSON lines are the result. */
function show(event: RunEvent, display: RunDisplay, { options, terminal }: Move): void {
  if (options.output === "json") terminal.out(`${JSON.stringify({ schemaVersion: 1, ...event })}\n`);
  else display.show(event);
}

function nextCommand(tally: RunTally): string {
  switch (tally.state) {
    case "failed":
      return "What was done is recorded. Mend the cause, then run the same command again: it goes on where it stopped.";
    case "interrupted":
      return "Interrupted. What was done is recorded; the same command goes on where it stopped.";
    default:
      return "Next: deno task status";
  }
}

function exitCodeOf(tally: RunTally): number {
  if (tally.state === "failed") return ExitCode.failed;
  return tally.state === "interrupted" ? ExitCode.interrupted : ExitCode.ok;
}
