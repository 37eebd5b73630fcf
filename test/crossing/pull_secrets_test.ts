import assert from "node:assert/strict";
import { join } from "node:path";
import { decodeBase64Text, encodeBase64 } from "../../lib/values/base64.ts";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { runFerry } from "./ferry.ts";

Deno.test("Docker's login becomes a pull secret that the API server takes, and is shown nowhere", async () => {
  const directory = await Deno.makeTempDir({ prefix: "pull-secrets-" });
  const password = "correct-horse-battery";
  const auth = encodeBase64(`ann:${password}`);
  try {
    await withCluster(async (cluster) => {
      const namespace = `${cluster.prefix}-pull`;
      await Deno.writeTextFile(
        join(directory, "compose.yaml"),
        'services: { app: { image: "registry.example/team/app:1.0", restart: always } }\n',
      );
      await Deno.writeTextFile(
        join(directory, "decisions.yaml"),
        `namespace: ${namespace}\npullSecrets: docker\n`,
      );
      const login = { auths: { "registry.example": { auth }, "other.example": { auth } } };
      await Deno.writeTextFile(join(directory, "config.json"), JSON.stringify(login));
      const env = { DOCKER_HOST: "unix:///none", DOCKER_CONFIG: directory };
      const ran = await runFerry(["migrate", "--stack", directory, "--embedded", "--yes"], { cluster, env });
      assert.equal(ran.code, 0, ran.err);
      const secret = await cluster.api.request(
        "GET",
        `/api/v1/namespaces/${namespace}/secrets/registry-logins`,
      );
      const { type, data } = secret.body as { type: string; data: Record<string, string> };
      assert.equal(type, "kubernetes.io/dockerconfigjson");
      assert.deepEqual(JSON.parse(decodeBase64Text(data[".dockerconfigjson"] ?? "")), {
        auths: { "registry.example": { auth } },
      });
      const app = await cluster.api.request("GET", `/apis/apps/v1/namespaces/${namespace}/deployments/app`);
      const { spec } = app.body as { spec: { template: { spec: { imagePullSecrets: unknown } } } };
      assert.deepEqual(spec.template.spec.imagePullSecrets, [{ name: "registry-logins" }]);
      const dry = await runFerry(["migrate", "--stack", directory, "--embedded", "--dry-run"], {
        cluster,
        env,
      });
      const shown = ran.out + ran.err + dry.out + dry.err;
      for (const secretText of [password, auth]) assert.ok(!shown.includes(secretText));
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
