/** The engine of a rehearsal, and what is said where there is none or it does not do what is asked. */
import type { Decisions } from "../decisions/decisions.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { EngineError } from "../docker/engine.ts";
import type { Engines, KnownEngine } from "../docker/engines.ts";
import { runningEngine } from "../rehearsal/running_engine.ts";

/** @throws Failure (1) where no engine answers: there is nothing to make a copy of */
export async function engineOf(
  { known, silent }: Engines,
  { engine }: Pick<Decisions, "engine">,
  project: string,
): Promise<KnownEngine> {
  const running = engine === "none" ? undefined : await runningEngine(known, project);
  if (running !== undefined) return running;
  throw new Failure(ExitCode.failed, [{
    code: "run-rehearsal-no-engine",
    severity: "error",
    message: `There is no Docker Engine to rehearse in${silent[0] === undefined ? "" : `: ${silent[0].why}`}`,
    hint: "Run it on the machine where the stack runs, as root",
  }]);
}

/** @throws Failure (1) where an engine refuses something, or does not answer any more */
export async function withEngines<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new Failure(ExitCode.failed, [{
      code: "run-rehearsal-no-engine",
      severity: "error",
      message: `The Docker Engine does not do what a rehearsal needs: ${error.message}`,
      hint: error.hint ?? "Fix what it names, then remove what is left: rehearse --clean",
    }]);
  }
}
