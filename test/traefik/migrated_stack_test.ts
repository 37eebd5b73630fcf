import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { exposedPorts } from "../../lib/stack/ports.ts";
import { stackRouting } from "../../lib/stack/stack_routing.ts";
import { makeCertificate } from "./certificate.ts";
import { compareAnswers, type Doors } from "./compare_answers.ts";
import { type Backend, serveBackends } from "./echo_servers.ts";
import { fafStackDirectory, loadFafStack } from "./faf_stack.ts";
import { brokenElements } from "./graph.ts";
import { isIsolated } from "./namespace.ts";
import { send } from "./raw_request.ts";
import { say } from "./say.ts";
import { startAfter, startApi, type TestApi } from "./side_after.ts";
import { startBefore } from "./side_before.ts";
import { addressOf } from "./stack_fixture.ts";

type Json = Record<string, unknown>;

const root = `${import.meta.dirname}/../..`;
const source = fafStackDirectory();
const domain = "faforever.localhost";
const files = ["docker-compose.yml", "faf-extra.yml", "monitoring.yml"];
const before = { "web": 10080, "web-secure": 10443 };
const after = { web: 11080, websecure: 11443 };
const doors: Doors = [
  { entryPoint: "web", tls: false, before: before.web, after: after.web },
  { entryPoint: "web-secure", tls: true, before: before["web-secure"], after: after.websecure },
];

Deno.test({
  name: "migrate moves FAF's stack so that the cluster's Traefik answers as the stack's did",
  ignore: !isIsolated() || source === undefined,
  fn: async () => {
    const stack = await loadFafStack(source ?? "", withCertificates);
    await using api = await startApi(true);
    await migrate(stack.directory, api);
    const backends = await settledBackends(api, "faf");
    await using _echo = serveBackends(backends);
    const { decisions } = parseDecisions(
      await Deno.readTextFile(`${root}/migrations/faf/decisions.yaml`),
      "decisions.yaml",
    );
    const exposed = exposedPorts(stack.project, () => undefined, decisions);
    const addresses = new Map(backends.map(({ name, address }) => [name.split(":")[0] ?? "", address]));
    const services = Object.keys(stack.project.services);
    await using _before = await startBefore({
      project: stack.project,
      exposedPorts: exposed,
      addressOf: (service) => addresses.get(service) ?? addressOf(services.indexOf(service)),
      entryPointPorts: before,
      apiPort: 10090,
      adaptStatic,
      adaptDynamic: (text) =>
        text.replaceAll("/etc/traefik/", `${stack.directory}/config/faf-traefik/`)
          .replace("compress: {}", "compress: { encodings: [gzip] }"),
      labels: { unitdb: { "traefik.http.middlewares.unitdb-stripprefix.stripprefix.forceslash": "true" } },
    });
    const chartValues = await chartValuesOf(api);
    const streams = streamEntryPoints(chartValues);
    await using traefik = await startAfter({
      api,
      chartValues,
      entryPointPorts: { ...after, ...streams },
      apiPort: 11090,
    });
    deepStrictEqual(brokenElements(await traefik.rawdata(), "kubernetescrd"), []);
    await compareStreams(streams);
    const { routing } = stackRouting({ ...stack, decisions, images: () => undefined });
    say(
      await compareAnswers({
        rules: [...routing.http.routers.values()].map(({ fields }) => String(fields["rule"])),
        hosts: [domain, "example.org"],
        doors,
        credentials: ["dashboard:banana", "dashboard:wrong"],
        requests: 2_000,
        ignoresGuessedType: true,
        expectedBackends: 16,
        expectedStatuses: ["200", "302", "401", "404"],
      }),
    );
  },
});

async function withCertificates(directory: string): Promise<void> {
  const folder = `${directory}/config/faf-traefik`;
  await makeCertificate(folder, [domain, `*.${domain}`]);
  const text =
    "  certificates:\n    - certFile: /etc/traefik/certificate.pem\n      keyFile: /etc/traefik/key.pem\n";
  await Deno.writeTextFile(`${folder}/config.yml`, text, { append: true });
}

