/** What the stack's own Traefik did before any backend was asked: its redirections, plugins, probes and options. */
import assert from "node:assert/strict";
import { staticSide } from "./static_side.ts";

function traefik(command: readonly string[], more = ""): string {
  return `name: shop
services:
  traefik:
    image: traefik:v3.4
    ports: ["80:80", "443:443"]
    command:
${command.map((flag) => `      - ${JSON.stringify(flag)}`).join("\n")}
${more}`;
}

const WEB = "--entrypoints.web.address=:80";
const SECURE = "--entrypoints.websecure.address=:443";

Deno.test("a redirection for all hosts at Traefik's own container stays, on noop@internal", async () => {
  const { objects, said } = await staticSide(traefik(
    [WEB, SECURE, "--providers.docker.exposedbydefault=false"],
    `    labels:
      traefik.enable: "true"
      traefik.http.routers.all.rule: HostRegexp(\`.+\`)
      traefik.http.routers.all.entrypoints: web
      traefik.http.routers.all.middlewares: secure
      traefik.http.middlewares.secure.redirectscheme.scheme: https
      traefik.http.routers.again.rule: Host(\`again.example.org\`)
      traefik.http.routers.named.rule: Host(\`named.example.org\`)
      traefik.http.routers.named.tls.certresolver: le
`,
  ));
  const routes = objects.filter(({ kind }) => kind === "IngressRoute");
  assert.deepEqual(routes.map(({ metadata }) => metadata.name).sort(), ["all", "named"]);
  for (const { spec } of routes as unknown as readonly { spec: { routes: { services: unknown }[] } }[]) {
    assert.deepEqual(spec.routes[0]?.services, [{ kind: "TraefikService", name: "noop@internal" }]);
  }
  const [again] = said("traefik-own-route").filter(({ message }) => message.includes("it has no route"));
  assert.match(again?.message ?? "", /^"again@docker"/);
  assert.equal(said("traefik-own-route").length, 3);
});

Deno.test("options that Traefik 3 no longer knows are left out, each with what takes its place", async () => {
  const { values, said } = await staticSide(traefik([
    WEB,
    "--experimental.http3=true",
    "--experimental.hub=true",
    "--tracing.jaeger=true",
    "--tracing.jaeger.localagenthostport=jaeger:6831",
    "--tracing.servicename=front",
    "--metrics.influxdb.address=influx:8089",
    "--metrics.influxdb2.org=shop",
    "--log.level=INFO",
  ]));
  assert.deepEqual(values.additionalArguments, ["--log.level=INFO", "--metrics.influxdb2.org=shop"]);
  const told = said("traefik-option-removed");
  assert.deepEqual(told.map(({ severity, message }) => [severity, /"(.*)"/.exec(message)?.[1]]), [
    ["warning", "experimental.hub"],
    ["warning", "metrics.influxdb"],
    ["warning", "tracing.jaeger"],
    ["info", "experimental.http3"],
  ]);
  assert.match(told[2]?.hint ?? "", /tracing\.otlp/);
  assert.equal(told[0]?.span?.line, 6);
});

Deno.test("tracing by OTLP stays where a backend beside it is gone", async () => {
  const { values } = await staticSide(traefik([
    WEB,
    "--tracing.zipkin.httpendpoint=http://zipkin:9411",
    "--tracing.otlp.http.endpoint=http://collector.example.org:4318/v1/traces",
    "--tracing.samplerate=0.2",
  ]));
  assert.deepEqual(values.additionalArguments, [
    "--tracing.otlp.http.endpoint=http://collector.example.org:4318/v1/traces",
    "--tracing.samplerate=0.2",
  ]);
});

Deno.test("plugins have a place where Traefik can write what it fetches", async () => {
  const { values } = await staticSide(traefik([
    WEB,
    "--experimental.plugins.geoblock.modulename=github.com/a/geoblock",
    "--experimental.plugins.geoblock.version=v0.2.8",
  ]));
  assert.deepEqual(values.deployment?.additionalVolumes, [{ name: "plugins", emptyDir: {} }]);
  assert.deepEqual(values.additionalVolumeMounts, [{ name: "plugins", mountPath: "/plugins-storage" }]);
  assert.ok(values.additionalArguments.includes("--experimental.plugins.geoblock.version=v0.2.8"));
});

