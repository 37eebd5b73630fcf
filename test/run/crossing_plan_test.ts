import assert from "node:assert/strict";
import type { ServiceContainer } from "../../lib/docker/service_containers.ts";
import { type KubeObject, objectKey } from "../../lib/kube/object.ts";
import type { Crossings } from "../../lib/migration/cutovers.ts";
import type { PlannedMigration } from "../../lib/migration/step.ts";
import { estimateOutage, planCrossing, type PlannedCutover } from "../../lib/run/crossing_plan.ts";
import type { Cutover } from "../../lib/run/cutover_record.ts";

const DB = workload("db", {
  startupProbe: { initialDelaySeconds: 4, periodSeconds: 2 },
  volumeMounts: [{ name: "data", mountPath: "/d" }, { name: "settings", mountPath: "/etc/db.cnf" }],
}, [{ name: "data", persistentVolumeClaim: { claimName: "db" } }, {
  name: "settings",
  configMap: { name: "db" },
}]);
const WEB = workload("web", {});
const MIGRATIONS: readonly PlannedMigration[] = [
  migration("050_databases", DB),
  migration("080_applications", WEB),
];
const CROSSINGS: Crossings = new Map([
  [objectKey(DB), { service: "db", services: ["db"] }],
  [objectKey(WEB), { service: "web", services: ["web"] }],
]);
const BASE = { migration: "050_databases", containers: [], since: "2026-01-01T00:00:00.000Z" };

function workload(
  name: string,
  container: Record<string, unknown>,
  volumes: readonly Record<string, unknown>[] = [],
): KubeObject {
  const spec = { template: { spec: { containers: [{ name, ...container }], volumes } } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: "shop" }, spec };
}

function migration(id: string, object: KubeObject): PlannedMigration {
  const steps = [{ kind: "apply", objects: [{ object }] } as const];
  return { id, title: id, why: "", steps, absent: [], claimed: [] };
}

function container(service: string, state = "running"): ServiceContainer {
  return {
    name: `shop-${service}-1`,
    service,
    state,
    stopSignal: "SIGTERM",
    stopSeconds: 10,
    writes: [{ sources: [`/srv/${service}`] }, { sources: ["/srv/settings.cnf"] }],
  } as unknown as ServiceContainer;
}

/** What the pod writes to; the container could write to a file of settings besides. */
const CLAIMS = new Map([["shop/db", "/srv/db"]]);

async function crossingOf(
  containers: readonly ServiceContainer[],
  cutovers: ReadonlyMap<string, Cutover> = new Map(),
): Promise<readonly PlannedCutover[]> {
  const oldSide = {
    find: (services: readonly string[]) =>
      Promise.resolve({
        containers: containers.filter(({ service }) => services.includes(service ?? "")),
        silent: [],
      }),
  };
  const decided = (): undefined => undefined;
  return await planCrossing(MIGRATIONS, { crossings: CROSSINGS, cutovers, oldSide, decided, claims: CLAIMS });
}

async function planned(...given: Parameters<typeof crossingOf>): Promise<readonly string[]> {
  return (await crossingOf(...given)).map(({ migration, service, state = "new" }) =>
    `${migration} ${service} ${state}`
  );
}

Deno.test("planCrossing() has what runs, in the order of the migrations", async () => {
  assert.deepEqual(await planned([container("web"), container("db")]), [
    "050_databases db new",
    "080_applications web new",
  ]);
  assert.deepEqual(await planned([container("web"), container("db", "stopped")]), [
    "080_applications web new",
  ]);
  assert.deepEqual(await planned([]), []);
});

Deno.test("planCrossing() goes on with what is on its way, and leaves out what has moved", async () => {
  const on = new Map<string, Cutover>([["db", { ...BASE, state: "closed" }]]);
  assert.deepEqual(await planned([], on), ["050_databases db closed"]);
  assert.deepEqual(await planned([], new Map([["db", { ...BASE, state: "verified" }]])), []);
});

Deno.test("planCrossing() names the directories that the pod writes to, and no file of configuration", async () => {
  const crossing = await crossingOf([container("web"), container("db")]);
  assert.deepEqual(crossing.map(({ service, directories }) => [service, directories]), [
    ["db", ["/srv/db"]],
    ["web", []],
  ]);
});

Deno.test("estimateOutage() adds its end, its start and its first probe; at most it takes its whole time to end", () => {
  const active = [container("db")];
  const { expectedMs, mostMs } = estimateOutage({ workload: { object: DB } }, active);
  assert.equal(expectedMs, 500 + 2_500 + 5_000);
  assert.equal(mostMs, 10_000 + 2_500 + 5_000);
  assert.equal(estimateOutage({ workload: { object: WEB } }, active).expectedMs, 3_000);
});
