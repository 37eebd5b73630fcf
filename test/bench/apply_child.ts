/** The process that the apply benchmark measures on our side: everything of a run but reading a compose stack. */
import { ClusterClient } from "../../lib/cluster/client.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import { dryRun } from "../../lib/run/dry_run.ts";
import { runPlan } from "../../lib/run/run_plan.ts";
import { benchPlan } from "./apply_objects.ts";

const [mode = "", kubeconfig = "", namespace = "", count = "160", edition = "1"] = Deno.args;
const connection = await findCluster({ kubeconfig, env: () => undefined });
if (connection === undefined) throw new Error(`No cluster in ${kubeconfig}`);
const client = new ClusterClient(connection);
const plan = benchPlan(namespace, Number(count), edition);
if (mode === "dry-run") {
  const previews = await dryRun(plan, { client, namespace });
  const problems = previews.flatMap(({ diagnostics }) => diagnostics);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
} else {
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
  }
}
client.close();
