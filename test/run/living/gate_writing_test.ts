import assert from "node:assert/strict";
import type { ClusterClient } from "../../../lib/cluster/client.ts";
import type { KubeObject } from "../../../lib/kube/object.ts";
import { gateObjects } from "../../../lib/run/living/gate.ts";
import {
  type GateWriting,
  isFree,
  namesOfGate,
  putObjects,
  takeObjects,
  triedOut,
} from "../../../lib/run/living/gate_writing.ts";

const OBJECTS = gateObjects("db", "shop", [{ port: 5432, hostPort: 26_000 }], "10.42.0.1");

/** A server that has these, each with a uid. */
function server(
  ...live: readonly KubeObject[]
): { readonly objects: Map<string, KubeObject>; readonly writing: GateWriting } {
  const keyOf = (kind: string, name: string): string => `${kind} ${name}`;
  const seen = (object: KubeObject): [string, KubeObject] => [
    keyOf(object.kind, object.metadata.name),
    { ...object, metadata: { ...object.metadata, uid: object.metadata.name } },
  ];
  const objects = new Map(live.map(seen));
  type Ref = { readonly kind: string; readonly name: string };
  const client = {
    get: ({ kind, name }: Ref) => Promise.resolve(objects.get(keyOf(kind, name))),
    apply: (object: KubeObject) => {
      objects.set(...seen(object));
      return Promise.resolve({ object, created: true });
    },
    delete: ({ kind, name }: Ref) => Promise.resolve(objects.delete(keyOf(kind, name))),
    list: (_kind: unknown, _namespace: string, { labelSelector }: { readonly labelSelector: string }) => {
      const wanted = labelSelector.split(",").map((one) => one.split("="));
      const items = [...objects.values()].filter(({ kind, metadata }) =>
        kind === "EndpointSlice" && wanted.every(([key = "", value]) => metadata.labels?.[key] === value)
      );
      return Promise.resolve({ items, resourceVersion: "0" });
    },
  } as unknown as ClusterClient;
  return {
    objects,
    writing: { client, owner: "shop", epoch: 1, guard: () => Promise.resolve(), push: () => {} },
  };
}

function service(labels: Record<string, string>, spec: Record<string, unknown>): KubeObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "db", namespace: "shop", labels }, spec };
}

Deno.test("triedOut(): a gate that failed is closed also where the API server no longer answers", async () => {
  let isClosed = false;
  const { writing } = server();
  const client = { ...writing.client, get: () => Promise.resolve(undefined) } as unknown as ClusterClient;
  const gone = new Error("The API server is gone");
  const failing = triedOut(OBJECTS, { ...writing, client }, {
    open: () => {
      client.get = () => Promise.reject(gone);
      return Promise.resolve("nobody answers");
    },
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  });
  await assert.rejects(failing, gone);
  assert.equal(isClosed, true);
});

Deno.test("putObjects() makes what takeObjects() takes away", async () => {
  const { objects, writing } = server();
  assert.equal(await putObjects(OBJECTS, writing), undefined);
  assert.deepEqual([...objects.keys()], ["Service db", "EndpointSlice db-in-docker"]);
  assert.equal(objects.get("Service db")?.metadata.labels?.["compose-ferry/owner"], "shop");
  assert.equal(await takeObjects(OBJECTS, writing), undefined);
  assert.deepEqual([...objects.keys()], []);
});

Deno.test("putObjects() and takeObjects() leave a Service that somebody else made, and say so", async () => {
  const own = service({ app: "by hand" }, { ports: [] });
  const { objects, writing } = server(own);
  assert.match(await putObjects(OBJECTS, writing) ?? "", /^Service shop\/db is there, was not made by this/);
  assert.deepEqual([...objects.keys()], ["Service db"]);
  assert.deepEqual(objects.get("Service db")?.["spec"], { ports: [] });
  assert.match(await takeObjects(OBJECTS, writing) ?? "", /^Service shop\/db is there/);
  assert.deepEqual([...objects.keys()], ["Service db"]);
});

Deno.test("takeObjects() leaves a Service that is a migration's by now", async () => {
  const { objects, writing } = server(
    service({ "compose-ferry/owner": "shop" }, { selector: { app: "db" } }),
  );
  assert.equal(await takeObjects(OBJECTS, writing), undefined);
  assert.deepEqual([...objects.keys()], ["Service db"]);
});

Deno.test("triedOut() takes away what failed, and leaves what was open before", async () => {
  const { objects, writing } = server();
  let closed = 0;
  const close = (): Promise<void> => {
    closed += 1;
    return Promise.resolve();
  };
  const fails = async (): Promise<string> => await putObjects(OBJECTS, writing) ?? "nobody answers";
  assert.equal(await triedOut(OBJECTS, writing, { open: fails, close }), "nobody answers");
  assert.deepEqual([closed, ...objects.keys()], [1]);
  const breaks = async (): Promise<never> => {
    await putObjects(OBJECTS, writing);
    throw new Error("the engine breaks off");
  };
  await assert.rejects(triedOut(OBJECTS, writing, { open: breaks, close }), /breaks off/);
  assert.deepEqual([closed, ...objects.keys()], [2]);
  const opens = (): Promise<string | undefined> => putObjects(OBJECTS, writing);
  assert.equal(await triedOut(OBJECTS, writing, { open: opens, close }), undefined);
  assert.equal(await triedOut(OBJECTS, writing, { open: fails, close }), "nobody answers");
  assert.deepEqual([closed, objects.size], [2, 2]);
});

Deno.test("namesOfGate() are the other names, and isFree() is none that another Service has", async () => {
  const { writing } = server(service({ "compose-ferry/owner": "shop" }, { selector: { app: "db" } }));
  const other = gateObjects("store", "shop", [], "10.42.0.1", "database");
  assert.equal(await isFree(other, writing), true);
  await putObjects([...gateObjects("store", "shop", [], "10.42.0.1"), ...other], writing);
  assert.deepEqual(await namesOfGate("store", "shop", writing), ["database"]);
  assert.equal(await isFree(other, writing), true);
  assert.equal(await isFree(gateObjects("cache", "shop", [], "10.42.0.1", "database"), writing), false);
  assert.equal(await isFree(gateObjects("store", "shop", [], "10.42.0.1", "db"), writing), false);
});