/** The command itself, as an operator runs it. */
async function migrate(directory: string, api: TestApi): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "-A", "--no-check", `${root}/main.ts`, "migrate", "--yes", "--no-color"],
      ...["--stack", directory, "--kubeconfig", api.kubeconfigPath],
      ...files.flatMap((file) => ["-f", file]),
    ],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  strictEqual(code, 0, `${text.decode(stdout).slice(-3000)}\n${text.decode(stderr).slice(-3000)}`);
}

interface Slice {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
}

/** As soon as there are as many twice, two seconds apart: the controllers write one after the other. */
async function settledBackends(api: TestApi, namespace: string): Promise<Backend[]> {
  for (let before = -1;;) {
    const backends = await backendsOf(api, namespace);
    if (backends.length === before) {
      ok(before > 10, `only ${before} endpoints`);
      return backends;
    }
    before = backends.length;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

/** Every address and port that the cluster's own controllers wrote, named by its Service. */
async function backendsOf(api: TestApi, namespace: string): Promise<Backend[]> {
  const { body } = await api.api.request(
    "GET",
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  );
  const backends = new Map<string, Backend>();
  for (const { metadata, ports = [], endpoints = [] } of (body as { items: readonly Slice[] }).items) {
    const service = metadata.labels?.["kubernetes.io/service-name"] ?? "";
    for (const { port, protocol } of ports.filter((each) => each.protocol !== "UDP")) {
      for (
        const address of endpoints.flatMap(({ addresses }) => addresses).filter((each) =>
          each.startsWith("10.42.")
        )
      ) {
        const key = `${address}:${port}`;
        if (protocol === "TCP" && !backends.has(key)) {
          backends.set(key, { name: `${service}:${port}`, address, port });
        }
      }
    }
  }
  return [...backends.values()];
}

async function chartValuesOf(api: TestApi): Promise<Json> {
  const path = "/apis/helm.cattle.io/v1/namespaces/kube-system/helmchartconfigs/traefik";
  const { body } = await api.api.request("GET", path);
  return parse(String((body as { spec: { valuesContent: string } }).spec.valuesContent)) as Json;
}

/** As production has it: the resolver stands at the entry point; the rest are the ways of Traefik 2. */
function adaptStatic(configuration: Json): void {
  configuration["core"] = { defaultRuleSyntax: "v2" };
  const entryPoints = configuration["entryPoints"] as Record<string, Json>;
  entryPoints["web"] = { ...entryPoints["web"], http: { encodeQuerySemicolons: true } };
  entryPoints["web-secure"] = {
    ...entryPoints["web-secure"],
    http: { encodeQuerySemicolons: true, tls: { certResolver: "default" } },
  };
}

/** The entry points of published ports, each on a port of 127.0.0.1. */
function streamEntryPoints(values: Json): Record<string, number> {
  const names = Object.keys(values["ports"] as Json).filter((name) =>
    !["web", "websecure", "traefik"].includes(name)
  );
  return Object.fromEntries(names.map((name, index) => [name, 12000 + index]));
}

/** What arrives on an entry point of a published port reaches one backend: HTTP serves as the stream's content. */
async function compareStreams(streams: Readonly<Record<string, number>>): Promise<void> {
  const reached: string[] = [];
  for (const [name, port] of Object.entries(streams)) {
    const request = { entryPoint: name, tls: false, host: "x", method: "GET", target: "/", headers: {} };
    const { status, headers } = await send(request, port);
    strictEqual(status, "200", `the entry point "${name}" leads nowhere`);
    reached.push(`${name} → ${headers.find((header) => /^x-backend:/i.test(header))?.split(" ")[1]}`);
  }
  ok(reached.length >= 5, reached.join(", "));
  say(`published ports: ${reached.join(", ")}`);
}
