/** Backends on a loopback address: the machine's where Traefik has its network, else Traefik's own container. */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { objectsOf, planTestStack, type TestStack } from "../cli/planned_stack.ts";
import { withFiles } from "../cli/in_process.ts";

const SERVERS = {
  named: "http://127.0.0.1:8081",
  spelt: "http://localhost:8081",
  six: "http://[::1]:8081",
  machine: "http://127.0.0.1:8123",
};

function files(traefik: string, servers: Readonly<Record<string, string>> = SERVERS): Record<string, string> {
  const each = (line: (name: string, url: string) => string): string =>
    Object.entries(servers).map(([name, url]) => line(name, url)).join("\n");
  return {
    "compose.yaml": `
services:
  proxy:
    image: traefik:v3.6
    restart: always
    command:
      - --entrypoints.web.address=:80
      - --api.insecure=true
      - --providers.docker.exposedbydefault=false
      - --providers.file.filename=/d.yml
      - --metrics.statsd.address=localhost:8125
    volumes: ["./d.yml:/d.yml:ro"]
    ${traefik}
  app:
    image: nginx:1.27.1
    restart: always
    ports: ["127.0.0.1:8081:80"]
    labels:
      traefik.enable: "true"
      traefik.http.routers.app.rule: Host(\`app.example\`)
      traefik.http.routers.app.middlewares: asked,lapi
      traefik.http.middlewares.asked.forwardauth.address: http://127.0.0.1:8081/asked
      traefik.http.middlewares.lapi.plugin.bouncer.lapi: localhost:8080
`,
    "d.yml": `http:
  routers:
${each((name) => `    ${name}: { rule: "Host(\`${name}.example\`)", service: ${name} }`)}
  services:
${each((name, url) => `    ${name}: { loadBalancer: { servers: [{ url: "${url}" }] } }`)}
`,
  };
}

async function planned(input: Record<string, string>, decisions = ""): Promise<TestStack> {
  let result: TestStack | undefined;
  await withFiles(input, async (directory) => {
    result = await planTestStack({ directory, decisions });
  });
  if (result === undefined) throw new Error("Nothing was planned");
  return result;
}

/** Each route of a file by its name: the Service and port that it leads to. */
function backends({ conversion }: TestStack): Readonly<Record<string, string>> {
  return Object.fromEntries(
    objectsOf(conversion).filter(({ object }) => object.kind === "IngressRoute").map(({ object }) => {
      const { routes } = object["spec"] as { routes: { services: { name: string; port?: number }[] }[] };
      const [service] = routes[0]?.services ?? [];
      return [object.metadata.name, `${service?.name}:${service?.port}`];
    }),
  );
}

function addresses({ conversion }: TestStack): readonly string[] {
  return objectsOf(conversion).filter(({ object }) => object.kind === "EndpointSlice").flatMap(({ object }) =>
    (object["endpoints"] as { addresses: string[] }[]).flatMap((endpoint) => endpoint.addresses)
  );
}

function textOf({ conversion }: TestStack, kind: string, name: string): string {
  const found = objectsOf(conversion).find(({ object }) =>
    object.kind === kind && object.metadata.name === name
  );
  return JSON.stringify(found?.object["spec"]);
}

function said({ diagnostics }: TestStack, code: string): readonly Diagnostic[] {
  return diagnostics.filter((diagnostic) => diagnostic.code === code);
}

Deno.test("with the host's network, what a service publishes there is that service; the rest is the machine", async () => {
  const stack = await planned(files("network_mode: host"));
  deepEqual(backends(stack), {
    app: "app:80",
    named: "app:80",
    spelt: "app:80",
    six: "app:80",
    machine: "external-127-0-0-1-8123:8123",
  });
  deepEqual(addresses(stack), ["172.17.0.1"]);
  const asked = said(stack, "kube-host-gateway");
  deepEqual(asked.map(({ severity, span }) => [severity, span?.file]), [
    ["question", "compose.yaml"],
    ["question", "d.yml"],
  ]);
  match(
    asked[1]?.message ?? "",
    /"127\.0\.0\.1" of the service "machine@file".*listens on loopback alone does not/,
  );
  const auth = textOf(stack, "Middleware", "asked");
  match(auth, /"address":"http:\/\/app\.[\w-]+\.svc\.cluster\.local:80\/asked"/);
  match(textOf(stack, "HelmChartConfig", "traefik"), /--metrics\.statsd\.address=172\.17\.0\.1:8125/);
  match(textOf(stack, "Middleware", "lapi"), /"lapi":"localhost:8080"/);
  match(said(stack, "traefik-loopback")[0]?.message ?? "", /plugin "lapi@docker" is given "localhost:8080"/);
});

