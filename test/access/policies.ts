/** What the policies of the access migration hold people to, asked of the real API server. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import { ADMIN_TOKEN, type ApiServer } from "./api_server.ts";
import { DEPLOYER_MAY, DEPLOYER_MAY_NOT, DEPLOYMENT_ONLY } from "./deployer_requests.ts";
import { REACHED } from "./fake_kubelet.ts";
import type { Issuer } from "./issuer.ts";
import { containerPatch, DEPLOYER, DEVELOPER, IN, MERGE, NAMESPACE, OPERATOR } from "./requests.ts";

/** As a Deployment, a StatefulSet and a Job name them. */
export const CLOSED_PODS = ["hydra-6d4cf56db6-x7k2p", "hydra-0", "hydra-migrate-abcde"];

/** Somebody with a role of another's making, which also lets programs run in pods. */
const CONNECTOR = { sub: "connector" };

const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
};

/** Applies as the administrator. */
export async function apply(server: ApiServer, object: KubeObject, subresource = ""): Promise<void> {
  const { apiVersion, kind, metadata: { name, namespace } } = object;
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const inside = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const query = "fieldManager=test&fieldValidation=Strict&force=true";
  const answer = await server.request(
    ADMIN_TOKEN,
    "PATCH",
    `${base}${inside}/${plural}/${name}${subresource}?${query}`,
    object,
  );
  assert.ok(answer.status < 300, `${kind} ${name}: ${answer.text}`);
}

/** Every change as a dry run: the deployer's answer, and for what is refused that an operator's is another one. */
export async function deploysOnly(
  t: Deno.TestContext,
  server: ApiServer,
  issuer: Issuer,
  kind: string,
): Promise<void> {
  const [deployer, operator] = [await issuer.token(DEPLOYER), await issuer.token(OPERATOR)];
  const ask = (token: string, body: unknown): ReturnType<ApiServer["request"]> =>
    server.request(
      token,
      "PATCH",
      `/apis/apps/v1/namespaces/${NAMESPACE}/${kind}/web?dryRun=All&fieldValidation=Ignore`,
      body,
      MERGE,
    );
  for (const [name, body] of Object.entries(DEPLOYER_MAY)) {
    await t.step(`${kind}: a deployer ${name}`, async () => {
      const { status, text } = await ask(deployer, body);
      assert.equal(status, 200, text);
    });
  }
  const refused = { ...DEPLOYER_MAY_NOT, ...(kind === "deployments" ? DEPLOYMENT_ONLY : {}) };
  for (const [name, body] of Object.entries(refused)) {
    await t.step(`${kind}: a deployer does not change ${name}`, async () => {
      const answer = await ask(operator, body);
      assert.equal(answer.status, 200, answer.text);
      const { status, text } = await ask(deployer, body);
      assert.equal(status, 422, text);
      assert.match(text, /a deployer may change images and replicas and restart, but/);
    });
  }
  for (const image of ["evil/nginx:1", "registry.example.org/nginx:1", "nginx/nginx:1", "nginxx:1"]) {
    await t.step(`${kind}: a deployer does not bring another image: ${image}`, async () => {
      const { status, text } = await ask(deployer, containerPatch({ image }));
      assert.equal(status, 422, text);
      assert.match(text, /a deployer may take another tag or digest of an image/);
      assert.equal((await ask(operator, containerPatch({ image }))).status, 200);
    });
  }
  await t.step(`${kind}: nobody changes the selector`, async () => {
    const body = { spec: { selector: { matchLabels: { app: "other" } } } };
    assert.equal((await ask(deployer, body)).status, 422);
  });
}

/** A role and its binding as somebody else may have made them. */
function connectors(): KubeObject[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const metadata = { name: "connectors", namespace: NAMESPACE };
  const resources = ["pods/attach", "pods/exec", "pods/proxy"];
  return [
    {
      apiVersion,
      kind: "Role",
      metadata,
      rules: [{ apiGroups: [""], resources, verbs: ["create", "get"] }],
    },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "connectors" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "oidc:connector" }],
    },
  ];
}

/** Of pods whose names begin as a closed workload's. */
export async function connectsToOpenPodsOnly(
  server: ApiServer,
  authority: string,
  issuer: Issuer,
): Promise<void> {
  const status = async (claims: Record<string, unknown>, pod: string, verb: string): Promise<number> =>
    await upgrade(server, authority, await issuer.token(claims), `${IN}/pods/${pod}/${verb}`);
  await endsWithin(20, async () => await status(DEVELOPER, "hydra-0", "portforward") === 403);
  for (const pod of CLOSED_PODS) {
    for (const claims of [DEVELOPER, DEPLOYER]) {
      assert.equal(await status(claims, pod, "portforward"), 403, pod);
    }
    assert.equal(await status(OPERATOR, pod, "portforward"), REACHED, pod);
  }
  for (const object of connectors()) await apply(server, object);
  for (const verb of ["exec?command=id", "attach"]) {
    await endsWithin(20, async () => await status(CONNECTOR, "web", verb) === REACHED);
    assert.equal(await status(CONNECTOR, "hydra-0", verb), 403, verb);
  }
  const token = await issuer.token(CONNECTOR);
  const proxied = await server.request(token, "GET", `${IN}/pods/http:hydra-0:4445/proxy/`);
  assert.match(proxied.text, /Only who may read Secrets connects to pods of hydra/);
}

/** Waits until it is so. */
export async function endsWithin(seconds: number, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!await isSo()) {
    assert.ok(Date.now() < end, `not within ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The request by which kubectl begins to forward a port; the status of its answer. */
export async function upgrade(
  server: ApiServer,
  authority: string,
  token: string,
  path: string,
): Promise<number> {
  const { hostname, port } = new URL(server.url);
  const connection = await Deno.connectTls({ hostname, port: Number(port), caCerts: [authority] });
  try {
    const lines = [
      `POST ${path} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${token}`,
      "Connection: Upgrade",
      "Upgrade: SPDY/3.1",
      "X-Stream-Protocol-Version: portforward.k8s.io",
      "Content-Length: 0",
    ];
    await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
    const answer = new Uint8Array(4096);
    const size = await connection.read(answer) ?? 0;
    return Number(new TextDecoder().decode(answer.subarray(0, size)).split(" ")[1]);
  } finally {
    connection.close();
  }
}
