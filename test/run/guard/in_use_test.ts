import assert from "node:assert/strict";
import type { Container } from "../../../lib/docker/containers.ts";
import type { PlannedObject } from "../../../lib/kube/object.ts";
import { type Place, placeByName } from "../../../lib/node/place.ts";
import { inUse, type SeenContainer, type SharedInCompose } from "../../../lib/run/guard/in_use.ts";
import { portsInUse } from "../../../lib/run/guard/ports_in_use.ts";

const DB: Container = {
  id: "a".repeat(64),
  name: "faf-db-1",
  project: "faf",
  service: "faf-db",
  state: "running",
  restart: "unless-stopped",
  exitCode: 0,
  writes: [{ sources: ["/opt/faf/data/db/"] }],
  ports: ["3306/tcp"],
  engine: { title: "Docker Engine at unix:///var/run/docker.sock", flags: "" },
};

function workload(kind: string, service = "faf-db", more: object = {}): PlannedObject {
  return {
    service,
    object: {
      apiVersion: "apps/v1",
      kind,
      metadata: { name: "db", namespace: "n" },
      spec: { template: { spec: { containers: [{ name: "db", ...more }] } } },
    },
  };
}

function seen(container: Container): SeenContainer {
  return {
    container,
    writes: container.writes.map((mount) => ({ mount, places: mount.sources.map(placeByName) })),
  };
}

const NOT_SHARED: SharedInCompose = () => false;

function told(containers: readonly Container[], places: readonly Place[], isShared = NOT_SHARED): string[] {
  const starting = [{ planned: workload("StatefulSet"), places }];
  return inUse(containers.map(seen), starting, isShared, { severity: "error", doing: "would start" }).map((
    { code, severity, message, hint },
  ) => `${severity} ${code}: ${message} | ${hint}`);
}

const DATA = placeByName("/opt/faf/data/db");

Deno.test("inUse() names a container that writes where a workload will, and how to stop it", () => {
  assert.deepEqual(told([DB], [DATA]), [
    'error run-data-in-use: Container "faf-db-1" still runs and writes to "/opt/faf/data/db", where StatefulSet n/db ' +
    "would start: two writers on one directory destroy its data | " +
    "Stop it before the move: docker compose -p faf stop faf-db",
  ]);
  const { project: _project, ...foreign } = { ...DB, writes: [{ sources: ["/opt/faf"] }] };
  assert.match(told([foreign], [DATA])[0] ?? "", /docker stop faf-db-1$/);
});

Deno.test("inUse() says of a container of the project itself that a crossing moves it", () => {
  const { service = "", object } = workload("StatefulSet");
  const labels = { "app.kubernetes.io/part-of": "faf" };
  const planned = { service, object: { ...object, metadata: { ...object.metadata, labels } } };
  const hintOf = (container: Container): string | undefined =>
    inUse([seen(container)], [{ planned, places: [DATA] }], NOT_SHARED, {
      severity: "warning",
      doing: "would start",
    })[0]?.hint;
  assert.equal(
    hintOf(DB),
    "Let migrate --cross move it, or stop it before the move: docker compose -p faf stop faf-db",
  );
  assert.match(
    hintOf({ ...DB, project: "other" }) ?? "",
    /^Stop it before the move: docker compose -p other /,
  );
});

Deno.test("inUse() counts what is paused or being restarted, and nothing that is stopped or never ran", () => {
  const words = (["running", "paused", "restarting", "stopped", "created"] as const)
    .map((state) =>
      told([{ ...DB, state }], [DATA]).map((line) => /faf-db-1" (.*?) and writes/.exec(line)?.[1])
    );
  assert.deepEqual(words, [["still runs"], ["is paused"], ["is being restarted"], [], []]);
});

Deno.test("inUse() has nothing against other directories and names that only begin alike", () => {
  assert.deepEqual(told([DB], [placeByName("/opt/faf/data/other")]), []);
  assert.deepEqual(told([{ ...DB, writes: [{ sources: ["/opt/faf/data/db-old"] }] }], [DATA]), []);
  assert.deepEqual(told([{ ...DB, writes: [] }], [DATA]), []);
});

Deno.test("inUse() warns of stopped containers that the engine starts again, with the command that prevents it", () => {
  const stopped = { ...DB, state: "stopped" } as const;
  const always = { ...stopped, restart: "always" };
  const killed = { ...stopped, name: "faf-db-2", restart: "on-failure", exitCode: 137 };
  const calm = [{ ...killed, exitCode: 0 }, stopped, { ...always, state: "created" as const }];
  assert.deepEqual(told(calm, [DATA]), []);
  const [line, ...more] = told([always, killed], [DATA]);
  assert.deepEqual(more, []);
  assert.match(
    line ?? "",
    /^warning run-comes-back: 2 containers such as "faf-db-1" are stopped, but come back/,
  );
  assert.match(line ?? "", /\(restart: always, on-failure\).*docker update --restart=no faf-db-1 faf-db-2$/);
});

Deno.test("inUse() says which engine it means where Docker's command would ask another one", () => {
  const engine = {
    title: "rootless Docker Engine at unix:///run/user/1000/docker.sock",
    flags: "-H unix:///run/user/1000/docker.sock ",
  };
  const [line] = told([{ ...DB, engine }], [DATA]);
  assert.match(
    line ?? "",
    /"faf-db-1" of the rootless Docker Engine at unix:\/\/\/run\/user\/1000\/docker.sock still/,
  );
  assert.match(line ?? "", /docker -H unix:\/\/\/run\/user\/1000\/docker.sock compose -p faf stop faf-db$/);
});

Deno.test("portsInUse() says which ports move at once, and which have to be let go of", () => {
  const service = (name: string, type: string, ports: readonly object[]): PlannedObject => ({
    object: { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "n" }, spec: { type, ports } },
  });
  const objects: PlannedObject[] = [
    workload("Deployment", "other", { ports: [{ containerPort: 1, hostPort: 3478, protocol: "UDP" }] }),
    service("front", "LoadBalancer", [{ port: 80 }, { port: 443 }, { port: 53, protocol: "UDP" }]),
    service("inside", "ClusterIP", [{ port: 5000 }]),
  ];
  const ports = ["53/tcp", "53/udp", "80/tcp", "3478/udp", "5000/tcp"];
  const found = portsInUse([{ ...DB, name: "x", ports }, { ...DB, state: "stopped", ports }], objects)
    .map(({ severity, message }) => `${severity}: ${message.slice(0, message.indexOf(" of this machine"))}`);
  assert.deepEqual(found, [
    'info: Container "x" answers on 53/udp, 80/tcp',
    'warning: Container "x" still holds 3478/udp',
  ]);
});