const DEMO = "--experimental.localplugins.demo.modulename=github.com/a/demo";

Deno.test("the code of a local plugin is read from the node, where its mount lies", async () => {
  const { values, directory, said } = await staticSide(
    traefik([WEB, DEMO], `    volumes: ["./plugins-local:/plugins-local:ro"]\n`),
    {
      files: { "plugins-local/src/github.com/a/demo/demo.go": "package demo\n" },
      decisions: "storageId: main-01",
    },
  );
  const path = "src/github.com/a/demo";
  assert.deepEqual(values.deployment?.additionalVolumes, [{
    name: "local-plugin-0",
    hostPath: { path: `${directory}/plugins-local/${path}`, type: "DirectoryOrCreate" },
  }]);
  assert.deepEqual(values.additionalVolumeMounts, [
    { name: "local-plugin-0", mountPath: `/plugins-local/${path}`, readOnly: true },
  ]);
  assert.deepEqual(values.nodeSelector, { "storage-id": "main-01" });
  assert.deepEqual(said("traefik-local-plugin").map(({ severity }) => severity), ["info"]);
});

Deno.test("a local plugin in no mount is left out and said, as Traefik would switch all plugins off", async () => {
  const { values, said } = await staticSide(traefik([WEB, DEMO, "--log.level=INFO"]));
  assert.deepEqual(values.additionalArguments, ["--log.level=INFO"]);
  assert.deepEqual(said("traefik-local-plugin").map(({ severity }) => severity), ["warning"]);
});

Deno.test("the chart's probes follow ping to the entry point that the stack gives it", async () => {
  const on = async (...flags: readonly string[]): Promise<readonly unknown[]> => {
    const { values } = await staticSide(traefik([WEB, SECURE, ...flags]));
    return [
      values.deployment,
      values.additionalArguments.filter((argument) => argument.startsWith("--ping")),
    ];
  };
  assert.deepEqual(await on("--entrypoints.p.address=:8082", "--ping.entrypoint=p"), [
    { healthchecksPort: 8082 },
    ["--ping.entrypoint=p"],
  ]);
  assert.deepEqual(await on("--ping.entrypoint=web"), [{ healthchecksPort: 8000 }, [
    "--ping.entrypoint=web",
  ]]);
  assert.deepEqual(await on("--ping.entrypoint=websecure", "--entrypoints.websecure.http.tls=true"), [
    { healthchecksPort: 8443, healthchecksScheme: "HTTPS" },
    ["--ping.entrypoint=websecure"],
  ]);
  assert.deepEqual(await on("--ping=true"), [undefined, ["--ping=true"]]);
  assert.deepEqual(await on("--ping.manualrouting=true"), [undefined, []]);
});

Deno.test("ping and metrics name entry points as the cluster has them", async () => {
  const { values } = await staticSide(traefik([
    "--entrypoints.http.address=:80",
    "--ping.entrypoint=http",
    "--metrics.prometheus.entrypoint=http",
  ]));
  assert.deepEqual(values.additionalArguments, [
    "--metrics.prometheus.entrypoint=web",
    "--ping.entrypoint=web",
  ]);
});

Deno.test("ping on an entry point that does not exist stays where the probes ask, and is said", async () => {
  const { values, said } = await staticSide(traefik([WEB, "--ping.entrypoint=nope"]));
  assert.deepEqual([values.deployment, values.additionalArguments], [undefined, []]);
  assert.match(said("traefik-entry-point-unknown")[0]?.message ?? "", /"nope" of ping/);
});

Deno.test("TLS options of an entry point that do not exist stay unknown, and are an error", async () => {
  const options = "--entrypoints.websecure.http.tls.options";
  const { values, said } = await staticSide(traefik([WEB, SECURE, `${options}=strict@file`]));
  assert.ok(values.additionalArguments.includes(`${options}=strict@file`));
  const [told] = said("traefik-tls-option-unknown");
  assert.deepEqual([told?.severity, told?.span?.line], ["error", 6]);
  assert.match(told?.message ?? "", /"strict@file" of the entry point "websecure"/);
  const usual = await staticSide(traefik([WEB, SECURE, `${options}=default`]));
  assert.deepEqual(usual.said("traefik-tls-option-unknown"), []);
});

