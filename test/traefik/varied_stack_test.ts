import { deepStrictEqual } from "node:assert/strict";
import type { Project } from "../../compose/project.ts";
import { readBindSources } from "../../compose/mod.ts";
import { convertRouting } from "../../lib/kube/traefik/convert_routing.ts";
import { traefikDecisions } from "../../lib/decisions/traefik.ts";
import { traefikFilesOf } from "../../lib/stack/traefik_container.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { makeCertificate } from "./certificate.ts";
import { compareAnswers } from "./compare_answers.ts";
import { type Backend, serveBackends } from "./echo_servers.ts";
import { brokenElements, canonicalText, routerGraph } from "./graph.ts";
import { isIsolated } from "./namespace.ts";
import { say } from "./say.ts";
import { startAfter, startApi } from "./side_after.ts";
import { startBefore } from "./side_before.ts";
import { addressOf, exposedPortsOf, projectOf } from "./stack_fixture.ts";
import { variedContainers, variedDynamic, variedStatic } from "./varied_stack.ts";

const namespace = "varied";
const before = { web: 10080, secure: 10443, raw: 10700 };
const after = { web: 11080, websecure: 11443, raw: 11700 };
const common = { web: "web", secure: "websecure", raw: "raw" };
const names = [...variedContainers.keys()];
const exposed = exposedPortsOf(variedContainers);

Deno.test({
  name: "convertRouting() lets a stack of every kind of element answer as before",
  ignore: !isIsolated(),
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "varied" });
    const project = await projectIn(folder);
    const { files, findings } = traefikFilesOf(project, { bindSources: await readBindSources(project) });
    const routing = readRouting({ project, exposedPorts: exposed, files });
    const converted = convertRouting({
      routing,
      project,
      namespace,
      decisions: traefikDecisions({ entryPoints: { secure: { tls: false } } }),
      serviceFor: (name, port) => ({ name, port }),
    });
    const said = [...findings, ...routing.findings, ...converted.findings];
    deepStrictEqual(said.filter(({ severity }) => severity === "error" || severity === "question"), []);

    await using api = await startApi();
    const backends = names.flatMap((name, index): Backend[] =>
      exposed(name).map((port) => ({ name: `${name}:${port}`, address: addressOf(index), port }))
    );
    await api.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }]);
    for (const { name, address, port } of backends) {
      await api.apply(serviceObjects(name.split(":")[0] ?? "", address, port));
    }
    const routes = [...converted.routes.values()].flat();
    await api.apply([...converted.shared, ...routes, ...converted.otherRoutes].map(({ object }) => object));
    await using _echo = serveBackends(backends);
    await using left = await startBefore({
      project,
      exposedPorts: exposed,
      addressOf: (service) => addressOf(names.indexOf(service)),
      entryPointPorts: before,
      apiPort: 10090,
      adaptDynamic: (text) => {
        const local = text.replaceAll("/etc/traefik/", `${folder}/`);
        return backends.reduce(
          (all, { name, address }) => all.replaceAll(`//${name}`, `//${name.replace(/^[^:]+/, address)}`),
          local,
        );
      },
      labels: {
        gate: { "traefik.http.middlewares.ask-shop.forwardauth.address": `http://${addressOf(0)}:8080/auth` },
      },
    });
    await using right = await startAfter({
      api,
      chartValues: converted.chartValues,
      entryPointPorts: after,
      apiPort: 11090,
    });
    const [old, now] = [await left.rawdata(), await right.rawdata()];
    deepStrictEqual(brokenElements(now, "kubernetescrd"), []);
    const backendNames = new Map(backends.map(({ name, address, port }) => [`${address}:${port}`, name]));
    const graph = (rawdata: typeof old, providers: string[]): string[] =>
      routerGraph(rawdata, { entryPoints: common, backends: backendNames }, providers).map(({ content }) =>
        canonicalText(content).replaceAll("http://10.42.1.1:8080/auth", "AUTH")
          .replaceAll(`http://shop.${namespace}.svc.cluster.local:8080/auth`, "AUTH")
      );
    deepStrictEqual(graph(now, ["kubernetescrd"]).sort(), graph(old, ["docker", "file"]).sort());
    say(
      await compareAnswers({
        rules: [...routing.http.routers.values()].map(({ fields }) => String(fields["rule"])),
        hosts: ["stream.example", "x.old.example"],
        doors: [
          { entryPoint: "web", tls: false, before: before.web, after: after.web },
          { entryPoint: "secure", tls: true, before: before.secure, after: after.websecure },
          { entryPoint: "raw", tls: false, before: before.raw, after: after.raw },
        ],
        credentials: ["ann:test", "ann:wrong"],
        requests: 2_000,
        ignoresGuessedType: false,
        expectedBackends: 5,
        expectedStatuses: ["200", "301", "401", "404", "451"],
      }),
    );
    await Deno.remove(folder, { recursive: true });
  },
});

/** The project with its Traefik's files on disk. */
async function projectIn(folder: string): Promise<Project> {
  await Deno.writeTextFile(`${folder}/traefik.yml`, variedStatic);
  await Deno.writeTextFile(`${folder}/dynamic.yml`, variedDynamic);
  await makeCertificate(folder, ["safe.example", "stream.example"]);
  const base = projectOf(variedContainers, { environment: { PLAIN_HOST: "plain.example" } });
  const proxy = base.services["proxy"];
  if (proxy === undefined) throw new Error("The project has no proxy");
  const volumes = [{ type: "bind" as const, source: folder, target: "/etc/traefik" }];
  return { ...base, services: { ...base.services, proxy: { ...proxy, volumes } } };
}

function serviceObjects(
  name: string,
  address: string,
  port: number,
): Parameters<Awaited<ReturnType<typeof startApi>>["apply"]>[0] {
  const metadata = { name, namespace };
  const ports = [{ name: "port", port, protocol: "TCP" }];
  return [
    { apiVersion: "v1", kind: "Service", metadata, spec: { ports } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports,
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
    },
  ];
}
