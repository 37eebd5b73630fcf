/** Answers in the shape of the API server's own, by HTTP. */
import assert from "node:assert/strict";
import { ClusterClient } from "../../../lib/cluster/client.ts";
import { createTransport } from "../../../lib/cluster/connection.ts";
import type { KubeObject } from "../../../lib/kube/object.ts";
import { type Nowhere, openedPlace, openerOf } from "../../../lib/run/verify/opened_port.ts";
import type { Place } from "../../../lib/run/verify/ask.ts";

const POD_PORTS = [{ containerPort: 5432, hostPort: 15432, hostIP: "127.0.0.1", protocol: "TCP" }, {
  containerPort: 81,
  hostPort: 8081,
}, { containerPort: 53, hostPort: 9053, protocol: "UDP" }];
const POD_SPEC = { containers: [{ name: "db", ports: POD_PORTS }] };
const LABELS = { app: "db" };
const PLANNED: readonly KubeObject[] = [
  {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: "db", namespace: "shop" } },
    spec: { type: "ClusterIP", ports: [{ port: 5432, protocol: "TCP" }] },
  },
  {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: "web-public", namespace: "shop" } },
    spec: { type: "LoadBalancer", ports: [{ port: 8000, protocol: "TCP" }, { port: 54, protocol: "UDP" }] },
  },
  {
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "db", namespace: "shop" } },
    spec: {
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: { ...LABELS, role: "store" } }, spec: POD_SPEC },
    },
  },
];

/** Where the port is opened in a cluster that has these objects, by their paths. */
async function place(
  hostPort: number,
  live: Readonly<Record<string, unknown>>,
): Promise<Place | Nowhere | undefined> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const { pathname, searchParams } = new URL(url);
    const found = live[pathname + (searchParams.get("labelSelector") ?? "")];
    const isList = pathname.endsWith("/pods");
    return isList || found !== undefined
      ? Response.json(isList ? { metadata: { resourceVersion: "1" }, items: found ?? [] } : found)
      : Response.json({ kind: "Status", reason: "NotFound", code: 404 }, { status: 404 });
  });
  const address = `http://127.0.0.1:${server.addr.port}`;
  const { transport } = createTransport(address, {});
  const client = new ClusterClient({
    ...{ context: "test", server: address, transport, trustsOthers: false },
    authorize: () => Promise.resolve({}),
    close: () => transport.close(),
  });
  try {
    const opener = openerOf(PLANNED, { hostPort });
    return opener === undefined ? undefined : await openedPlace(client, opener, { hostPort });
  } finally {
    client.close();
    await server.shutdown();
  }
}

const SERVICE = "/api/v1/namespaces/shop/services/web-public";
const PODS = "/api/v1/namespaces/shop/podsapp=db";

function pod(phase: string, more: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    metadata: { name: "db-0", namespace: "shop", ...more },
    spec: POD_SPEC,
    status: { phase, hostIP: "10.0.0.7" },
  };
}

Deno.test("openerOf() knows which ports the plan opens to the outside", () => {
  assert.equal(openerOf(PLANNED, { hostPort: 8000 })?.kind, "balancer");
  assert.equal(openerOf(PLANNED, { hostPort: 15432 })?.kind, "pod");
  // A port inside the cluster, two of UDP, and one that nobody has.
  for (const hostPort of [5432, 54, 9053, 7]) {
    assert.equal(openerOf(PLANNED, { hostPort }), undefined, `${hostPort}`);
  }
});

Deno.test("openedPlace() is the load balancer's address, once it has one", async () => {
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web-public", namespace: "shop" } };
  const ingress = [{ ip: "10.0.0.7" }];
  assert.deepEqual(await place(8000, { [SERVICE]: { ...service, status: { loadBalancer: { ingress } } } }), {
    hostname: "10.0.0.7",
    port: 8000,
  });
  const none = { silence: 'Service "web-public" does not open it' };
  assert.deepEqual(await place(8000, { [SERVICE]: { ...service, status: { loadBalancer: {} } } }), none);
  assert.deepEqual(await place(8000, {}), none);
});

Deno.test("openedPlace() is the address of the pod's port, or its node's, while the pod runs", async () => {
  const running = { [PODS]: [pod("Running")] };
  assert.deepEqual(await place(15432, running), { hostname: "127.0.0.1", port: 15432 });
  assert.deepEqual(await place(8081, running), { hostname: "10.0.0.7", port: 8081 });
  const none = { silence: "no pod that opens it runs" };
  assert.deepEqual(await place(15432, {}), none);
  assert.deepEqual(await place(15432, { [PODS]: [pod("Pending")] }), none);
  const ending = pod("Running", { deletionTimestamp: "2026-01-01T00:00:00Z" });
  assert.deepEqual(await place(15432, { [PODS]: [ending] }), none);
});