Deno.test("what an entry point names without a provider is that of its routers", async () => {
  const middlewares = "--entrypoints.web.http.middlewares";
  const login = `
    labels:
      traefik.http.routers.board.rule: Host(\`board.example.org\`)
      traefik.http.routers.board.service: api@internal
      traefik.http.middlewares.login--all.basicauth.users: "ann:$$2y$$05$$abcdefghijklmnopqrstuv"
    volumes: ["./d.yml:/d.yml:ro"]
`;
  const file = "--providers.file.filename=/d.yml";
  const stack = traefik([WEB, "--providers.docker", file, `${middlewares}=login--all`], login);
  const known = await staticSide(stack, { files: { "d.yml": "http: {}\n" } });
  assert.ok(known.values.additionalArguments.includes(`${middlewares}=shop-login-all@kubernetescrd`));
  assert.deepEqual(known.said("traefik-middleware-missing"), []);
  const router = "http: { routers: { x: { rule: Path(`/`), service: ping@internal } } }\n";
  const unclear = await staticSide(stack, { files: { "d.yml": router } });
  assert.deepEqual(unclear.said("traefik-middleware-missing").map(({ severity }) => severity), ["error"]);
});

Deno.test("where the API is, and what it shows, is as before", async () => {
  const { values } = await staticSide(
    traefik([WEB, "--api.insecure=true", "--api.basePath=/edge", "--api.debug"]),
  );
  assert.deepEqual(values.additionalArguments, ["--api.basepath=/edge", "--api.debug=true"]);
});

Deno.test("variables of DNS providers come along, also where they begin with another word than the provider", async () => {
  const names = async (provider: string, variables: string): Promise<readonly unknown[]> => {
    const { values, said } = await staticSide(traefik(
      [WEB, `${RESOLVER}.dnschallenge.provider=${provider}`],
      `    environment: { ${variables}, OTHER: x }\n`,
    ));
    return [values.env?.map(({ name }) => name), said("traefik-dns-credentials").length];
  };
  assert.deepEqual(await names("allinkl", "ALL_INKL_LOGIN: a, ALL_INKL_PASSWORD: b"), [[
    "ALL_INKL_LOGIN",
    "ALL_INKL_PASSWORD",
  ], 0]);
  assert.deepEqual(await names("acme-dns", "ACME_DNS_API_BASE: a"), [["ACME_DNS_API_BASE"], 0]);
  assert.deepEqual(await names("scaleway", "SCW_SECRET_KEY: a"), [["SCW_SECRET_KEY"], 0]);
  assert.deepEqual(await names("inwx", "INWX_USERNAME: a"), [["INWX_USERNAME"], 0]);
});

Deno.test("routes of a provider that is no file are said to be lost, each once", async () => {
  const { values, said } = await staticSide(traefik([
    WEB,
    "--providers.docker=true",
    "--providers.redis.endpoints=redis:6379",
    "--providers.http.endpoint=http://routes:9000/api",
    "--providers.consul=false",
    "--providers.providersthrottleduration=5s",
  ]));
  const names = said("traefik-provider-lost").map((
    { severity, message },
  ) => [severity, /"(.*)"/.exec(message)?.[1]]);
  assert.deepEqual(names, [["warning", "providers.http"], ["warning", "providers.redis"]]);
  assert.deepEqual(values.additionalArguments, ["--providers.providersthrottleduration=5s"]);
});

const RESOLVER = "--certificatesresolvers.own.acme";

Deno.test("an ACME authority among the services keeps the name of its certificate, which Traefik's DNS finds", async () => {
  const { values } = await staticSide(traefik(
    [WEB, `${RESOLVER}.caserver=https://authority:9000/acme/directory`, `${RESOLVER}.tlschallenge=true`],
    `  authority: { image: "smallstep/step-ca:0.27.2" }
`,
  ));
  assert.ok(
    values.additionalArguments.includes(`${RESOLVER}.caserver=https://authority:9000/acme/directory`),
  );
  assert.deepEqual(values.deployment?.["dnsConfig"], { searches: ["shop.svc.cluster.local"] });
});

