/** What holds of every conversion, whatever the stack. */
import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import type { Port, Project, Service } from "../../compose/project.ts";
import { convertStack } from "../../lib/checks/convert_stack.ts";
import type { Conversion } from "../../lib/kube/conversion.ts";
import { noDecisions } from "../../lib/decisions/decisions.ts";
import type { Routing } from "../../lib/traefik/routing.ts";
import { objectsOf } from "../cli/planned_stack.ts";

const NOTHING = {
  routers: new Map(),
  services: new Map(),
  middlewares: new Map(),
  serversTransports: new Map(),
};
const ROUTING: Routing = {
  http: NOTHING,
  tcp: NOTHING,
  udp: NOTHING,
  tls: { options: new Map(), stores: new Map(), certificates: [] },
  findings: [],
};

const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,20}$/);
const secretValue = fc.stringMatching(/^[A-Za-z0-9!*+]{9,30}$/).map((text) => `Zq7${text}`);
const port: fc.Arbitrary<Port> = fc.record({
  target: fc.integer({ min: 1, max: 65535 }),
  published: fc.integer({ min: 1, max: 65535 }).map(String),
  protocol: fc.constantFrom("tcp", "udp"),
  host_ip: fc.constantFrom("", "127.0.0.1", "0.0.0.0"),
});
const service = fc.record({
  image: fc.constantFrom(
    "nginx:1.27.2",
    "mariadb:10.6.19",
    "registry.example/app:1.0",
    "rabbitmq:3.9-management",
  ),
  restart: fc.constantFrom("no", "always", "on-failure:2", "unless-stopped"),
  hostname: name,
  container_name: name,
  ports: fc.array(port, { maxLength: 4 }),
  expose: fc.array(fc.integer({ min: 1, max: 65535 }).map(String), { maxLength: 3 }),
  environment: fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_.-]{0,12}$/), fc.string({ maxLength: 20 }), {
    maxKeys: 5,
  }),
  labels: fc.dictionary(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), { maxKeys: 3 }),
  command: fc.array(fc.string({ maxLength: 12 }), { maxLength: 3 }),
  volumes: fc.array(fc.constantFrom("/stack/data/a", "/stack/data/b", "/stack/config/x.yml", "/stack/more"), {
    maxLength: 3,
  })
    .map((sources) =>
      sources.map((source, index) => ({ type: "bind" as const, source, target: `/m${index}` }))
    ),
  user: fc.constantFrom("", "root", "1000", "1000:1000", "somebody"),
});
const stack = fc.dictionary(name, service, { minKeys: 1, maxKeys: 5 });

function projectOf(services: Readonly<Record<string, Omit<Service, "name">>>): Project {
  return {
    name: "stack",
    workingDir: "/stack",
    composeFiles: ["/stack/compose.yaml"],
    environment: {},
    services: Object.fromEntries(
      Object.entries(services).map(([key, value]) => [key, { ...value, name: key }]),
    ),
    networks: {},
    volumes: {},
    configs: {},
    secrets: {},
    disabledServices: {},
    canonical: {},
    written: () => undefined,
    variable: () => undefined,
    span: (path) => ({ file: "compose.yaml", line: path.length, column: 1 }),
  };
}

function converted(services: Readonly<Record<string, Omit<Service, "name">>>): Conversion {
  return convertStack({
    project: projectOf(services),
    bindSources: new Map(),
    decisions: noDecisions(),
    routing: ROUTING,
    images: () => undefined,
  }).conversion;
}

Deno.test("convertStack() gives the same bytes for the same stack", () => {
  fc.assert(fc.property(stack, (services) => {
    const [first, second] = [converted(services), converted(services)];
    assert.equal(JSON.stringify(objectsOf(first)), JSON.stringify(objectsOf(second)));
    assert.equal(JSON.stringify(first.findings), JSON.stringify(second.findings));
  }));
});

Deno.test("convertStack() names every service, and no object twice without an error", () => {
  fc.assert(fc.property(stack, (services) => {
    const conversion = converted(services);
    assert.deepEqual([...conversion.services.keys()], Object.keys(services));
    if (conversion.findings.some(({ severity }) => severity === "error")) return;
    const identities = objectsOf(conversion).map(({ object }) =>
      `${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`
    );
    assert.equal(new Set(identities).size, identities.length);
    for (const { object } of objectsOf(conversion)) {
      assert.match(object.metadata.name, /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    }
  }));
});

Deno.test("convertStack() makes no pod that refers to an object which is not there", () => {
  fc.assert(fc.property(stack, (services) => {
    const objects = objectsOf(converted(services)).map(({ object }) => object);
    const names = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    const text = JSON.stringify(objects);
    for (const [, claim] of text.matchAll(/"claimName":"([^"]+)"/g)) {
      assert.ok(names.has(`PersistentVolumeClaim/${claim}`));
    }
    for (const [, map] of text.matchAll(/"configMapRef":\{"name":"([^"]+)"/g)) {
      assert.ok(names.has(`ConfigMap/${map}`));
    }
    for (const [, secret] of text.matchAll(/"secretRef":\{"name":"([^"]+)"/g)) {
      assert.ok(names.has(`Secret/${secret}`));
    }
  }));
});

Deno.test("convertStack() lets a secret's value into nothing but Secrets, wherever else it stands", () => {
  fc.assert(fc.property(stack, secretValue, fc.nat(), (services, value, where) => {
    const [first] = Object.keys(services);
    const chosen = services[first ?? ""];
    if (first === undefined || chosen === undefined) return;
    const spread = [
      { environment: { ...chosen.environment, COPY: value } },
      { command: [...chosen.command, `--login=${value}`] },
      { labels: { ...chosen.labels, note: `is ${value}` } },
      {
        environment: { ...chosen.environment, LINK: `https://me:${encodeURIComponent(value)}@example.org/` },
      },
      { healthcheck: { test: ["CMD", "check", value] } },
    ][where % 5];
    const changed = { ...chosen, ...spread };
    const environment = { ...changed.environment, DB_PASSWORD: value };
    const conversion = converted({ ...services, [first]: { ...changed, environment } });
    for (const { object } of objectsOf(conversion)) {
      if (object.kind !== "Secret") assert.ok(!JSON.stringify(object).includes(value), object.kind);
    }
    assert.ok(!JSON.stringify(conversion.findings).includes(value));
  }));
});
