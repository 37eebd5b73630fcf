/** Which Traefik the cluster has is read from the definitions on its API server, before anything is applied. */
import assert from "node:assert/strict";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { runFerry } from "../crossing/ferry.ts";

const DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/middlewares.traefik.io";

const COMPOSE = `services:
  proxy:
    image: traefik:v3.7.13
    command: [--providers.docker, "--entryPoints.web.address=:80"]
    ports: ["80:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  shop:
    image: example/shop:1.0
    restart: always
    labels:
      traefik.http.routers.shop.rule: Host(\`shop.example.org\`)
      traefik.http.routers.shop.middlewares: login
      traefik.http.services.shop.loadbalancer.server.port: "8080"
      traefik.http.middlewares.login.forwardauth.address: http://10.0.0.7/check
      traefik.http.middlewares.login.forwardauth.authsigninurl: https://login.example.org/
`;

interface Definition {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: { readonly properties: Properties } };
    }[];
  };
}

interface Properties {
  [name: string]: { properties: Properties };
}

function forwardAuthOf(definition: Definition): Record<string, unknown> | undefined {
  const spec = definition.spec.versions[0]?.schema.openAPIV3Schema.properties["spec"];
  return spec?.properties["forwardAuth"]?.properties;
}

/** Gives the definition the field that Traefik 3.7's has, while `work` is done, once the server publishes it. */
async function withNewerDefinition({ api }: TestCluster, work: () => Promise<void>): Promise<void> {
  const change = async (edit: (fields: Record<string, unknown>) => void): Promise<void> => {
    const { body } = await api.request("GET", DEFINITION);
    // The edge: a CustomResourceDefinition.
    const fields = forwardAuthOf(body as Definition);
    assert.ok(fields !== undefined, "The definition of Middleware has forwardAuth");
    edit(fields);
    const { status } = await api.request("PUT", DEFINITION, body);
    assert.equal(status, 200);
  };
  const isPublished = async (): Promise<boolean> => {
    const { body } = await api.request("GET", "/openapi/v3/apis/traefik.io/v1alpha1");
    return JSON.stringify(body).includes("authSigninURL");
  };
  const until = async (wanted: boolean): Promise<void> => {
    for (let tries = 0; await isPublished() !== wanted; tries++) {
      assert.ok(tries < 600, "The server publishes its definitions");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  await change((fields) => fields["authSigninURL"] = { type: "string" });
  try {
    await until(true);
    await work();
  } finally {
    await change((fields) => delete fields["authSigninURL"]);
    await until(false);
  }
}

Deno.test("what the cluster's definitions lack is refused before anything is applied, and what they have is carried", () =>
  withCluster(async (cluster) => {
    const directory = await Deno.makeTempDir({ prefix: "newer-" });
    const namespace = `${cluster.prefix}-newer`;
    try {
      await Deno.writeTextFile(`${directory}/compose.yaml`, `name: ${namespace}\n${COMPOSE}`);
      const env = { DOCKER_HOST: "unix:///none" };
      const run = (...args: string[]): ReturnType<typeof runFerry> =>
        runFerry([...args, "--stack", directory], { cluster, env });
      const alone = await run("check", "-o", "json");
      assert.match(alone.out, /"code":"traefik-version-unknown","severity":"question"/);
      for (const command of [["check"], ["migrate", "--yes"], ["migrate", "--dry-run"], ["status"]]) {
        const refused = await run(...command, "--embedded");
        const text = refused.out + refused.err;
        assert.equal(refused.code, 3, text);
        assert.match(text, /traefik-field-unknown/);
        assert.match(text, /compose\.yaml:16:/, "the place of the label");
      }
      const { status } = await cluster.api.request("GET", `/api/v1/namespaces/${namespace}`);
      assert.equal(status, 404, "nothing was written");
      await withNewerDefinition(cluster, async () => {
        const carried = await run("migrate", "--yes", "--embedded");
        assert.equal(carried.code, 0, carried.err);
        const path = `/apis/traefik.io/v1alpha1/namespaces/${namespace}/middlewares/login`;
        const { body } = await cluster.api.request("GET", path);
        assert.match(JSON.stringify(body), /"authSigninURL":"https:\/\/login\.example\.org\/"/);
      });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }));
