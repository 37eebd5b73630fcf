import assert from "node:assert/strict";
import { join } from "node:path";
import type { KubeObject } from "../../lib/kube/object.ts";
import { jobLikeWorkload } from "../../lib/kube/jobs/script/workload_job.ts";
import { closedWorkloads } from "../../lib/kube/access/closed_pods.ts";
import { fields, list } from "../../lib/values/json.ts";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

const COMPOSE = `services:
  vpn:
    image: acme/vpn:1
    restart: always
    command: [serve]
    healthcheck: { test: [CMD, up] }
  app:
    image: acme/app:1
    restart: always
    network_mode: service:vpn
    depends_on: { vpn: { condition: service_healthy } }
`;

async function planned(decisions = "", compose = COMPOSE): Promise<TestStack> {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "compose.yaml"), compose);
  const stack = await planTestStack({ directory, decisions });
  await Deno.remove(directory, { recursive: true });
  return stack;
}

function podOf(workload: KubeObject): Record<string, unknown> {
  return fields(fields(fields(workload["spec"])["template"])["spec"]);
}

Deno.test("a Job like a service of a pod of several runs that service's program, and none of the others", async () => {
  const { conversion } = await planned();
  const workload = conversion.services.get("vpn")?.workload[0]?.object;
  assert.ok(workload !== undefined);
  assert.deepEqual(list(podOf(workload)["initContainers"]).map(({ name }) => name), ["vpn"]);
  const pod = podOf(jobLikeWorkload(workload, "vpn-schema", ["prepare"]));
  assert.equal(pod["initContainers"], undefined);
  assert.deepEqual(
    list(pod["containers"]).map(({ image, args, restartPolicy }) => ({ image, args, restartPolicy })),
    [{ image: "acme/vpn:1", args: ["prepare"], restartPolicy: undefined }],
  );
});

Deno.test("a login server in another's pod closes that pod", async () => {
  const { conversion } = await planned();
  assert.deepEqual(closedWorkloads(conversion, { identity: { app: { engine: "hydra" } } } as never), ["vpn"]);
});

Deno.test("a service of another's pod is moved, and starts where that one does", async () => {
  const { conversion } = await planned();
  const app = conversion.services.get("app");
  assert.equal(app?.kind, "Deployment");
  assert.equal(app?.inPodOf, "vpn");
  assert.deepEqual(app?.workload, []);
});

const TUNNEL = `services:
  list: { image: acme/list:1, restart: always, network_mode: service:vpn, depends_on: { torrent: { condition: service_healthy } } }
  torrent:
    image: acme/torrent:1
    restart: always
    network_mode: service:vpn
    healthcheck: { test: [CMD, up] }
    depends_on: { cache: { condition: service_healthy } }
  cache: { image: acme/cache:1, restart: always, network_mode: service:vpn, healthcheck: { test: [CMD, up] } }
  vpn: { image: acme/vpn:1, restart: always }
`;

Deno.test("what is waited for in a pod starts after what it needs: its network, and what it waits for itself", async () => {
  const { conversion } = await planned("", TUNNEL);
  const workload = conversion.services.get("vpn")?.workload[0]?.object;
  assert.ok(workload !== undefined);
  const pod = podOf(workload);
  assert.deepEqual(list(pod["initContainers"]).map(({ name }) => name), ["vpn", "cache", "torrent"]);
  assert.deepEqual(list(pod["containers"]).map(({ name }) => name), ["list"]);
});

const OPENED = `services:
  vpn:
    image: acme/vpn:1
    restart: always
    healthcheck: { test: [CMD, up] }
    ports: ["127.0.0.1:8001:80", "8002:81/udp"]
    expose: ["82"]
  app: { image: acme/app:1, restart: always, network_mode: service:vpn, expose: ["83"], depends_on: { vpn: { condition: service_healthy } } }
`;

Deno.test("ports of the node are declared where the kubelet opens them: not at a container that starts first", async () => {
  const { conversion } = await planned("", OPENED);
  const workload = conversion.services.get("vpn")?.workload[0]?.object;
  assert.ok(workload !== undefined);
  const pod = podOf(workload);
  const ports = (key: string): unknown =>
    list(pod[key]).map(({ name, ports }) => [
      name,
      list(ports).map(({ containerPort, hostPort, hostIP }) => [containerPort, hostPort, hostIP]),
    ]);
  assert.deepEqual(ports("initContainers"), [["vpn", [[81, undefined, undefined], [
    82,
    undefined,
    undefined,
  ]]]]);
  assert.deepEqual(ports("containers"), [["app", [[83, undefined, undefined], [80, 8001, "127.0.0.1"]]]]);
});