Deno.test("a decided address of the machine holds, and what listens on loopback alone is still said", async () => {
  const stack = await planned(files("network_mode: host"), "hostGateway: 10.0.0.7\n");
  deepEqual(addresses(stack), ["10.0.0.7"]);
  deepEqual(said(stack, "kube-host-gateway"), []);
  equal(said(stack, "traefik-loopback").some(({ message }) => message.includes('"machine@file"')), true);
});

Deno.test("a service that stays with Docker is still reached at the machine", async () => {
  const stack = await planned(files("network_mode: host"), "services: { app: { skip: it stays } }\n");
  equal(backends(stack)["named"], "external-127-0-0-1-8081:8081");
});

Deno.test("in a network of its own Traefik reaches nobody by loopback: no route, and that is said", async () => {
  const stack = await planned(files('ports: ["80:80"]'));
  deepEqual(backends(stack), { app: "app:80" });
  deepEqual(addresses(stack), []);
  const [first] = said(stack, "traefik-loopback").filter(({ message }) => message.includes('"named@file"'));
  equal(first?.severity, "warning");
  match(first?.message ?? "", /"127\.0\.0\.1:8081" of the service "named@file" is Traefik's own container/);
});

Deno.test("its own API is there, and its own entry points lead to itself once more", async () => {
  const stack = await planned(
    files('ports: ["80:80"]', { api: "http://127.0.0.1:8080", again: "http://localhost:80" }),
  );
  deepEqual(backends(stack), { api: "api@internal:undefined", app: "app:80" });
  match(said(stack, "traefik-own-route")[0]?.message ?? "", /"again@file" led to port 80 of Traefik itself/);
});

Deno.test("a container in Traefik's network answers at its loopback address", async () => {
  const compose = files('ports: ["80:80"]', { beside: "http://127.0.0.1:9000" });
  compose["compose.yaml"] += `
  side: { image: "registry.example/side:1.0", restart: always, network_mode: "service:proxy" }
  deeper: { image: "registry.example/deeper:1.0", restart: always, network_mode: "service:side", expose: ["9000"] }
`;
  const stack = await planned(compose);
  match(backends(stack)["beside"] ?? "", /:9000$/);
});

Deno.test("an address that Kubernetes refuses in an EndpointSlice is an error at the service", async () => {
  const servers = {
    metadata: "http://169.254.169.254:80",
    local: "http://[fe80::1]:80",
    many: "http://224.0.0.1:80",
  };
  const stack = await planned(files("network_mode: host", servers));
  deepEqual(addresses(stack), []);
  deepEqual(said(stack, "traefik-server-unusable").map(({ severity }) => severity), [
    "error",
    "error",
    "error",
  ]);
});

Deno.test("every name that Docker gives a service leads to it", async () => {
  const servers = {
    hostname: "http://apphost",
    container: "http://shop-app-1:80",
    link: "http://backend",
    network: "http://app.shop_default",
    alias: "http://app.alias",
  };
  const input = files('ports: ["80:80"]\n    links: ["app:backend"]', servers);
  input["compose.yaml"] = `name: shop${input["compose.yaml"]}`.replace(
    "    image: nginx:1.27.1\n",
    "    image: nginx:1.27.1\n    hostname: apphost\n    networks: { default: { aliases: [app.alias] } }\n",
  );
  const stack = await planned(input);
  deepEqual(backends(stack), {
    app: "app:80",
    hostname: "app:80",
    container: "app:80",
    link: "app:80",
    network: "app:80",
    alias: "app:80",
  });
  const auth = await planned({
    ...input,
    "compose.yaml": input["compose.yaml"].replace(
      "http://127.0.0.1:8081/asked",
      "http://shop-app-1:80/asked",
    ),
  });
  match(textOf(auth, "Middleware", "asked"), /"address":"http:\/\/app\.shop\.svc\.cluster\.local:80\/asked"/);
});