Deno.test("addresses of the stack without TLS have their full names, also in a resolver", async () => {
  const { values } = await staticSide(traefik(
    [WEB, `${RESOLVER}.caserver=http://authority:9000/directory`, `${RESOLVER}.tlschallenge=true`],
    `  authority: { image: "smallstep/step-ca:0.27.2" }
`,
  ));
  assert.ok(
    values.additionalArguments.includes(
      `${RESOLVER}.caserver=http://authority.shop.svc.cluster.local:9000/directory`,
    ),
  );
  assert.equal(values.deployment?.["dnsConfig"], undefined);
});

Deno.test("what lego and Traefik's libraries read of the environment comes along, with any challenge", async () => {
  const { values, said } = await staticSide(
    traefik(
      [WEB, `${RESOLVER}.tlschallenge=true`, `${RESOLVER}.cacertificates=/own/root.crt`],
      `    environment:
      LEGO_CA_CERTIFICATES: /own/root.crt
      HTTPS_PROXY: http://proxy.lan:3128
      TZ: Europe/Berlin
      OTEL_EXPORTER_OTLP_ENDPOINT: http://collector:4318
      DD_AGENT_HOST: agent
      TRAEFIK_LOG_LEVEL: DEBUG
      OTHER: x
    volumes: ["./own:/own:ro"]
  collector: { image: "registry.example/collector:1" }
  agent: { image: "registry.example/agent:1" }
`,
    ),
    { files: { "own/root.crt": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" } },
  );
  const [lego, ...plain] = values.env ?? [];
  assert.equal(lego?.name, "LEGO_CA_CERTIFICATES");
  assert.deepEqual(plain, [
    { name: "TZ", value: "Europe/Berlin" },
    {
      name: "OTEL_EXPORTER_OTLP_ENDPOINT",
      value: "http://collector.shop.svc.cluster.local:4318",
    },
    { name: "DD_AGENT_HOST", value: "agent.shop.svc.cluster.local" },
  ]);
  assert.ok(values.additionalArguments.includes(`${RESOLVER}.cacertificates=/dns-provider/authority-0.crt`));
  const [lost] = said("traefik-variable-lost");
  assert.match(lost?.message ?? "", /does not have "HTTPS_PROXY" of/);
  assert.equal(lost?.span?.line, 12);
});

Deno.test("Docker's DNS server is left out, and what is on Traefik's loopback is said of variables as well", async () => {
  const { values, said } = await staticSide(
    traefik(
      [
        WEB,
        `${RESOLVER}.dnschallenge.resolvers=127.0.0.11:53`,
        "--certificatesresolvers.two.acme.dnschallenge.resolvers=127.0.0.11:53,1.1.1.1:53",
      ],
      "    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', DD_AGENT_HOST: localhost }\n",
    ),
  );
  const resolvers = values.additionalArguments.filter((argument) => argument.includes("resolvers="));
  assert.deepEqual(resolvers, ["--certificatesresolvers.two.acme.dnschallenge.resolvers=1.1.1.1:53"]);
  assert.deepEqual(said("kube-docker-resolver").map(({ severity }) => severity), ["info", "info"]);
  assert.deepEqual(
    said("traefik-loopback").map(({ message }) => /^"[^"]*" of [^"]*"[^"]*"/.exec(message)?.[0]),
    [
      `"localhost:4318" of Traefik's variable "OTEL_EXPORTER_OTLP_ENDPOINT"`,
      `"localhost:8126" of Traefik's variable "DD_AGENT_HOST"`,
    ],
  );
});

Deno.test("an agent that is published under another port keeps its host and has its own port", async () => {
  const { values } = await staticSide(
    traefik(
      [WEB],
      `    network_mode: host
    environment: { DD_AGENT_HOST: localhost, DD_SERVICE: edge }
  agent: { image: "registry.example/agent:1", ports: ["8126:9126"] }
`,
    ).replace('    ports: ["80:80", "443:443"]\n', ""),
  );
  assert.deepEqual(values.env, [
    { name: "DD_AGENT_HOST", value: "agent.shop.svc.cluster.local" },
    { name: "DD_SERVICE", value: "edge" },
    { name: "DD_TRACE_AGENT_PORT", value: "9126" },
  ]);
});

