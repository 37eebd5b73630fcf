/** How many requests a first run sends, counted by a proxy in front of a real API server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { plannedObjects } from "../../lib/migration/step.ts";
import { connect, ending, runPlan } from "../apiserver/cluster.ts";
import { ClusterClient } from "../../lib/cluster/client.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { type Proxy, startProxy } from "../faults/proxy.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { removeClusterWide } from "../apiserver/cluster.ts";
import { runFerry } from "./ferry.ts";
import { removeVolumes } from "./seen.ts";
import { exampleStack, fafStack, hasFaf, type StackCopy } from "./stacks.ts";

/** All that is asked for an object and for a run: lists, watches, the record, the lock. */
function most(objects: number): number {
  return 1.15 * objects + 20;
}

/**
 * What a command asks besides: of the target, its Traefik, its nodes and its rights before the run, and where something
 * writes before each group of workloads starts.
 */
const BESIDES = 35;

/** What goes through the proxy, as a line each. */
interface Counted {
  readonly proxy: Proxy;
  readonly kubeconfig: string;
  readonly lines: string[];
  /** When it began, in milliseconds of `performance.now()`. */
  readonly start: number;
}

async function counting(cluster: TestCluster, work: (counted: Counted) => Promise<void>): Promise<void> {
  const upstream = await connect(cluster.kubeconfigPath);
  const lines: string[] = [];
  const proxy = await startProxy(upstream.connection, ({ method, path }) => {
    lines.push(`${method} ${path}`);
    return undefined;
  });
  const directory = await Deno.makeTempDir({ prefix: "counted-" });
  const kubeconfig = join(directory, "kubeconfig.json");
  await Deno.writeTextFile(
    kubeconfig,
    JSON.stringify({
      "current-context": "counted",
      clusters: [{ name: "counted", cluster: { server: proxy.url } }],
      users: [{ name: "counted", user: { token: "replaced-by-the-proxy" } }],
      contexts: [{ name: "counted", context: { cluster: "counted", user: "counted" } }],
    }),
  );
  try {
    await work({ proxy, kubeconfig, lines, start: performance.now() });
  } finally {
    await proxy.close();
    upstream.close();
    await Deno.remove(directory, { recursive: true });
  }
}

/** The lock's heartbeat comes every three seconds, and what is watched is listed and watched anew every twenty. */
const BEAT_SECONDS = 3;
const WATCH_SECONDS = 20;

/** Requests that only time makes: as many as there were, and no more than the time has room for. */
function madeByTime(lines: readonly string[], seconds: number): number {
  const beats = lines.filter((line) => line.startsWith("PUT") && line.includes("/leases/")).length;
  const watches = Map.groupBy(
    lines.filter((line) => line.includes("watch=true")),
    (line) => line.split("?")[0],
  );
  const again = [...watches.values()].map(({ length }) =>
    2 * Math.min(length - 1, Math.floor(seconds / WATCH_SECONDS))
  );
  const most = Math.floor(seconds / BEAT_SECONDS);
  return Math.min(Math.max(0, beats - 1), most) + again.reduce((sum, count) => sum + count, 0);
}

/** Asserts that all that was sent is within what so many objects may take. */
function assertFew({ proxy, lines, start }: Counted, objects: number, most: number): void {
  assert.equal(proxy.count() + proxy.watches(), lines.length);
  const requests = lines.length - madeByTime(lines, (performance.now() - start) / 1_000);
  assert.ok(
    requests <= most,
    `${requests} requests for ${objects} objects, at most ${most}:\n${lines.join("\n")}`,
  );
}

Deno.test("a first run sends at most 1.15 requests an object and 20", () =>
  withCluster((cluster) =>
    counting(cluster, async (counted) => {
      const namespace = `${cluster.prefix}-reference`;
      const plan = referencePlan(namespace);
      const connection = await findCluster({ kubeconfig: counted.kubeconfig, env: () => undefined });
      assert.ok(connection !== undefined);
      const client = new ClusterClient(connection);
      try {
        assert.equal(ending(await runPlan(plan, client, namespace)).state, "applied");
        const objects = plan.migrations.flatMap(plannedObjects).length;
        assertFew(counted, objects, most(objects));
        assert.equal(client.requests, counted.lines.length);
      } finally {
        await removeClusterWide(client, namespace);
        client.close();
      }
    })
  ));

/** The whole command, with all that it asks before the run. */
function firstMigrate(stackIn: (namespace: string) => Promise<StackCopy | undefined>): Promise<void> {
  return withCluster((cluster) =>
    counting(cluster, async (counted) => {
      await using stack = await stackIn(`${cluster.prefix}-counted`);
      assert.ok(stack !== undefined);
      const flags = stack.flags.filter((flag) => flag !== "--embedded");
      const { code, out, err } = await runFerry(
        ["migrate", ...flags, "--kubeconfig", counted.kubeconfig, "--yes", "-o", "json"],
        { env: { DOCKER_HOST: "unix:///nobody/listens" } },
      );
      try {
        assert.equal(code, 0, err);
        // The edge: our own lines of JSON.
        const events = out.trim().split("\n").map((line) => JSON.parse(line) as { readonly type: string });
        const objects = events.filter(({ type }) => type === "object").length;
        assertFew(counted, objects, most(objects) + BESIDES);
      } finally {
        await removeVolumes(cluster);
      }
    })
  );
}

Deno.test("a first migrate of the example sends at most 1.15 requests an object and 55", () =>
  firstMigrate(exampleStack));

Deno.test({
  name: "a first migrate of FAF's stack sends at most 1.15 requests an object and 55",
  ignore: !hasFaf,
  fn: () => firstMigrate(fafStack),
});
