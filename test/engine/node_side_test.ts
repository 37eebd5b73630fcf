import { deepEqual } from "node:assert/strict";
import { addressesOf, madeUp, type Pod, type Service } from "./node_side.ts";

Deno.test("the address of a Service is that of the pods that it chooses", () => {
  const pod: Pod = {
    metadata: { name: "db-0", labels: { app: "db", tier: "data" } },
    spec: { containers: [] },
    status: { podIPs: [{ ip: "10.42.0.7" }] },
  };
  const service = (clusterIP: string, selector?: Record<string, string>): Service => ({
    spec: { type: "ClusterIP", clusterIP, ports: [], ...(selector === undefined ? {} : { selector }) },
  });
  const fronts = [
    service("10.43.0.1", { app: "db" }),
    service("10.43.0.2", { app: "db", tier: "data" }),
    service("10.43.0.3", { app: "web" }),
    service("None", { app: "db" }),
    service("10.43.0.4"),
  ];
  deepEqual(addressesOf(pod, fronts), ["10.42.0.7", "10.43.0.1", "10.43.0.2"]);
});

Deno.test("a hostname is made up where the stack says none", () => {
  const pod: Pod = { metadata: { name: "db-0" }, spec: { containers: [], hostname: "db" }, status: {} };
  deepEqual(madeUp(pod, undefined), ["db-0", "db"]);
  deepEqual(madeUp(pod, "db"), ["db-0"]);
});