Deno.test("authorities of servers are in the arguments in place of their paths, and missing ones are an error", async () => {
  const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const { values, objects, said } = await staticSide(
    traefik(
      [WEB, "--serverstransport.rootcas=/certs/ca.pem", "--tracing.otlp.http.tls.ca=/certs/none.pem"],
      `    volumes: ["./certs:/certs:ro"]\n`,
    ),
    { files: { "certs/ca.pem": certificate } },
  );
  const secret = objects.find(({ metadata }) => metadata.name === "traefik-arguments");
  const held = Object.values((secret?.["data"] ?? {}) as Readonly<Record<string, string>>).map(atob);
  assert.ok(
    values.additionalArguments.includes(`--serverstransport.rootcas=${certificate}`) ||
      held.includes(certificate),
  );
  assert.ok(!JSON.stringify(values).includes("/certs/ca.pem"));
  const told = said("traefik-certificate-file");
  assert.deepEqual(told.map(({ severity }) => severity), ["error"]);
  assert.match(told[0]?.message ?? "", /"\/certs\/none\.pem" of the option "tracing\.otlp\.http\.tls\.ca"/);
});

Deno.test("a resolver of Tailscale is said once, and its routers stay on TLS", async () => {
  const { values, objects, said } = await staticSide(traefik(
    [
      SECURE,
      "--entrypoints.websecure.http.tls.certresolver=ts",
      "--certificatesresolvers.ts.tailscale=true",
    ],
    `  app:
    image: registry.example/app:1
    labels:
      traefik.http.routers.app.rule: Host(\`app.tail.ts.net\`)
      traefik.http.routers.app.tls.certresolver: ts
      traefik.http.services.app.loadbalancer.server.port: "80"
`,
  ));
  const route = objects.find(({ metadata }) => metadata.name === "app");
  assert.ok(route !== undefined);
  const routes = objects.filter(({ kind }) => kind === "IngressRoute");
  assert.deepEqual(routes.map(({ spec }) => (spec as { readonly tls?: unknown }).tls), [{}]);
  assert.deepEqual(values.additionalArguments, ["--entrypoints.websecure.http.tls=true"]);
  assert.deepEqual(said("traefik-tailscale-resolver").map(({ severity }) => severity), ["warning"]);
  assert.deepEqual(said("traefik-resolver-unknown"), []);
});

Deno.test("names of plugins, headers and labels keep their case as arguments, also from a file", async () => {
  const { values } = await staticSide(
    traefik(["--configFile=/etc/traefik.yml"], `    volumes: ["./traefik.yml:/etc/traefik.yml:ro"]\n`),
    {
      files: {
        "traefik.yml": `entryPoints: { web: { address: ":80" } }
experimental: { plugins: { GeoBlock: { moduleName: github.com/a/geoblock, version: v1 } } }
accessLog: { fields: { names: { ClientUsername: drop }, headers: { defaultMode: keep, names: { User-Agent: drop } } } }
`,
      },
    },
  );
  assert.deepEqual(values.additionalArguments, [
    "--accesslog.fields.headers.defaultmode=keep",
    "--accesslog.fields.headers.names.User-Agent=drop",
    "--accesslog.fields.names.ClientUsername=drop",
    "--experimental.plugins.GeoBlock.modulename=github.com/a/geoblock",
    "--experimental.plugins.GeoBlock.version=v1",
  ]);
});

Deno.test("routers find an entry point and a resolver whose flags have capitals", async () => {
  const { objects, said } = await staticSide(traefik(
    ["--entrypoints.webSecure.address=:443", "--certificatesresolvers.myOwn.acme.tlschallenge=true"],
    `  app:
    image: registry.example/app:1
    labels:
      traefik.http.routers.app.rule: Host(\`app.example.org\`)
      traefik.http.routers.app.entrypoints: webSecure
      traefik.http.routers.app.tls.certresolver: myOwn
      traefik.http.services.app.loadbalancer.server.port: "80"
`,
  ));
  const routes = objects.filter(({ kind }) => kind === "IngressRoute").map(({ spec }) =>
    spec as { readonly entryPoints: unknown; readonly tls: unknown }
  );
  assert.deepEqual(routes.map(({ entryPoints, tls }) => [entryPoints, tls]), [
    [["websecure"], { certResolver: "myOwn" }],
  ]);
  assert.deepEqual([...said("traefik-entry-point-unknown"), ...said("traefik-resolver-unknown")], []);
});

