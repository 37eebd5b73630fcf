/** A Traefik that may lead to names outside keeps that, and a route to one is said where another project's may not. */
import assert from "node:assert/strict";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { runFerry } from "../crossing/ferry.ts";

const PROXY = `  proxy:
    image: traefik:v3.6.7
    command: [--providers.docker, --providers.file.filename=/routes.yml, "--entryPoints.web.address=:80"]
    ports: ["80:80"]
    volumes: ["./routes.yml:/routes.yml:ro"]
`;
const WEB = `  web:
    image: example/web:1.0
    restart: always
    labels: { traefik.http.routers.web.rule: Host(\`web\`), traefik.http.services.web.loadbalancer.server.port: "80" }
`;
const ROUTES = (host: string): string =>
  `http:
  routers: { out: { rule: Host(\`out\`), service: out } }
  services: { out: { loadBalancer: { servers: [{ url: "http://${host}:80" }] } } }
`;

async function valuesOf({ api }: TestCluster, namespace: string): Promise<string> {
  const { body } = await api.request(
    "GET",
    `/api/v1/namespaces/${namespace}/configmaps/ingress-chart-values`,
  );
  // The edge: a ConfigMap.
  return (body as { data: Record<string, string> }).data["values.yaml"] ?? "";
}

Deno.test("what a cluster allows already stays, and what it does not is switched on where a route needs it", () =>
  withCluster(async (cluster) => {
    const directory = await Deno.makeTempDir({ prefix: "names-" });
    const namespace = `${cluster.prefix}-names`;
    const write = (name: string, text: string): Promise<void> =>
      Deno.writeTextFile(`${directory}/${name}`, text);
    const migrate = async (host: string): Promise<string> => {
      await write("routes.yml", ROUTES(host));
      const env = { DOCKER_HOST: "unix:///none" };
      const { code, err } = await runFerry(["migrate", "--yes", "--stack", directory, "--embedded"], {
        cluster,
        env,
      });
      assert.equal(code, 0, err);
      return await valuesOf(cluster, namespace);
    };
    try {
      await write("compose.yaml", `name: ${namespace}\nservices:\n${PROXY}${WEB}`);
      await write("decisions.yaml", "traefik: { mode: external }\n");
      assert.doesNotMatch(await migrate("192.0.2.7"), /allowExternalNameServices/);
      const allowed = await migrate("out.example.org");
      assert.match(allowed, /allowExternalNameServices: true/);
      assert.equal(await migrate("192.0.2.8"), allowed, "the same text: nothing restarts");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }));

Deno.test("a route to a name outside is said before it is applied, where another project's Traefik may not follow it", () =>
  withCluster(async (cluster) => {
    const machine = await Deno.makeTempDir({ prefix: "names-" });
    const namespace = `${cluster.prefix}-shop`;
    const edge = `${cluster.prefix}-edge`;
    const valuesContent = "providers:\n  kubernetesCRD:\n    allowEmptyServices: true\n";
    const metadata = { name: "traefik", namespace: edge };
    const path = `/apis/helm.cattle.io/v1/namespaces/${edge}/helmchartconfigs/traefik`;
    const kind = { apiVersion: "helm.cattle.io/v1", kind: "HelmChartConfig" };
    try {
      for (const folder of ["edge", "shop"]) await Deno.mkdir(`${machine}/${folder}`);
      await Deno.writeTextFile(`${machine}/edge/compose.yaml`, `name: ${edge}\nservices:\n${PROXY}`);
      await Deno.writeTextFile(`${machine}/edge/routes.yml`, ROUTES("out.example.org"));
      const web = WEB.replace("{ traefik", "{ traefik.http.routers.web.service: out@file, traefik");
      await Deno.writeTextFile(`${machine}/shop/compose.yaml`, `name: ${namespace}\nservices:\n${web}`);
      const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: edge } };
      await cluster.api.apply(`/api/v1/namespaces/${edge}`, home);
      await cluster.api.apply(path, { ...kind, metadata, spec: { valuesContent } });
      const { out, err } = await runFerry(
        ["check", "-o", "json", "--stack", `${machine}/shop`, "--traefik", `${machine}/edge`, "--embedded"],
        { cluster, env: { DOCKER_HOST: "unix:///none" } },
      );
      assert.match(out, /"code":"traefik-external-name-closed","severity":"warning"/, err);
    } finally {
      await cluster.api.request("DELETE", path);
      await Deno.remove(machine, { recursive: true });
    }
  }));
