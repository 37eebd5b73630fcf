import { deepStrictEqual, ok } from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { RequiredPort } from "../../lib/stack/ports.ts";
import { convertRouting } from "../../lib/kube/traefik/convert_routing.ts";
import { traefikDecisions } from "../../lib/decisions/traefik.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { askDockerProvider, type Json } from "./docker_oracle.ts";
import { canonicalText, routerGraph } from "./graph.ts";
import { isIsolated } from "./namespace.ts";
import {
  referenceContainers,
  referencedFile,
  type ReferenceLabel,
  referenceLabels,
} from "./label_reference.ts";
import { say } from "./say.ts";
import { startAfter, startApi } from "./side_after.ts";
import { addressOf, type ContainerCase, exposedPortsOf, projectOf } from "./stack_fixture.ts";

const namespace = "reference";
const graphOptions = { entryPoints: {}, defaultEntryPoints: ["web"], backends: new Map<string, string>() };

/** What has no field in the cluster's objects: the place in Traefik's JSON, the finding that says so, the labels. */
const exceptions: readonly {
  readonly labels: RegExp;
  readonly code: string;
  readonly remove: readonly string[];
}[] = [
  {
    labels: /\.loadbalancer\.healthcheck\./,
    code: "traefik-healthcheck-replaced",
    remove: ["service.loadBalancer.healthCheck"],
  },
  {
    labels: /\.server\.preservepath$/,
    code: "",
    remove: ["service.loadBalancer.servers.0.preservePath"],
  },
  {
    labels: /\.server\.weight$/,
    code: "traefik-field-lost",
    remove: ["service.loadBalancer.servers.0.weight"],
  },
  {
    labels: /\.headers\.(sslredirect|ssltemporaryredirect|sslhost|sslforcehost|featurepolicy)$/,
    code: "traefik-field-obsolete",
    remove: ["sslRedirect", "sslTemporaryRedirect", "sslHost", "sslForceHost", "featurePolicy"]
      .map((field) => `middlewares.0.headers.${field}`),
  },
  {
    labels: /\.contenttype\.autodetect$/,
    code: "traefik-field-obsolete",
    remove: ["middlewares.0.contentType.autoDetect"],
  },
  {
    labels: /\.server\.url$/,
    code: "",
    remove: ["service.loadBalancer.servers.0.url"],
  },
  { labels: /\.usersfile$/, code: "traefik-users-file", remove: ["*"] },
  { labels: /\.tls\.stores\.store\d\./, code: "traefik-label-ignored", remove: [] },
  {
    labels: /\.terminationdelay$/,
    code: "traefik-field-lost",
    remove: ["service.loadBalancer.terminationDelay"],
  },
  { labels: /\.rulesyntax$/, code: "", remove: ["ruleSyntax"] },
];

Deno.test({
  name: "convertRouting() carries every label of Traefik's reference, or says what becomes of it",
  ignore: !isIsolated(),
  fn: async () => {
    const labels = await referenceLabels();
    ok(labels.length >= 280, `${labels.length} labels`);
    const containers = referenceContainers(labels);
    const { configuration } = await askDockerProvider(containers);
    const { findings, after } = await askCluster(containers);
    const before = graphOf(configuration, "docker");
    const differing = compare(before, graphOf(after, "kubernetescrd"));
    deepStrictEqual(differing, []);
    for (const label of labels) checkLabel(label, configuration, findings);
    const named = labels.filter(({ key }) => exceptionOf(key) !== undefined).length;
    say(`${labels.length} labels: ${labels.length - named} carried, ${named} named in a finding`);
  },
});

async function askCluster(
  containers: ReadonlyMap<string, ContainerCase>,
): Promise<{ findings: readonly { code: string; message: string }[]; after: Json }> {
  const project = projectOf(containers);
  const routing = readRouting({
    project,
    exposedPorts: exposedPortsOf(containers),
    files: { dynamic: [{ file: "dynamic.yml", text: referencedFile }] },
  });
  deepStrictEqual(routing.findings.filter(({ severity }) => severity === "error"), []);
  const names = [...containers.keys()];
  const converted = convertRouting({
    routing: { ...routing, static: { fields: { entryPoints: { web: { address: ":80" } } } } },
    project,
    namespace,
    decisions: traefikDecisions({ version: "3.6.7" }),
    serviceFor: (service, port) => ({ name: service.replaceAll("_", "-"), port }),
  });
  await using api = await startApi();
  await api.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }]);
  for (const service of new Set(converted.requiredPorts.map((required) => required.service))) {
    const ports = converted.requiredPorts.filter((required) => required.service === service);
    await api.apply(backendOf(service, ports, addressOf(names.indexOf(service))));
  }
  const routes = [...converted.routes.values()].flat();
  await api.apply([...converted.shared, ...routes, ...converted.otherRoutes].map(({ object }) => object));
  await using traefik = await startAfter({
    api,
    chartValues: {},
    entryPointPorts: { web: 11080 },
    apiPort: 11090,
  });
  const text = JSON.stringify(traefik.configuration("kubernetescrd"));
  const backends = new Map(names.map((name, index) => [addressOf(index), name]));
  const after = JSON.parse(
    text.replace(/10\.42\.\d+\.\d+/g, (address) => backends.get(address) ?? address),
  ) as Json;
  return { findings: [...routing.findings, ...converted.findings], after };
}