Deno.test("hosts that Docker told Traefik are known to its pods, and the machine is asked for", async () => {
  const compose = (extra: string): string =>
    traefik(
      [
        WEB,
        `${RESOLVER}.caserver=https://ca.lan:9000/acme`,
        "--metrics.statsd.address=host.docker.internal:8125",
      ],
      `    dns_search: [lan]
    labels:
      traefik.http.middlewares.asked.forwardauth.address: http://auth.lan:9091/verify
      traefik.http.middlewares.machine.forwardauth.address: http://machine:9000/
${extra}`,
    );
  const written = `    extra_hosts: ["auth.lan:192.168.1.5", "ca.lan:192.168.1.6", "machine:host-gateway"]
    dns: [192.168.1.1]
`;
  const { values, objects, said } = await staticSide(compose(written));
  const { hostAliases, dnsConfig } = values.deployment ?? {};
  assert.deepEqual(hostAliases, [
    { ip: "192.168.1.5", hostnames: ["auth.lan"] },
    { ip: "192.168.1.6", hostnames: ["ca.lan"] },
    { ip: "172.17.0.1", hostnames: ["machine"] },
  ]);
  assert.deepEqual(dnsConfig, { searches: ["lan"] });
  assert.ok(values.additionalArguments.includes("--metrics.statsd.address=172.17.0.1:8125"));
  assert.ok(values.additionalArguments.includes(`${RESOLVER}.caserver=https://ca.lan:9000/acme`));
  const address = (name: string): unknown =>
    (objects.find(({ metadata }) => metadata.name === name)?.["spec"] as { forwardAuth: { address: string } })
      .forwardAuth.address;
  assert.equal(address("asked"), "http://auth.lan:9091/verify");
  assert.equal(address("machine"), "http://machine:9000/");
  assert.match(said("kube-not-carried")[0]?.message ?? "", /^"dns" of service "traefik" is not carried/);
  const asked = said("kube-host-gateway").map(({ message }) => /^"[^"]*"/.exec(message)?.[0]).toSorted();
  assert.deepEqual(asked, ['"host.docker.internal"', '"machine"']);
  assert.equal((await staticSide(compose(""))).values.deployment?.["hostAliases"], undefined);
});