const MEMORY = `services:
  head: { image: acme/head:1, restart: always, network_mode: host, ipc: shareable, shm_size: 1g, expose: ["99"] }
  other: { image: acme/other:1, restart: always, ipc: "service:head", shm_size: 2g, expose: ["99"] }
  third: { image: acme/third:1, restart: always, pid: "service:head", shm_size: 3g }
`;

Deno.test("who has another's memory has that one's /dev/shm, and no port is declared twice in a pod", async () => {
  const { conversion } = await planned("", MEMORY);
  const workload = conversion.services.get("head")?.workload[0]?.object;
  assert.ok(workload !== undefined);
  const pod = podOf(workload);
  const [head, other, third] = list(pod["containers"]);
  assert.deepEqual(head?.["volumeMounts"], [{ name: "tmpfs-dev-shm", mountPath: "/dev/shm" }]);
  assert.deepEqual(other?.["volumeMounts"], head?.["volumeMounts"]);
  assert.notDeepEqual(third?.["volumeMounts"], head?.["volumeMounts"]);
  assert.equal(list(pod["volumes"]).length, 2);
  assert.equal(list(head?.["ports"]).length, 1);
  assert.equal(other?.["ports"], undefined);
});

const WORKER = `services:
  web:
    image: acme/web:1
    restart: always
    labels: { traefik.enable: "true", traefik.http.routers.web.rule: Host(\`a.example\`), traefik.http.services.web.loadbalancer.server.port: "80" }
  worker: { image: acme/worker:1, restart: always, network_mode: service:web }
`;

Deno.test("a pod with a program that must not run twice is ended before the next one starts", async () => {
  for (
    const [compose, type] of [[WORKER, "Recreate"], [WORKER.replace(/ +worker:.*\n/, ""), "RollingUpdate"]]
  ) {
    const { conversion } = await planned("", compose);
    const workload = conversion.services.get("web")?.workload[0]?.object;
    assert.equal(fields(fields(workload?.["spec"])["strategy"])["type"], type);
  }
});

Deno.test("containers of services with long names are told apart", async () => {
  const name = "a".repeat(60);
  const shares = `restart: always, network_mode: "service:${name}", tmpfs: [/tmp] }\n`;
  const { conversion } = await planned(
    "",
    `services:\n  ${name}: { image: acme/a:1, restart: always, tmpfs: [/tmp] }\n` +
      `  ${name}b: { image: acme/b:1, ${shares}  ${name}c: { image: acme/c:1, ${shares}`,
  );
  const workload = conversion.services.get(name)?.workload[0]?.object;
  assert.ok(workload !== undefined);
  const pod = podOf(workload);
  for (const key of ["initContainers", "volumes"]) {
    assert.equal(new Set(list(pod[key]).map(({ name }) => name)).size, 3, key);
  }
});

const BEHIND = `services:
  tailnet: { image: acme/tailnet:1, restart: always }
  traefik: { image: "traefik:v3.1", restart: always, network_mode: service:tailnet, command: [--providers.docker] }
`;

Deno.test("Traefik runs in no pod of the stack, also where it has another's network, and that is said", async () => {
  const { conversion, diagnostics } = await planned("", BEHIND);
  const workload = conversion.services.get("tailnet")?.workload[0]?.object;
  assert.ok(workload !== undefined);
  assert.deepEqual(list(podOf(workload)["containers"]).map(({ name }) => name), ["tailnet"]);
  assert.ok(diagnostics.some(({ code, severity }) => code === "kube-network-mode" && severity === "warning"));
});

const MACHINES = `services:
  head: { image: acme/head:1, restart: always, init: true }
  other: { image: acme/other:1, restart: always, pid: host, network_mode: "service:head" }
  third: { image: acme/third:1, restart: always, pid: "service:other" }
  alone: { image: acme/alone:1, restart: always, pid: host, init: true }
`;

Deno.test("a pod with the machine's processes does not share its own as well, which the API refuses", async () => {
  const { conversion } = await planned("", MACHINES);
  for (const name of ["head", "alone"]) {
    const workload = conversion.services.get(name)?.workload[0]?.object;
    assert.ok(workload !== undefined);
    const { hostPID, shareProcessNamespace } = podOf(workload);
    assert.deepEqual([hostPID, shareProcessNamespace], [true, undefined], name);
  }
});

Deno.test("programs that Docker does not start again are one pod, and one question is asked of it", async () => {
  const once = COMPOSE.replaceAll("restart: always", 'restart: "no"');
  const { conversion, diagnostics } = await planned("", once);
  assert.equal(conversion.services.get("app")?.inPodOf, "vpn");
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error" || severity === "question")
      .map(({ code }) => code),
    ["kube-one-shot-unclear"],
  );
  const mixed = await planned("", once.replace('restart: "no"', "restart: always"));
  assert.ok(mixed.diagnostics.some(({ code }) => code === "kube-network-mode"));
});