/** A Service with its ports, and its endpoint. */
function backendOf(service: string, required: readonly RequiredPort[], address: string): KubeObject[] {
  const metadata = { name: service, namespace };
  const ports = [
    ...new Map(required.map(({ port, protocol = "TCP" }) => [port, { name: `port-${port}`, port, protocol }]))
      .values(),
  ];
  return [
    { apiVersion: "v1", kind: "Service", metadata, spec: { ports } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": service } },
      addressType: "IPv4",
      ports,
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
    },
  ];
}

/** Routers by protocol and rule (UDP: service), with the contents of what they lead to. */
function graphOf(configuration: Json, provider: string): ReadonlyMap<string, Json> {
  const graph = new Map<string, Json>();
  for (const protocol of ["http", "tcp", "udp"]) {
    const sections = configuration[protocol] as Record<string, Json> | undefined;
    if (sections === undefined) continue;
    const rawdata = Object.fromEntries(
      ["routers", "services", "middlewares"].map((section) => [
        section,
        Object.fromEntries(
          Object.entries(sections[section] ?? {}).map(([name, value]) => [`${name}@${provider}`, value]),
        ),
      ]),
    );
    for (const { content } of routerGraph(rawdata, graphOptions, [provider])) {
      const fields = content as Json;
      graph.set(`${protocol} ${fields["rule"] ?? canonicalText(fields["service"])}`, fields);
    }
  }
  return graph;
}

/** The keys of routers that differ beyond the exceptions. */
function compare(before: ReadonlyMap<string, Json>, after: ReadonlyMap<string, Json>): unknown[] {
  return [...before].flatMap(([key, content]): unknown[] => {
    const right = after.get(key);
    if (right === undefined) {
      return exceptions.some(({ remove }) => remove.includes("*")) && key.includes("-alone")
        ? []
        : [{ key, missing: true }];
    }
    const left = canonicalText(without(content));
    return left === canonicalText(without(right))
      ? []
      : [{ key, before: JSON.parse(left), after: JSON.parse(canonicalText(without(right))) }];
  });
}

/** A copy without the exceptions' places and without the names that references have on each side. */
function without(content: Json): Json {
  const copy = JSON.parse(canonicalText(content)) as Json;
  for (const path of exceptions.flatMap(({ remove }) => remove)) removeAt(copy, path.split("."));
  const balancer = (copy["service"] as Json | undefined)?.["loadBalancer"] as Json | undefined;
  if (balancer?.["serversTransport"] !== undefined) {
    balancer["serversTransport"] = bare(String(balancer["serversTransport"]));
  }
  return copy;
}

function bare(reference: string): string {
  return reference.replace(/@.*/, "").replace(`${namespace}-`, "");
}

function removeAt(value: unknown, [name = "", ...rest]: readonly string[]): void {
  if (value === null || typeof value !== "object") return;
  if (rest.length > 0) return removeAt(Reflect.get(value, name), rest);
  Reflect.deleteProperty(value, name);
}

function exceptionOf(key: string): typeof exceptions[number] | undefined {
  return exceptions.find(({ labels, code }) => code !== "" && labels.test(key));
}

/** A label is part of what Traefik itself made of the containers, or a finding speaks of it. */
function checkLabel(
  { key }: ReferenceLabel,
  configuration: Json,
  findings: readonly { code: string; message: string }[],
): void {
  const exception = exceptionOf(key);
  if (exception !== undefined) {
    const leaf = key.split(".").at(-1) ?? "";
    const found = findings.filter(({ code }) => code === exception.code);
    ok(found.length > 0, `no finding ${exception.code} for ${key}`);
    if (exception.code === "traefik-field-lost" || exception.code === "traefik-field-obsolete") {
      ok(
        found.some(({ message }) => message.toLowerCase().includes(`"${leaf}"`)),
        `no finding names ${leaf}`,
      );
    }
    return;
  }
  const address = key.includes(".http.") ? "url" : "address";
  const path = key.replace(/\[\d+\]/g, "").replace(/server\.(port|scheme)$/, `servers.${address}`)
    .replace(".server.", ".servers.").split(".").slice(1);
  ok(hasPath(configuration, path), `${key} is nowhere in Traefik's configuration`);
}

/** Whether the names of a path occur below each other, whatever lies between and in whatever case. */
function hasPath(value: unknown, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.entries(value).some(([key, inner]) =>
    key.toLowerCase() === name ? hasPath(inner, rest) : hasPath(inner, path)
  );
}