Deno.test("lines of the hosts file are as the API takes them, and what was loopback is not one", async () => {
  const { values, objects, said } = await staticSide(
    traefik(
      [WEB, "--metrics.statsd.address=host.docker.internal:8125"],
      `    network_mode: host
    dns_search: ["."]
    extra_hosts: ["Auth.LAN:192.168.1.5", "second.lan:192.168.1.5", "my_host:192.168.1.6", "app.local:127.0.0.1"]
  app:
    image: "registry.example/app:1"
    ports: ["127.0.0.1:9000:8080"]
    labels: { traefik.http.middlewares.asked.forwardauth.address: "http://app.local:9000/verify" }
`,
    ).replace('    ports: ["80:80", "443:443"]\n', ""),
    { decisions: "hostGateway: fd00::10\n" },
  );
  assert.deepEqual(values.deployment?.["hostAliases"], [
    { ip: "192.168.1.5", hostnames: ["auth.lan", "second.lan"] },
  ]);
  assert.equal(values.deployment?.["dnsConfig"], undefined);
  assert.match(said("kube-hostname")[0]?.message ?? "", /^"my_host" of Traefik's "extra_hosts"/);
  assert.ok(values.additionalArguments.includes("--metrics.statsd.address=[fd00::10]:8125"));
  const asked = objects.find(({ metadata }) => metadata.name === "asked")?.["spec"] as {
    forwardAuth: { address: string };
  };
  assert.equal(asked.forwardAuth.address, "http://app.shop.svc.cluster.local:8080/verify");
});

Deno.test("a dashboard without a login is closed, also on an entry point that the stack writes, and a route is its way in", async () => {
  const compose = (port: string, ...more: string[]): string =>
    traefik([WEB, "--api.insecure", ...more]).replace('"443:443"', JSON.stringify(port));
  const closed = async (port: string, ...more: string[]): Promise<readonly string[]> =>
    (await staticSide(compose(port, ...more))).said("traefik-api-closed").map(({ message }) => message);
  assert.deepEqual((await closed("8081:8081", "--entrypoints.traefik.address=:8081")).length, 1);
  assert.deepEqual((await closed("9999:8080")).length, 1);
  assert.deepEqual(await closed("8081:8081", "--entrypoints.more.address=:8081"), []);
  const { said } = await staticSide(compose("127.0.0.1:8080:8080"));
  assert.deepEqual(said("traefik-one-address").map(({ hint }) => hint), [
    "Give the dashboard a route with a login: traefik.http.routers.NAME.service=api@internal",
  ]);
  const other = await staticSide(compose("127.0.0.1:8090:8090", "--entrypoints.more.address=:8090"));
  assert.match(other.said("traefik-one-address")[0]?.hint ?? "", /^kubectl port-forward/);
});

Deno.test("a port that was published for ping or metrics is said to be closed; on an entry point of the stack's own it is opened", async () => {
  const closed = async (port: string, ...more: string[]): Promise<readonly string[]> =>
    (await staticSide(traefik([WEB, ...more]).replace('"443:443"', JSON.stringify(port))))
      .said("traefik-internal-closed").map(({ message, hint }) => `${message}\n${hint}`);
  assert.deepEqual(await closed("8082:8082", "--ping", "--entrypoints.traefik.address=:8082"), [
    "Port 8082 gave access to Traefik's ping: the cluster's Traefik does not open it\n" +
    "Name an entry point of your own, which is opened as it is published: --ping.entryPoint=NAME; " +
    "to do without, remove the port",
  ]);
  assert.match(
    (await closed("9100:8080", "--ping=true", "--metrics.prometheus=true"))[0] ?? "",
    /^Port 9100 gave access to Traefik's ping and metrics: .*--ping.entryPoint=NAME --metrics.prometheus.entryPoint=NAME/s,
  );
  const own = ["--entrypoints.own.address=:8082", "--ping", "--ping.entrypoint=own"];
  assert.deepEqual(await closed("8082:8082", ...own), []);
  assert.deepEqual(await closed("8082:8080", "--ping", "--ping.manualrouting"), []);
  assert.deepEqual(await closed("127.0.0.1:8082:8080", "--ping"), []);
  assert.deepEqual(await closed("8082:8080"), []);
  // Said as what it is: the dashboard.
  assert.deepEqual(await closed("8082:8080", "--ping", "--api.insecure"), []);
  const { values } = await staticSide(traefik([WEB, ...own]).replace('"443:443"', '"8082:8082"'));
  assert.equal(values.ports["own"]?.exposedPort, 8082);
});

Deno.test('routers on the stack\'s own entry point "traefik" are reached by its published port', async () => {
  const routed = async (entryPoints: string): Promise<readonly unknown[]> => {
    const { objects, front } = await staticSide(`name: shop
services:
  traefik:
    image: traefik:v3.4
    ports: ["80:80", "8080:8080"]
    command: ["${WEB}", "--entrypoints.traefik.address=:8080", "--providers.docker.exposedbydefault=false"]
    labels:
      traefik.enable: "true"
      traefik.http.routers.board.rule: PathPrefix(\`/\`)
      traefik.http.routers.board.entrypoints: ${entryPoints}
      traefik.http.routers.board.service: api@internal
`);
    const route = objects.find(({ kind }) => kind === "IngressRoute")?.["spec"] as { entryPoints: unknown };
    return [route.entryPoints, front.map(({ port, targetPort }) => [port, targetPort])];
  };
  assert.deepEqual(await routed("traefik"), [["own-traefik"], [[80, "web"], [8080, "own-traefik"]]]);
  assert.deepEqual(await routed("web"), [["web"], [[80, "web"]]]);
});
