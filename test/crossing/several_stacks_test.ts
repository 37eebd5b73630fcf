/** A machine of several projects: one Traefik, an external network between them, each project moved as a stack. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanUp } from "../corpus/outcome.ts";
import { copyStack, stacksIn } from "../corpus/stacks.ts";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { runFerry } from "./ferry.ts";
import { auditPosition, seenObjects, writesSince } from "./seen.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/public-stacks/", import.meta.url));
/** Stacks of other people that expect a Traefik in another project; its labels are comments there. */
const OTHERS = ["haxxnet-immich", "haxxnet-keycloak", "haxxnet-transfer.zip"];

const EDGE = `services:
  edge:
    image: traefik:v3.3
    command:
      - --entrypoints.web.address=:80
      - --entrypoints.websecure.address=:443
      - --entrypoints.websecure.http.tls.certresolver=le
      - --providers.docker.exposedbydefault=false
      - --providers.file.directory=/etc/traefik/dynamic
      - --certificatesresolvers.le.acme.email=a@example.org
      - --certificatesresolvers.le.acme.storage=/letsencrypt/acme.json
      - --certificatesresolvers.le.acme.httpchallenge.entrypoint=web
    ports: ["80:80", "443:443"]
    networks: [proxy]
    volumes: ["./dynamic:/etc/traefik/dynamic:ro", "./data:/letsencrypt"]
  sso: { image: "registry.example/sso:1", expose: ["9091"], networks: [proxy], volumes: ["./sso:/config"] }
networks: { proxy: { name: proxy, external: true } }
`;
const DYNAMIC = `http:
  middlewares:
    local-ipwhitelist: { ipAllowList: { sourceRange: [10.0.0.0/8] } }
    sso: { forwardAuth: { address: "http://sso:9091/verify" } }
`;
const SHOP = `services:
  shop:
    image: registry.example/shop:1
    environment: { SSO: "http://sso:9091" }
    networks: [proxy]
    volumes: ["./data:/data"]
    labels:
      traefik.enable: "true"
      traefik.http.routers.shop.rule: Host(\`shop.example.org\`)
      traefik.http.routers.shop.middlewares: sso@file
      traefik.http.services.shop.loadbalancer.server.port: "3000"
networks: { proxy: { external: true } }
`;

/** Puts the machine's projects into a folder, each with a name of this test's own. */
async function machineOf(parent: string, prefix: string): Promise<readonly string[]> {
  const edge = `${prefix}-z-edge`;
  const shop = `${prefix}-shop`;
  await Deno.mkdir(join(parent, edge, "dynamic"), { recursive: true });
  await Deno.writeTextFile(join(parent, edge, "compose.yaml"), EDGE);
  await Deno.writeTextFile(join(parent, edge, "dynamic/all.yml"), DYNAMIC);
  await Deno.mkdir(join(parent, shop));
  await Deno.writeTextFile(join(parent, shop, "compose.yaml"), SHOP);
  const names = [edge];
  for (const stack of isThere(CORPUS) ? await stacksIn(CORPUS) : []) {
    if (!OTHERS.includes(stack.name)) continue;
    const name = `${prefix}-${stack.name.replaceAll(".", "-")}`;
    await copyStack({ ...stack, name }, parent);
    await switchOn(join(parent, name, "docker-compose.yml"));
    names.push(name);
  }
  return [...names, shop].sort((left, right) =>
    left === edge ? -1 : right === edge ? 1 : left < right ? -1 : 1
  );
}

/** Takes the comment away from labels and networks, as the author's comment asks for. */
async function switchOn(file: string): Promise<void> {
  const lines = (await Deno.readTextFile(file)).split("\n");
  const text = lines.map((line) =>
    line.replace(
      /^(\s*)#(networks:|labels:| {2}- proxy\s*$| {2}- traefik\.| {2}proxy:| {4}external:)/,
      "$1$2",
    )
  );
  await Deno.writeTextFile(file, text.join("\n"));
}

