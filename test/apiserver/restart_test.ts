import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { clusterWith, type EmbeddedCluster } from "../../lib/embedded_cluster/embedded.ts";
import { testClusterOptions } from "../embedded_cluster/fixture.ts";
import { readStatus } from "../../lib/run/status.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { connect, ending, runPlan } from "./cluster.ts";

const RESTARTS = 10;

/** A cluster of its own: the shared one serves other tests meanwhile. */
async function withOwnCluster(
  work: (cluster: EmbeddedCluster, kubeconfig: string) => Promise<void>,
): Promise<void> {
  const options = testClusterOptions();
  const directory = join(dirname(options.directory), "restart-cluster");
  const cluster = clusterWith({ ...options, directory, audit: false }, Deno.env.toObject());
  try {
    const { kubeconfigPath } = await cluster.up(() => undefined);
    await work(cluster, kubeconfigPath);
  } finally {
    await cluster.reset(() => undefined);
  }
}

/** SIGKILL, so that nothing is answered any more, and a new process on the same port. */
async function restartServer(cluster: EmbeddedCluster): Promise<void> {
  const { processes } = await cluster.status();
  const server = processes.find(({ name, running }) => running && name.includes("apiserver"));
  assert.ok(server !== undefined, JSON.stringify(processes));
  Deno.kill(server.pid, "SIGKILL");
  // A killed process is there for a moment more, and "up" would find everything running.
  while ((await cluster.status()).processes.some(({ pid, running }) => pid === server.pid && running)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await cluster.up(() => undefined);
}

Deno.test("runs outlive an API server that is killed ten times while they work", async () => {
  await withOwnCluster(async (cluster, kubeconfig) => {
    const client = await connect(kubeconfig);
    const namespace = "restarts";
    let restarts = 0;
    let edition = 0;
    try {
      let isOver = false;
      const disturb = async (): Promise<void> => {
        while (restarts < RESTARTS) {
          await new Promise((resolve) => setTimeout(resolve, 1_000 + 200 * restarts));
          if (isOver) return;
          await restartServer(cluster);
          restarts++;
        }
      };
      const disturbance = disturb();
      // Its failure is awaited below; until then it must not end the process.
      disturbance.catch(() => undefined);
      while (restarts < RESTARTS) {
        const plan = referencePlan(namespace, { edition: String(++edition) });
        const events = await runPlan(plan, client, namespace);
        const failures = events.flatMap((event) =>
          event.type === "migration-finished" ? event.diagnostics.map(({ message }) => message) : []
        );
        assert.deepEqual([ending(events).state, failures], ["applied", []], `edition ${edition}`);
      }
      isOver = true;
      await disturbance;
      const plan = referencePlan(namespace, { edition: String(edition) });
      assert.equal(ending(await runPlan(plan, client, namespace)).state, "unchanged");
      const { status } = await readStatus(plan, client, namespace);
      assert.deepEqual([status.next, status.run], [null, null]);
    } finally {
      client.close();
    }
  });
});
