/** What a service reserves: never above its limit, which an API server refuses. */
import { deepEqual } from "node:assert/strict";
import { containerOf, findingsOf, planText } from "../cli/planned_text.ts";

const STACK = `services:
  cpu:
    image: acme/app:1
    restart: always
    deploy: { resources: { limits: { cpus: "0.5" }, reservations: { cpus: "1" } } }
  memory: { image: acme/app:1, restart: always, mem_limit: 512m, mem_reservation: 1g }
  both:
    image: acme/app:1
    restart: always
    deploy: { resources: { limits: { cpus: "2", memory: 1g }, reservations: { cpus: "1", memory: 64m } } }
`;

Deno.test("a reservation above the limit is as much as the limit, and a warning says so at its place", async () => {
  const stack = await planText(STACK);
  deepEqual(containerOf(stack, "cpu")["resources"], { limits: { cpu: "500m" }, requests: { cpu: "500m" } });
  deepEqual(containerOf(stack, "memory")["resources"], {
    limits: { memory: "512Mi" },
    requests: { memory: "512Mi" },
  });
  deepEqual(containerOf(stack, "both")["resources"], {
    limits: { cpu: "2", memory: "1Gi" },
    requests: { cpu: "1", memory: "64Mi" },
  });
  deepEqual(findingsOf(stack, "kube-request-above-limit"), [
    'warning Service "cpu" reserves 1 of cpu, above its limit of 500m, which Kubernetes refuses: ' +
    "its pod reserves as much as the limit (compose.yaml:5:75)",
    'warning Service "memory" reserves 1Gi of memory, above its limit of 512Mi, which Kubernetes refuses: ' +
    "its pod reserves as much as the limit (compose.yaml:6:83)",
  ]);
});

Deno.test("a decided request above the limit is one of decisions.yaml", async () => {
  const decisions = 'services: { both: { resources: { requestCpu: "4" } } }\n';
  const found = findingsOf(await planText(STACK, { decisions }), "kube-request-above-limit");
  deepEqual(found.filter((text) => text.includes('"both"')), [
    'warning Service "both" reserves 4 of cpu, above its limit of 2, which Kubernetes refuses: ' +
    "its pod reserves as much as the limit (decisions.yaml:1:46)",
  ]);
});

Deno.test("that compose reserves no processors is a remark, but for where it is decided", async () => {
  const [first, second, ...more] = findingsOf(await planText(STACK), "kube-cpu-reserved");
  deepEqual([first?.endsWith("(compose.yaml:5:75)"), second?.endsWith("(compose.yaml:10:85)"), more], [
    true,
    true,
    [],
  ]);
  const decisions =
    'services: { cpu: { resources: { requestCpu: "0" } }, both: { resources: { requestCpu: 1 } } }\n';
  const decided = await planText(STACK, { decisions });
  deepEqual(findingsOf(decided, "kube-cpu-reserved"), []);
  deepEqual(containerOf(decided, "cpu")["resources"], { limits: { cpu: "500m" }, requests: { cpu: "0" } });
});
