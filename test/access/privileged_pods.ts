/** Pods beyond the Pod Security level `baseline`, and who may make, change and enter them, asked of the real API server. */
import assert from "node:assert/strict";
import { privilegedPodsPolicies } from "../../lib/kube/access/privileged_pods_policy.ts";
import { ADMIN_TOKEN, type Answer, type ApiServer } from "./api_server.ts";
import { REACHED } from "./fake_kubelet.ts";
import type { Issuer } from "./issuer.ts";
import { apply, endsWithin, upgrade } from "./policies.ts";
import { containerPatch, DEPLOYER, IN, MERGE, NAMESPACE, OPERATOR } from "./requests.ts";

type Spec = Readonly<Record<string, unknown>> & { readonly containers: readonly Record<string, unknown>[] };

const CONTAINER = { name: "web", image: "nginx:1" };
const secured = (securityContext: unknown): Spec => ({ containers: [{ ...CONTAINER, securityContext }] });
const whole = (securityContext: unknown): Spec => ({ containers: [CONTAINER], securityContext });

/** By the control of the level that each one breaks. */
const BEYOND: Readonly<Record<string, Spec>> = {
  "the host's network": { hostNetwork: true, containers: [CONTAINER] },
  "the host's processes": { hostPID: true, containers: [CONTAINER] },
  "the host's IPC": { hostIPC: true, containers: [CONTAINER] },
  "a directory of the host": {
    containers: [CONTAINER],
    volumes: [{ name: "root", hostPath: { path: "/" } }],
  },
  "a privileged container": secured({ privileged: true }),
  "a privileged init container": {
    containers: [CONTAINER],
    initContainers: [{ name: "first", image: "busybox:1", securityContext: { privileged: true } }],
  },
  "a capability": secured({ capabilities: { add: ["SYS_ADMIN"] } }),
  "a port of the host": { containers: [{ ...CONTAINER, ports: [{ containerPort: 80, hostPort: 80 }] }] },
  "no seccomp": whole({ seccompProfile: { type: "Unconfined" } }),
  "no AppArmor in a container": secured({ appArmorProfile: { type: "Unconfined" } }),
  "an SELinux type": whole({ seLinuxOptions: { type: "spc_t" } }),
  "an SELinux user": secured({ seLinuxOptions: { user: "system_u" } }),
  "an unsafe sysctl": whole({ sysctls: [{ name: "kernel.msgmax", value: "1" }] }),
};

const WITHIN: Readonly<Record<string, Spec>> = {
  "a plain pod": { containers: [CONTAINER] },
  "a pod with what baseline allows": {
    securityContext: {
      seccompProfile: { type: "RuntimeDefault" },
      seLinuxOptions: { type: "container_t", level: "s0" },
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
    },
    containers: [{
      ...CONTAINER,
      ports: [{ containerPort: 80 }],
      securityContext: { privileged: false, capabilities: { add: ["CHOWN"], drop: ["ALL"] } },
    }],
    volumes: [{ name: "scratch", emptyDir: {} }, { name: "s", secret: { secretName: "passwords" } }],
  },
};

/** The ways in which an operator gets a pod: itself, or by a template. */
const WAYS: Readonly<Record<string, { readonly path: string; readonly body: (spec: Spec) => unknown }>> = {
  pod: { path: `${IN}/pods`, body: (spec) => ({ metadata: { name: "more" }, spec }) },
  deployment: {
    path: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
    body: (spec) => ({
      metadata: { name: "more" },
      spec: { selector: { matchLabels: { app: "more" } }, template: templateOf(spec) },
    }),
  },
  job: {
    path: `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`,
    body: (spec) => ({
      metadata: { name: "more" },
      spec: { template: templateOf({ ...spec, restartPolicy: "Never" }) },
    }),
  },
  cronjob: {
    path: `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs`,
    body: (spec) => ({
      metadata: { name: "more" },
      spec: {
        schedule: "0 0 * * *",
        jobTemplate: { spec: { template: templateOf({ ...spec, restartPolicy: "Never" }) } },
      },
    }),
  },
};

function templateOf(spec: Spec): unknown {
  return { metadata: { labels: { app: "more" } }, spec };
}

/** Everything that nobody but an administrator may, in a namespace that admits every pod. */
export async function keepsTheMachine(
  t: Deno.TestContext,
  server: ApiServer,
  authority: string,
  issuer: Issuer,
): Promise<void> {
  const [operator, deployer] = [await issuer.token(OPERATOR), await issuer.token(DEPLOYER)];
  const create = (token: string, way: string, spec: Spec): Promise<Answer> => {
    const { path = "", body = (): unknown => ({}) } = WAYS[way] ?? {};
    return server.request(token, "POST", `${path}?dryRun=All`, body(spec));
  };
  const privileged = secured({ privileged: true });
  const free = await create(operator, "pod", privileged);
  assert.equal(free.status, 201, free.text);
  for (const object of privilegedPodsPolicies(NAMESPACE, ["hydra"])) await apply(server, object);
  await endsWithin(20, async () => (await create(operator, "pod", privileged)).status === 403);
  for (const way of Object.keys(WAYS)) {
    for (const [name, spec] of Object.entries(BEYOND)) {
      await t.step(`an operator makes no ${way} with ${name}`, async () => {
        const { status, text } = await create(operator, way, spec);
        assert.equal(status, 403, text);
        assert.match(text, /Only an administrator makes or changes pods beyond/);
        assert.equal((await create(ADMIN_TOKEN, way, spec)).status, 201);
      });
    }
    for (const [name, spec] of Object.entries(WITHIN)) {
      await t.step(`an operator makes a ${way}: ${name}`, async () => {
        const { status, text } = await create(operator, way, spec);
        assert.equal(status, 201, text);
      });
    }
  }
  await t.step("nobody makes a revision that pods could come from", async () => {
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/controllerrevisions?dryRun=All`;
    const body = { metadata: { name: "more" }, revision: 1, data: {} };
    assert.equal((await server.request(operator, "POST", path, body)).status, 403);
  });
  await t.step(
    "what the stack has beyond it is restarted and scaled, and not changed",
    () => keepsWhatIsThere(server, operator, deployer),
  );
  await t.step("an operator runs programs in other pods only", async () => {
    const status = (pod: string, verb: string): Promise<number> =>
      upgrade(server, authority, operator, `${IN}/pods/${pod}/${verb}`);
    assert.deepEqual([await status("web", "exec?command=id"), await status("hydra-0", "exec?command=id")], [
      REACHED,
      403,
    ]);
    assert.equal(await status("hydra-0", "attach"), 403);
  });
}

async function keepsWhatIsThere(server: ApiServer, operator: string, deployer: string): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/relay`;
  const labels = { app: "relay" };
  await apply(server, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "relay", namespace: NAMESPACE },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { hostNetwork: true, containers: [CONTAINER] } },
    },
  });
  const change = async (token: string, body: unknown): Promise<number> =>
    (await server.request(token, "PATCH", `${path}?dryRun=All`, body, MERGE)).status;
  const restart = { "kubectl.kubernetes.io/restartedAt": "now" };
  for (const token of [operator, deployer]) {
    assert.equal(await change(token, { spec: { replicas: 2 } }), 200);
    assert.equal(await change(token, { spec: { template: { metadata: { annotations: restart } } } }), 200);
    assert.equal(await change(token, containerPatch({ image: "nginx:2" })), 403);
  }
  assert.equal(await change(operator, containerPatch({ command: ["sh"] })), 403);
  assert.equal(await change(ADMIN_TOKEN, containerPatch({ image: "nginx:2" })), 200);
}
