import { deepEqual, equal } from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import { forOlderServer } from "../../lib/migration/older_server.ts";
import { type Plan, plannedObjects } from "../../lib/migration/step.ts";

function podOf(kind: string, pod: Record<string, unknown>): Record<string, unknown> {
  const template = { spec: pod };
  const spec = kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template };
  const object: KubeObject = { apiVersion: "v1", kind, metadata: { name: "one" }, spec };
  const plan: Plan = {
    migrations: [{
      id: "080_applications",
      title: "",
      why: "",
      steps: [{ kind: "apply", objects: [{ object }] }],
      absent: [],
      claimed: [],
    }],
  };
  const [migration] = forOlderServer(plan).migrations;
  const [planned] = migration === undefined ? [] : plannedObjects(migration);
  const text = JSON.stringify(planned?.object["spec"]);
  equal(text.includes("hostnameOverride"), false);
  const found = planned?.object["spec"] as { template?: { spec: Record<string, unknown> } };
  const inner = found as { jobTemplate?: { spec: { template: { spec: Record<string, unknown> } } } };
  return found.template?.spec ?? inner.jobTemplate?.spec.template.spec ?? {};
}

Deno.test("forOlderServer() gives a StatefulSet's pod both names as lines of its hosts file", () => {
  const short = { ip: "127.0.0.1", hostnames: ["mail"] };
  deepEqual(podOf("StatefulSet", { hostnameOverride: "mail.example.org", hostAliases: [short] }), {
    hostAliases: [{ ip: "127.0.0.1", hostnames: ["mail", "mail.example.org"] }],
  });
  deepEqual(podOf("StatefulSet", { hostnameOverride: "db" }), {
    hostAliases: [{ ip: "127.0.0.1", hostnames: ["db"] }],
  });
});

Deno.test("forOlderServer() gives no loopback address to a name on which a program listens", () => {
  deepEqual(podOf("StatefulSet", { hostname: "db", hostnameOverride: "db" }), { hostname: "db" });
});

Deno.test("forOlderServer() leaves a hostname, and what else its hosts file has", () => {
  const other = { ip: "10.0.0.7", hostnames: ["old"] };
  const lines = [{ ip: "127.0.0.1", hostnames: ["mail", "self"] }, other];
  deepEqual(
    podOf("CronJob", { hostname: "mail", hostnameOverride: "mail.example.org", hostAliases: lines }),
    {
      hostname: "mail",
      hostAliases: [{ ip: "127.0.0.1", hostnames: ["mail.example.org", "self"] }, other],
    },
  );
});

Deno.test("forOlderServer() changes no pod without a name of its own", () => {
  deepEqual(podOf("Deployment", { hostname: "web" }), { hostname: "web" });
});
