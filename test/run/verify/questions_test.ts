import assert from "node:assert/strict";
import type { Project } from "../../../compose/project.ts";
import type { KubeObject } from "../../../lib/kube/object.ts";
import { nameOf, questionsOf } from "../../../lib/run/verify/questions.ts";

const NOTHING = { services: {} } as unknown as Project;

function route(match: string, more: Record<string, unknown> = {}): KubeObject {
  const metadata = { name: "route", namespace: "shop" };
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata,
    spec: { routes: [{ match }], ...more },
  };
}

function asked(...objects: readonly KubeObject[]): readonly string[] {
  return questionsOf(objects, NOTHING).asked.map(nameOf);
}

Deno.test("questionsOf() asks each host of a rule at its first path, each once", () => {
  assert.deepEqual(
    asked(route("(Host(`a.test`) || Host(`b.test`)) && PathPrefix(`/api`)"), route("Host(`a.test`)")),
    [
      "http://a.test/",
      "http://a.test/api",
      "http://b.test/api",
    ],
  );
});

Deno.test("questionsOf() asks by HTTPS where the route has TLS, or is on its entry point", () => {
  assert.deepEqual(asked(route("Host(`a.test`)", { tls: {} })), ["https://a.test/"]);
  assert.deepEqual(asked(route("Host(`a.test`)", { entryPoints: ["websecure"] })), ["https://a.test/"]);
});

Deno.test("questionsOf() asks at the port on which the world reaches the entry point", () => {
  const front: KubeObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "traefik-front", namespace: "kube-system" },
    spec: {
      ports: [
        { name: "web", port: 80, protocol: "TCP" },
        { name: "admin", port: 8080, protocol: "TCP" },
        { name: "dns", port: 53, protocol: "UDP" },
      ],
    },
  };
  const on = (...entryPoints: readonly string[]): KubeObject => route("Host(`a.test`)", { entryPoints });
  assert.deepEqual(asked(front, on("web", "admin")), ["http://a.test/", "http://a.test:8080/"]);
  assert.deepEqual(asked(front, route("Host(`a.test`)", { entryPoints: ["admin"], tls: {} })), [
    "https://a.test:8080/",
  ]);
  const { asked: none, unasked, unpublished } = questionsOf([front, on("metrics"), on("dns")], NOTHING);
  assert.deepEqual([none, unasked], [[], []]);
  assert.deepEqual(unpublished, ['Host(`a.test`) on "dns"', 'Host(`a.test`) on "metrics"']);
});

Deno.test("questionsOf() names rules of which nobody knows what to ask", () => {
  const rules = [
    "HostRegexp(`.+`)",
    "Host(`a.test`) && Header(`x`, `y`)",
    "!Host(`a.test`)",
    "PathPrefix(`/`)",
    "Host(",
  ];
  const { asked, unasked } = questionsOf(rules.map((rule) => route(rule)), NOTHING);
  assert.deepEqual(asked, []);
  assert.deepEqual(unasked, rules.toSorted());
});

Deno.test("questionsOf() asks published TCP ports of services that the cluster has", () => {
  const ports = [
    { target: 5432, published: "15432", host_ip: "127.0.0.1", protocol: "tcp" },
    { target: 53, published: "53", protocol: "udp" },
    { target: 80, protocol: "tcp" },
    { target: 81, published: "8081" },
  ];
  const project = {
    services: { db: { name: "db", ports }, gone: { name: "gone", ports } },
  } as unknown as Project;
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "db", namespace: "shop" } };
  assert.deepEqual(questionsOf([service], project).asked, [
    { kind: "port", service: "db", port: 5432, hostAddress: "127.0.0.1", hostPort: 15432 },
    { kind: "port", service: "db", port: 81, hostAddress: "127.0.0.1", hostPort: 8081 },
  ]);
});

Deno.test("questionsOf() asks each published port, also two that lead to one port of a service", () => {
  const project = {
    services: {
      web: {
        name: "web",
        ports: [
          { target: 80, published: "8080" },
          { target: 80, published: "8081", host_ip: "0.0.0.0" },
          { target: 80, published: "8080", host_ip: "10.0.0.5" },
          { target: 80, published: "8080", host_ip: "fd00::5" },
        ],
      },
    },
  } as unknown as Project;
  const service: KubeObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop" },
  };
  assert.deepEqual(questionsOf([service], project).asked.map(nameOf), [
    "tcp 10.0.0.5:8080 to web:80",
    "tcp 8080 to web:80",
    "tcp 8081 to web:80",
    "tcp [fd00::5]:8080 to web:80",
  ]);
});
