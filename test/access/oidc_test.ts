/** Who may do what, asked of the real API server with tokens of a real issuer. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { authenticationText } from "../../lib/kube/access/authentication.ts";
import type { Access } from "../../lib/decisions/access.ts";
import { accessKubeconfig, tokenRequest } from "../../lib/kube/access/kubeconfig.ts";
import { accessObjects } from "../../lib/kube/access/objects.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { run } from "../jobs/server.ts";
import { ADMIN_TOKEN, type ApiServer, startApiServer } from "./api_server.ts";
import { makeCertificates } from "./certificates.ts";
import { REACHED, startFakeKubelet } from "./fake_kubelet.ts";
import { type Issuer, startIssuer } from "./issuer.ts";
import { apply, CLOSED_PODS, connectsToOpenPodsOnly, deploysOnly, endsWithin, upgrade } from "./policies.ts";
import { keepsTheMachine } from "./privileged_pods.ts";
import {
  containerPatch,
  DEPLOYER,
  DEPLOYMENT,
  DEVELOPER,
  IN,
  MERGE,
  NAMESPACE,
  OPERATOR,
  POD_SPEC,
  REQUESTS,
} from "./requests.ts";

function accessOf(issuer: Issuer, authority: string): Access {
  return {
    oidc: { issuer: issuer.url, clientId: "kubernetes", certificateAuthority: authority },
    groups: { developers: "viewer", deployers: "deployer", operators: "operator" },
    people: { guest: { role: "viewer" }, brutus: { role: "operator", user: "1" } },
  };
}

function objects(kubeletPort: number): { object: KubeObject; subresource?: string }[] {
  const meta = (name: string): KubeObject["metadata"] => ({ name, namespace: NAMESPACE });
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "main" },
    status: {
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    },
  };
  const pod = (name: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: meta(name),
    spec: { ...POD_SPEC, nodeName: "main" },
    status: { phase: "Running" },
  });
  const labels = { app: "web" };
  const workload = (kind: string, more: Record<string, unknown>): { object: KubeObject } => ({
    object: {
      apiVersion: "apps/v1",
      kind,
      metadata: meta("web"),
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: POD_SPEC },
        ...more,
      },
    },
  });
  return [
    { object: { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } } },
    { object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } } },
    { object: node },
    { object: node, subresource: "/status" },
    { object: { apiVersion: "v1", kind: "Secret", metadata: meta("passwords"), stringData: { a: "b" } } },
    { object: { apiVersion: "v1", kind: "ConfigMap", metadata: meta("settings"), data: { a: "b" } } },
    { object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "other" } } },
    ...["web", ...CLOSED_PODS].flatMap((name) => [
      { object: pod(name) },
      { object: pod(name), subresource: "/status" },
    ]),
    workload("Deployment", { replicas: 1 }),
    workload("StatefulSet", { replicas: 1, serviceName: "web" }),
    workload("DaemonSet", {}),
  ];
}

Deno.test({
  name: "access on the real API server with tokens of a real issuer",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async (t) => {
    const directory = await Deno.makeTempDir({ prefix: "access-" });
    const certificates = await makeCertificates(directory);
    await using issuer = await startIssuer(certificates);
    await using kubelet = startFakeKubelet(certificates);
    const access = accessOf(issuer, certificates.authority);
    assert.ok(access.oidc !== undefined);
    await using server = await startApiServer(directory, certificates, authenticationText(access.oidc));
    for (const { object, subresource } of objects(kubelet.port)) await apply(server, object, subresource);
    for (const { object } of accessObjects(NAMESPACE, access, { closed: ["hydra"] })) {
      await apply(server, object);
    }
    await policyIsInForce(server, issuer);
    await t.step("a deployer restarts, changes images and scales, and changes nothing else", async (step) => {
      for (const kind of ["deployments", "statefulsets", "daemonsets"]) {
        await deploysOnly(step, server, issuer, kind);
      }
    });
    for (const [name, claims, method, path, status, body] of REQUESTS) {
      await t.step(name, async () => {
        const answer = await server.request(
          await issuer.token(claims),
          method,
          path,
          body,
          method === "PATCH" ? MERGE : undefined,
        );
        assert.equal(answer.status, status, answer.text);
      });
    }
    await t.step("logs are the container's, and a port is forwarded to its node", async () => {
      const token = await issuer.token(DEVELOPER);
      assert.equal((await server.request(token, "GET", `${IN}/pods/web/log`)).text, "a line of the log\n");
      for (const [claims, status] of [[DEVELOPER, REACHED], [{}, 403]] as const) {
        const answer = await upgrade(
          server,
          certificates.authority,
          await issuer.token(claims),
          `${IN}/pods/web/portforward`,
        );
        assert.equal(answer, status);
      }
      assert.deepEqual(kubelet.requests.filter((path) => path.startsWith("/portForward")), [
        "/portForward/faf/web",
      ]);
    });
    const past = Math.floor(Date.now() / 1000) - 60;
    const tokens: Readonly<Record<string, () => Promise<string>>> = {
      "an expired token": () => issuer.token({ ...OPERATOR, exp: past, iat: past - 600 }),
      "a token of a foreign key": () => issuer.token(OPERATOR, { foreignKey: true }),
      "a token of another issuer": () => issuer.token({ ...OPERATOR, iss: "https://127.0.0.1:1" }),
      "a token for another audience": () => issuer.token({ ...OPERATOR, aud: "website" }),
      "a token that is not valid yet": () => issuer.token({ ...OPERATOR, nbf: past + 3600 }),
      "a token with changed claims": async () => {
        const [header, , signature] = (await issuer.token(DEVELOPER)).split(".");
        const [, claims] = (await issuer.token(OPERATOR)).split(".");
        return `${header}.${claims}.${signature}`;
      },
      "a token without a signature": async () =>
        `${(await issuer.token(OPERATOR)).split(".").slice(0, 2).join(".")}.`,
      "a token that calls for no algorithm": async () => {
        const [, claims] = (await issuer.token(OPERATOR)).split(".");
        return `${btoa('{"alg":"none"}').replace(/=+$/, "")}.${claims}.`;
      },
    };
    for (const [name, make] of Object.entries(tokens)) {
      await t.step(`${name} is refused`, async () => {
        assert.equal((await server.request(await make(), "GET", `${IN}/pods`)).status, 401);
      });
    }
    await t.step(
      "the fallback: a short token of a service account has its role, and ends with the account",
      async () => {
        const { path, body } = tokenRequest(NAMESPACE, "guest", 600);
        const answer = await server.request(ADMIN_TOKEN, "POST", path, body);
        // The edge: a TokenRequest of the API.
        const { token } = (JSON.parse(answer.text) as { status: { token: string } }).status;
        const seen = await kubectl(server, directory, token, ["get", "configmaps", "-o", "name"]);
        assert.match(seen, /configmap\/settings/);
        await assert.rejects(() => kubectl(server, directory, token, ["get", "secrets"]), /Forbidden/);
        const account = path.replace(/\/token$/, "");
        assert.equal((await server.request(ADMIN_TOKEN, "DELETE", account)).status, 200);
        // The API server remembers a token that it has seen for ten seconds.
        await endsWithin(20, async () => (await server.request(token, "GET", `${IN}/pods`)).status === 401);
      },
    );
    await t.step("nobody but an operator connects to a closed pod", async () => {
      await connectsToOpenPodsOnly(server, certificates.authority, issuer);
      const reached = kubelet.requests.filter((path) => path.includes("/hydra-"));
      assert.deepEqual(reached, CLOSED_PODS.map((pod) => `/portForward/${NAMESPACE}/${pod}`));
    });
    await t.step(
      "in a namespace that admits every pod, operators are no administrators of the machine",
      async (step) => await keepsTheMachine(step, server, certificates.authority, issuer),
    );
    await t.step("what each role may do stands in docs/access.md", async () => {
      const page = await Deno.readTextFile(new URL("../../docs/access.md", import.meta.url));
      let next = page;
      for (
        const [role, claims] of Object.entries({ viewer: DEVELOPER, deployer: DEPLOYER, operator: OPERATOR })
      ) {
        const token = await issuer.token(claims);
        const list = await kubectl(server, directory, token, ["auth", "can-i", "--list"]);
        next = withBlock(next, role, list);
      }
      if (Deno.env.get("UPDATE") !== undefined) {
        await Deno.writeTextFile(new URL("../../docs/access.md", import.meta.url), next);
      } else assert.equal(page, next, "run with UPDATE=1 to write the page again");
    });
  },
});

/** A policy takes effect a moment after it was made. */
async function policyIsInForce(server: ApiServer, issuer: Issuer): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    const path = `${DEPLOYMENT}?dryRun=All`;
    const answer = await server.request(
      await issuer.token(DEPLOYER),
      "PATCH",
      path,
      containerPatch({ command: ["x"] }),
      MERGE,
    );
    if (answer.status === 422) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("The policy does not take effect");
}

