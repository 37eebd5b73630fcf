/** Logins of Docker's config.json: asked about, taken along by decision, and what no kubelet can use is named. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loginsIn, readDockerLogins } from "../../lib/cli/docker_logins.ts";
import { decodeBase64Text, encodeBase64 } from "../../lib/values/base64.ts";
import { objectsOf, planTestStack, type TestStack } from "../cli/planned_stack.ts";

const PASSWORD = "correct-horse-battery";
const auth = encodeBase64(`ann:${PASSWORD}`);
const CONFIG = {
  auths: {
    "registry.example:5000": { auth },
    "https://index.docker.io/v1/": { auth },
    "unused.example": { auth },
    "token.example": { auth, identitytoken: "abc" },
    "stored.example": {},
  },
  credHelpers: { "helped.example": "ecr-login" },
  credsStore: "desktop",
};
const COMPOSE = `services:
  own: { image: "registry.example:5000/team/app:1.0", restart: always }
  hub: { image: "team/app:1.0", restart: always }
  official: { image: "nginx:1.27.3", restart: always }
  token: { image: "token.example/app:1.0", restart: always }
  stored: { image: "stored.example/app:1.0", restart: always }
  helped: { image: "helped.example/app:1.0", restart: always }
  other: { image: "other.example/app:1.0", restart: always }
  beside: { image: "nginx:1.27.3", restart: always }
  private: { image: "registry.example:5000/team/beside:1.0", restart: always, network_mode: "service:beside" }
  built: { image: "registry.example:5000/team/tool:1.0", build: ., restart: always }
`;

async function planned(decisions: string): Promise<TestStack> {
  const directory = await Deno.makeTempDir({ prefix: "pull-secrets-" });
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  const logins = { file: "/home/ann/.docker/config.json", byHost: loginsIn(CONFIG) };
  return planTestStack({ directory, decisions, logins }).finally(() =>
    Deno.remove(directory, { recursive: true })
  );
}

/** The pull secrets of each workload that has some. */
function pullSecrets(stack: TestStack): Record<string, unknown> {
  return Object.fromEntries(
    objectsOf(stack.conversion).flatMap(({ object }) => {
      const spec = object["spec"] as { template?: { spec?: { imagePullSecrets?: unknown } } } | undefined;
      const found = spec?.template?.spec?.imagePullSecrets;
      return found === undefined ? [] : [[object.metadata.name, found]];
    }),
  );
}

function found(stack: TestStack): string[] {
  return stack.diagnostics.filter(({ code }) => code === "kube-registry-login")
    .map(({ severity, message, related = [] }) => `${severity}: ${message} (+${related.length})`);
}

Deno.test("a login to an image's registry is asked about once, and nothing is taken along", async () => {
  const stack = await planned("");
  assert.deepEqual(found(stack), [
    'question: Docker is logged in to "registry.example:5000", from where image "registry.example:5000/team/app:1.0" ' +
    'of service "own" comes; until decided it is pulled without a login (+5)',
  ]);
  assert.deepEqual(pullSecrets(stack), {});
});

Deno.test("pullSecrets: docker takes along the logins that the images need, and names those that it cannot", async () => {
  const stack = await planned("pullSecrets: docker");
  const logins = [{ name: "registry-logins" }];
  assert.deepEqual(pullSecrets(stack), { own: logins, hub: logins, beside: logins });
  const secret = objectsOf(stack.conversion).find(({ object }) => object.metadata.name === "registry-logins")
    ?.object;
  assert.equal(secret?.["type"], "kubernetes.io/dockerconfigjson");
  const data = secret?.["data"] as Record<string, string>;
  assert.deepEqual(JSON.parse(decodeBase64Text(data[".dockerconfigjson"] ?? "")), {
    auths: { "https://index.docker.io/v1/": { auth }, "registry.example:5000": { auth } },
  });
  assert.deepEqual(found(stack).map((line) => line.replace(/^.*is not copied: /, "")), [
    "it is a token that only Docker uses (+0)",
    'it is kept by the helper "docker-credential-desktop" (+0)',
    'it is kept by the helper "docker-credential-ecr-login" (+0)',
  ]);
  assert.ok(!JSON.stringify(stack.diagnostics).includes(PASSWORD));
});

Deno.test("pullSecrets: names of Secrets are every pod's; none asks nothing", async () => {
  const named = pullSecrets(await planned("pullSecrets: [mine]"));
  assert.equal(Object.keys(named).length, 9);
  assert.deepEqual(named["other"], [{ name: "mine" }]);
  const none = await planned("pullSecrets: none");
  assert.deepEqual([pullSecrets(none), found(none)], [{}, []]);
});

Deno.test("a config.json that is not there, or is none, holds no login", async () => {
  const folder = await Deno.makeTempDir({ prefix: "docker-config-" });
  try {
    assert.equal(await readDockerLogins({}), undefined);
    assert.equal(await readDockerLogins({ HOME: folder }), undefined);
    await Deno.writeTextFile(join(folder, "config.json"), "{");
    assert.equal(await readDockerLogins({ DOCKER_CONFIG: folder }), undefined);
    await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(CONFIG));
    const logins = await readDockerLogins({ DOCKER_CONFIG: folder, HOME: "/nowhere" });
    assert.deepEqual([...logins?.byHost.keys() ?? []].sort(), [
      "docker.io",
      "helped.example",
      "registry.example:5000",
      "stored.example",
      "token.example",
      "unused.example",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
