import { deepStrictEqual } from "node:assert/strict";
import type { Conversion } from "../../lib/kube/conversion.ts";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { exposedPorts } from "../../lib/stack/ports.ts";
import { planLoaded } from "../../lib/migration/plan_loaded.ts";
import { stackRouting } from "../../lib/stack/stack_routing.ts";
import type { Routing } from "../../lib/traefik/routing.ts";
import { parse } from "yaml";
import { makeCertificate } from "./certificate.ts";
import { type Backend, serveBackends } from "./echo_servers.ts";
import { fafStackDirectory, type LoadedStack, loadFafStack } from "./faf_stack.ts";
import { brokenElements, canonicalText, routerGraph } from "./graph.ts";
import { isIsolated } from "./namespace.ts";
import { compareAnswers, type Doors } from "./compare_answers.ts";
import { say } from "./say.ts";
import { endpointSlices, startAfter, startApi, type TestApi } from "./side_after.ts";
import { startBefore } from "./side_before.ts";
import { addressOf } from "./stack_fixture.ts";

type Json = Record<string, unknown>;

const domain = "faforever.localhost";
const ports = {
  before: { "web": 10080, "web-secure": 10443 },
  after: { "web": 11080, "websecure": 11443 },
};
const doors: Doors = [
  { entryPoint: "web", tls: false, before: ports.before.web, after: ports.after.web },
  { entryPoint: "web-secure", tls: false, before: ports.before["web-secure"], after: ports.after.websecure },
  { entryPoint: "web-secure", tls: true, before: ports.before["web-secure"], after: ports.after.websecure },
];
const common = { "web": "web", "web-secure": "websecure" };
const source = fafStackDirectory();
if (source === undefined) say("FAF's stack is not beside the repository: its proof is skipped");

/** One way of moving the stack. */
interface Scenario {
  readonly name: string;
  readonly decisions: string;
  /** Certificates for all hosts, so that routers with TLS answer. */
  readonly certificates: boolean;
  /** What Traefik 2 does by default, written out for the Traefik 3 that stands for it. */
  readonly asVersion2: boolean;
  /** TLS on the entry point on port 443. */
  readonly hasTls: boolean;
  readonly requests: number;
}

const scenarios: readonly Scenario[] = [
  {
    name: "as it is written",
    decisions:
      "services: { unitdb: { ports: [80] } }\ntraefik: { keepVersion2: false, entryPoints: { web-secure: { tls: false } } }\n",
    certificates: false,
    asVersion2: false,
    hasTls: false,
    requests: 2_400,
  },
  {
    name: "with certificates, and the ways of Traefik 2 kept",
    decisions:
      "services: { unitdb: { ports: [80] } }\ntraefik: { entryPoints: { web-secure: { tls: false } } }\n",
    certificates: true,
    asVersion2: true,
    hasTls: false,
    requests: 2_400,
  },
  {
    name: "with TLS on the entry point, as production has it",
    decisions:
      "services: { unitdb: { ports: [80] } }\ntraefik: { keepVersion2: false, entryPoints: { web-secure: { tls: true } } }\n",
    certificates: true,
    asVersion2: false,
    hasTls: true,
    requests: 2_000,
  },
];

Deno.test({
  name: "convertRouting() lets FAF's stack answer in the cluster as it did before",
  ignore: !isIsolated() || source === undefined,
  fn: async (t) => {
    for (const scenario of scenarios) {
      await t.step(scenario.name, async () => {
        await using api = await startApi();
        await prove(scenario, api);
      });
    }
  },
});

interface Moved {
  readonly stack: LoadedStack;
  readonly routing: Routing;
  readonly conversion: Conversion;
  exposed(service: string): readonly number[];
}

async function move(scenario: Scenario): Promise<Moved> {
  const stack = await loadFafStack(source ?? "", async (directory) => {
    if (!scenario.certificates) return;
    const folder = `${directory}/config/faf-traefik`;
    await makeCertificate(folder, [domain, `*.${domain}`]);
    await Deno.writeTextFile(`${folder}/config.yml`, certificatesText("/etc/traefik"), { append: true });
  });
  const { decisions, diagnostics } = parseDecisions(scenario.decisions, "decisions.yaml");
  deepStrictEqual(diagnostics, []);
  const { project, bindSources } = stack;
  const input = { project, bindSources, decisions, images: () => undefined };
  const { routing } = stackRouting(input);
  const { conversion } = planLoaded({ ...input, routing, scripts: [] });
  return { stack, routing, conversion, exposed: exposedPorts(project, input.images, decisions) };
}

function certificatesText(folder: string): string {
  return `  certificates:\n    - certFile: ${folder}/certificate.pem\n      keyFile: ${folder}/key.pem\n`;
}