/** Runs kubectl with the kubeconfig that a person is given. */
async function kubectl(
  server: ApiServer,
  directory: string,
  token: string,
  args: readonly string[],
): Promise<string> {
  const file = await kubeconfig(server, directory, token);
  return await run("timeout", ["20", server.kubectl, `--kubeconfig=${file}`, ...args]);
}

async function kubeconfig(server: ApiServer, directory: string, token: string): Promise<string> {
  const authority = btoa(await Deno.readTextFile(`${directory}/ca.pem`));
  const text = accessKubeconfig(
    { name: "faf", server: server.url, certificateAuthorityData: authority, namespace: NAMESPACE },
    "somebody",
    { kind: "token", token },
  );
  const file = await Deno.makeTempFile({ dir: directory });
  await Deno.writeTextFile(file, text);
  return file;
}

/** The table between the marks of a role, without the rules that every user has. */
function withBlock(page: string, role: string, list: string): string {
  const pattern = new RegExp(`(<!-- can-i ${role} -->\n)[^]*?(<!-- end -->)`);
  assert.match(page, pattern, `docs/access.md has no place for ${role}`);
  const lines = list.trimEnd().split("\n").map((line) => line.trimEnd());
  return page.replace(
    pattern,
    (_, start: string, end: string) => `${start}\n\`\`\`text\n${lines.join("\n")}\n\`\`\`\n\n${end}`,
  );
}

Deno.test("accessKubeconfig() by OIDC holds no secret and starts the login", () => {
  const oidc = { issuer: "https://hydra.example.org/", clientId: "kubernetes", scopes: ["groups"] };
  const cluster = {
    name: "faf",
    server: "https://a:6443",
    certificateAuthorityData: "QQ==",
    namespace: "faf",
  };
  const config = parse(accessKubeconfig(cluster, "brutus", { kind: "oidc", oidc }));
  assert.equal(config["current-context"], "faf");
  assert.deepEqual(config.users[0].user.exec.args, [
    "oidc-login",
    "get-token",
    "--oidc-issuer-url=https://hydra.example.org/",
    "--oidc-client-id=kubernetes",
    "--oidc-pkce-method=S256",
    "--oidc-extra-scope=groups",
  ]);
});
