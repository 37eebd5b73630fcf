/** The process that is killed: runs the reference plan as `migrate` does, and prints its events as JSON lines. */
import { ClusterClient } from "../../lib/cluster/client.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { execute } from "../../lib/run/execute.ts";
import { referencePlan } from "../run/reference_plan.ts";

const [kubeconfig = "", namespace = "", edition = "1"] = Deno.args;
const interrupt = new AbortController();
Deno.addSignalListener("SIGINT", () => interrupt.abort(new DOMException("Interrupted", "AbortError")));

Deno.exit(await run());

async function run(): Promise<number> {
  const connection = await findCluster({ kubeconfig, env: () => undefined });
  if (connection === undefined) return 4;
  const client = new ClusterClient(connection);
  let state = "";
  try {
    const events = execute(referencePlan(namespace, { edition }), {
      client,
      namespace,
      by: "faults@here",
      now: () => new Date().toISOString(),
      signal: interrupt.signal,
    });
    for await (const event of events) {
      print(event);
      if (event.type === "run-finished") state = event.state;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    print({ type: "failure", diagnostics: error.diagnostics });
    return error.exitCode;
  }
  return state === "failed" ? 1 : state === "interrupted" ? 130 : 0;
}

function print(value: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}
