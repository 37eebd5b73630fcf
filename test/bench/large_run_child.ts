/**
 * The process that the benchmark of large runs measures: a first run of a plan, and a second with nothing to do. Prints
 * milliseconds, requests, bytes of the record, and the most memory that the process had.
 */
import { ClusterClient } from "../../lib/cluster/client.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import { type Plan, plannedObjects } from "../../lib/migration/step.ts";
import { runPlan } from "../../lib/run/run_plan.ts";
import { largePlan } from "./large_plan.ts";
import { peakMegabytes } from "./peak_memory.ts";

/** What one process found. */
export interface LargeRun {
  readonly objects: number;
  readonly firstMs: number;
  readonly requests: number;
  readonly againMs: number;
  readonly againRequests: number;
  readonly peakMb: number;
}

async function run(plan: Plan, client: ClusterClient, namespace: string): Promise<string> {
  let state = "";
  const events = runPlan(plan, {
    client,
    namespace,
    by: "bench",
    now: () => new Date().toISOString(),
    signal: new AbortController().signal,
  });
  for await (const event of events) {
    if (event.type === "migration-finished" && event.state === "failed") {
      throw new Error(JSON.stringify(event.diagnostics));
    }
    if (event.type === "run-finished") state = event.state;
  }
  return state;
}

async function measure(kubeconfig: string, namespace: string, migrations: number): Promise<LargeRun> {
  const connection = await findCluster({ kubeconfig, env: () => undefined });
  if (connection === undefined) throw new Error(`No cluster in ${kubeconfig}`);
  const client = new ClusterClient(connection);
  const plan = largePlan(namespace, migrations);
  const start = performance.now();
  const first = await run(plan, client, namespace);
  const [between, requests] = [performance.now(), client.requests];
  const again = await run(plan, client, namespace);
  const end = performance.now();
  client.close();
  if (first !== "applied" || again !== "unchanged") throw new Error(`The runs ended ${first}, ${again}`);
  return {
    objects: plan.migrations.flatMap(plannedObjects).length,
    firstMs: Math.round(between - start),
    requests,
    againMs: Math.round(end - between),
    againRequests: client.requests - requests,
    peakMb: peakMegabytes(),
  };
}

const [kubeconfig = "", namespace = "", migrations = "5"] = Deno.args;
const result = await measure(kubeconfig, namespace, Number(migrations));
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result)));
