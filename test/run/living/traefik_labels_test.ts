/** While both are there, Docker's Traefik takes a service's container and its stand-in for two servers of one service. */
import assert from "node:assert/strict";
import { traefikLabels } from "../../../lib/run/living/traefik_labels.ts";
import { configureContainer } from "../../../lib/traefik/container_configuration.ts";
import type { Container } from "../../../lib/traefik/container.ts";
import { defaultDockerOptions } from "../../../lib/traefik/docker_options.ts";
import { mergeSection } from "../../../lib/traefik/merge_containers.ts";

type Labels = Readonly<Record<string, string>>;

function container(name: string, labels: Labels, ports: readonly number[]): Container {
  return {
    service: name,
    name,
    containerName: name,
    provider: "docker",
    labels,
    ports,
    unseen: [],
    isLabelled: true,
    mayExposeMore: false,
    hasOwnNetwork: true,
    networks: ["shop_default"],
    spanOf: () => undefined,
  };
}

/** How many servers each router leads to, as Traefik has them of both containers. */
function servers(protocol: "http" | "tcp", own: Labels, other: Labels): Readonly<Record<string, number>> {
  const both = [container("web-shop", own, [8080]), container("shop-web-in-kubernetes", other, [80, 8080])]
    .flatMap((one) => configureContainer(one, defaultDockerOptions).configuration ?? []);
  const section = (name: "routers" | "services"): ReturnType<typeof mergeSection>["elements"] =>
    mergeSection(both, { protocol, section: name }, (one) => one[protocol][name]).elements;
  const services = section("services");
  return Object.fromEntries(
    [...section("routers").values()].map((
      { name, fields },
    ) => [name, services.get(`${fields["service"]}@docker`)?.services.length ?? 0]),
  );
}

const CASES: readonly (readonly [string, "http" | "tcp", Labels, Readonly<Record<string, number>>])[] = [
  ["a rule alone", "http", { "traefik.http.routers.web.rule": "Host(`shop.test`)" }, { "web@docker": 2 }],
  ["a port of its own", "http", {
    "traefik.http.routers.web.rule": "Host(`shop.test`)",
    "traefik.http.services.site.loadbalancer.server.port": "8080",
  }, { "web@docker": 2 }],
  ["a TCP router", "tcp", { "traefik.tcp.routers.db.rule": "HostSNI(`*`)" }, { "db@docker": 2 }],
];

for (const [name, protocol, labels, want] of CASES) {
  Deno.test(`traefikLabels(): ${name} leads to both`, () => {
    const made = traefikLabels({ project: "shop", service: "web", labels, port: 8080 });
    assert.deepEqual(servers(protocol, labels, made), want);
  });
}

Deno.test("traefikLabels(): with the labels as they are Traefik would have no route while both are there", () => {
  const labels = { "traefik.http.routers.web.rule": "Host(`shop.test`)" };
  assert.deepEqual(servers("http", labels, labels), {});
});