async function kubeSystem(cluster: TestCluster): Promise<readonly string[]> {
  const lists = await Promise.all(
    [
      "/apis/helm.cattle.io/v1/namespaces/kube-system/helmchartconfigs",
      "/api/v1/namespaces/kube-system/services?labelSelector=compose-ferry%2Fowner",
      "/api/v1/namespaces/kube-system/persistentvolumeclaims",
    ].map((path) => seenObjects(cluster, path)),
  );
  return lists.flat().map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

/** By namespace, the middlewares that routes name and that are there. */
async function middlewaresOf(
  cluster: TestCluster,
  namespaces: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(namespaces.map(async (namespace) => {
    const path = `/apis/traefik.io/v1alpha1/namespaces/${namespace}`;
    const there = (await seenObjects(cluster, `${path}/middlewares`)).map(({ metadata }) => metadata.name);
    const routes = (await seenObjects(cluster, `${path}/ingressroutes`)).flatMap(({ spec }) =>
      (spec?.["routes"] ?? []) as readonly { readonly middlewares?: readonly { readonly name: string }[] }[]
    );
    const named = routes.flatMap(({ middlewares = [] }) => middlewares.map(({ name }) => name));
    return named.filter((name) => there.includes(name)).map((name) => `${namespace}: ${name}`);
  }));
  return found.flat();
}

Deno.test("projects behind one Traefik: in the order of their needs, nothing left to do, one goes and the others stay", () =>
  withCluster(async (cluster) => {
    const parent = await Deno.makeTempDir({ prefix: "machine-" });
    const run = (...args: readonly string[]): ReturnType<typeof runFerry> =>
      runFerry([...args, "--embedded"], { cluster, directory: parent, env: { DOCKER_HOST: "unix:///none" } });
    try {
      await cleanUp(cluster);
      const names = await machineOf(parent, cluster.prefix);
      const [edge = "", ...rest] = names;
      const shop = `${cluster.prefix}-shop`;
      assert.equal(rest.length, isThere(CORPUS) ? 4 : 1);

      const promised = await run("migrate", "--stacks", ".", "--dry-run", "--detailed-exitcode");
      assert.equal(promised.code, 10, promised.err);
      const moved = await run("migrate", "--stacks", ".", "--yes");
      assert.equal(moved.code, 0, moved.err);
      const order = [...moved.out.matchAll(/^ {2}\S*\/(\S+) +ok$/gm)].map((match) => match[1]);
      assert.deepEqual(order, names);
      assert.deepEqual(await kubeSystem(cluster), [
        "HelmChartConfig/traefik",
        "Service/traefik-front",
        "PersistentVolumeClaim/traefik-acme",
      ]);

      const used = await middlewaresOf(cluster, rest);
      assert.ok(used.includes(`${shop}: sso`), used.join());
      if (isThere(CORPUS)) {
        assert.ok(used.includes(`${cluster.prefix}-haxxnet-keycloak: local-ipwhitelist`), used.join());
        assert.ok(used.includes(`${cluster.prefix}-haxxnet-transfer-zip: limit-transferzip`), used.join());
      }

      const at = await auditPosition(cluster);
      const again = await run("migrate", "--stacks", ".", "--yes");
      assert.equal(again.code, 0, again.err);
      for (const name of names) assert.deepEqual(await writesSince(cluster, name, at), [], name);
      const left = await run("migrate", "--stacks", ".", "--dry-run", "--detailed-exitcode", "-o", "json");
      assert.equal(left.code, 0, left.out);
      for (const name of names) {
        const alone = await run(
          "migrate",
          "--stack",
          name,
          "--traefik",
          edge,
          "--dry-run",
          "--detailed-exitcode",
        );
        assert.equal(alone.code, 0, `${name}: ${alone.out}${alone.err}`);
      }

      const back = await run("rollback", "--to", "020", "--stack", shop, "--traefik", edge, "--yes");
      assert.equal(back.code, 0, back.err);
      const routes = `/apis/traefik.io/v1alpha1/namespaces/${shop}/ingressroutes`;
      assert.deepEqual(await seenObjects(cluster, routes), []);
      for (const name of names.filter((each) => each !== shop)) {
        const state = await run("status", "--stack", name, "--traefik", edge, "--detailed-exitcode");
        assert.equal(state.code, 0, `${name}: ${state.out}`);
      }
      const forth = await run("migrate", "--stack", shop, "--traefik", edge, "--yes");
      assert.equal(forth.code, 0, forth.err);

      await Deno.writeTextFile(join(parent, shop, "decisions.yaml"), 'publish: { "9001": entryPoint }\n');
      await Deno.writeTextFile(
        join(parent, shop, "compose.yaml"),
        SHOP.replace("    networks: [proxy]\n", '    ports: ["9001:9001"]\n'),
      );
      const refused = await run("migrate", "--stack", shop, "--yes");
      assert.equal(refused.code, 1, refused.err);
      assert.match(refused.err, new RegExp(`configured by the project in namespace "${edge}"`));
      assert.match(refused.err, /--traefik DIR/);
    } finally {
      await cleanUp(cluster);
      await Deno.remove(parent, { recursive: true });
    }
  }));

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
