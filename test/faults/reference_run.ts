/** Runs the reference plan as `migrate` does, and says its events as JSON lines: in the child, and in peace after it. */
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { runPlan } from "../../lib/run/run_plan.ts";
import { referencePlan } from "../run/reference_plan.ts";

/** @returns the exit code that `migrate` would have */
export async function runReference(
  client: ClusterClient,
  namespace: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<number> {
  let state = "";
  try {
    const events = runPlan(referencePlan(namespace), {
      client,
      namespace,
      by: "faults@here",
      now: () => new Date().toISOString(),
      signal,
    });
    for await (const event of events) {
      say(JSON.stringify(event));
      if (event.type === "run-finished") state = event.state;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(JSON.stringify({ type: "failure", diagnostics: error.diagnostics }));
    return error.exitCode;
  }
  return state === "failed" ? 1 : state === "interrupted" ? 130 : 0;
}