async function prove(scenario: Scenario, api: TestApi): Promise<void> {
  const { stack, routing, conversion, exposed } = await move(scenario);
  deepStrictEqual(
    routing.findings.filter(({ severity }) => severity === "error" || severity === "question"),
    [],
  );
  const backends = await applyAll(api, conversion);
  const services = Object.keys(stack.project.services);
  await using _echo = serveBackends(backends);
  await using before = await startBefore({
    project: stack.project,
    exposedPorts: exposed,
    addressOf: (service) => addressOf(services.indexOf(service)),
    entryPointPorts: ports.before,
    apiPort: 10090,
    adaptStatic: (configuration) => adaptStatic(scenario, configuration),
    adaptDynamic: (text) =>
      text.replaceAll("/etc/traefik/", `${stack.directory}/config/faf-traefik/`)
        .replace("compress: {}", scenario.asVersion2 ? "compress: { encodings: [gzip] }" : "compress: {}"),
    labels: scenario.asVersion2
      ? { unitdb: { "traefik.http.middlewares.unitdb-stripprefix.stripprefix.forceslash": "true" } }
      : {},
  });
  await using after = await startAfter({
    api,
    chartValues: chartValuesOf(conversion),
    entryPointPorts: ports.after,
    apiPort: 11090,
  });
  compareGraphs(scenario, await before.rawdata(), await after.rawdata(), backends);
  const count = await compareAnswers({
    rules: [...routing.http.routers.values()].map(({ fields }) => String(fields["rule"])),
    hosts: [domain, "example.org", "", "10.42.0.1"],
    doors,
    credentials: ["dashboard:banana", "dashboard:wrong"],
    requests: scenario.requests,
    ignoresGuessedType: scenario.asVersion2,
    expectedBackends: scenario.certificates ? 16 : 13,
    expectedStatuses: ["200", "302", "401", "404"],
  });
  say(count);
}

/** The Traefik 3 that stands for the stack's Traefik 2 reads rules as that does. */
function adaptStatic(scenario: Scenario, configuration: Json): void {
  configuration["core"] = { defaultRuleSyntax: "v2" };
  const entryPoints = configuration["entryPoints"] as Record<string, Json>;
  for (const name of Object.keys(ports.before)) {
    const http = {
      ...(scenario.asVersion2 ? { encodeQuerySemicolons: true } : {}),
      ...(scenario.hasTls && name === "web-secure" ? { tls: {} } : {}),
    };
    entryPoints[name] = { ...entryPoints[name], ...(Object.keys(http).length === 0 ? {} : { http }) };
  }
}

function chartValuesOf(conversion: Conversion): Json {
  const chart = conversion.traefik.find(({ object }) => object.kind === "HelmChartConfig");
  return parse(String((chart?.object["spec"] as Json | undefined)?.["valuesContent"] ?? "")) as Json;
}

/** Applies what routes need: namespaces, Services with the endpoints of their pods, routes and what they share. */
async function applyAll(api: TestApi, conversion: Conversion): Promise<Backend[]> {
  const converted = [...conversion.services.values()];
  await api.apply(
    conversion.namespaces.map(({ object }) => object).filter(({ kind }) => kind === "Namespace"),
  );
  const backends = new Map<string, Backend>();
  const names = converted.map(({ name }) => name);
  for (const { name, network } of converted) {
    const address = addressOf(names.indexOf(name));
    for (const { object } of network) {
      const spec = { ...object["spec"] as Json, type: undefined, externalTrafficPolicy: undefined };
      const { type: _type, externalTrafficPolicy: _policy, ...plain } = spec;
      await api.apply([{ ...object, spec: plain }, ...endpointSlices(object, address)]);
      for (const port of portsOf(object)) {
        backends.set(`${address}:${port}`, { name: `${name}:${port}`, address, port });
      }
    }
  }
  await api.apply([...conversion.traefik, ...converted.flatMap(({ routes }) => routes), ...conversion.routes]
    .map(({ object }) => object));
  return [...backends.values()];
}

function portsOf(service: { readonly [key: string]: unknown }): number[] {
  const list = ((service["spec"] as Json)["ports"] ?? []) as {
    port: number;
    targetPort?: number;
    protocol?: string;
  }[];
  return list.filter(({ protocol }) => protocol !== "UDP").map(({ port, targetPort }) => targetPort ?? port);
}

function compareGraphs(scenario: Scenario, before: Json, after: Json, backends: readonly Backend[]): void {
  deepStrictEqual(brokenElements(after, "kubernetescrd"), []);
  const names = new Map(backends.map(({ name, address, port }) => [`${address}:${port}`, name]));
  const options = { entryPoints: common, backends: names };
  const left = routerGraph(before, options, ["docker", "file"]);
  const right = routerGraph(after, options, ["kubernetescrd"]).map((router) => ({
    ...router,
    content: scenario.asVersion2 ? withoutContentType(router.content as Json) : router.content,
  }));
  deepStrictEqual(left.filter(({ name }) => name.endsWith("@docker")).length, 18);
  const texts = (routers: readonly { content: unknown }[]): string[] =>
    routers.map(({ content }) => canonicalText(withoutRewrittenRule(content as Json))).sort();
  deepStrictEqual(texts(right), texts(left));
  say(`${left.length} of ${left.length} routers are equal in the graph`);
}

/** The middleware that keeps content types as Traefik 2 guessed them is ours, and has no counterpart before. */
function withoutContentType(content: Json): Json {
  const middlewares = (content["middlewares"] as Json[]).filter((middleware) =>
    middleware["contentType"] === undefined
  );
  return { ...content, middlewares };
}

/** The one rule of Traefik 2 that had to be rewritten; requests show that it matches the same. */
function withoutRewrittenRule(content: Json): Json {
  const rewritten = { "HostRegexp(`{any:.*}`)": "HostRegexp(`^.*$`)" } as Record<string, string>;
  return { ...content, rule: rewritten[String(content["rule"])] ?? content["rule"] };
}
