/** With the labels of a stand-in that takes over, and of a signpost back, Docker's Traefik calls one alone and loses no route. */
import assert from "node:assert/strict";
import { leadingBack } from "../../../lib/run/living/leading_back.ts";
import { takingOver } from "../../../lib/run/living/taking_over.ts";
import { traefikLabels } from "../../../lib/run/living/traefik_labels.ts";
import { configureContainer } from "../../../lib/traefik/container_configuration.ts";
import type { Container } from "../../../lib/traefik/container.ts";
import { defaultDockerOptions } from "../../../lib/traefik/docker_options.ts";
import { mergeSection } from "../../../lib/traefik/merge_containers.ts";

type Labels = Readonly<Record<string, string>>;

const RULE = "Host(`shop.test`)";

function container(name: string, labels: Labels): Container {
  return {
    service: name,
    name,
    containerName: name,
    provider: "docker",
    labels,
    ports: [8080],
    unseen: [],
    isLabelled: true,
    mayExposeMore: false,
    hasOwnNetwork: true,
    networks: ["shop_default"],
    spanOf: () => undefined,
  };
}

/** Who is called by each rule, as Traefik has the routers of these containers; with what else each router says. */
function routes(protocol: "http" | "tcp", containers: readonly Container[]): readonly string[] {
  const all = containers.flatMap((one) => configureContainer(one, defaultDockerOptions).configuration ?? []);
  const section = (name: "routers" | "services"): ReturnType<typeof mergeSection>["elements"] =>
    mergeSection(all, { protocol, section: name }, (one) => one[protocol][name]).elements;
  const services = section("services");
  const found = [...section("routers").values()].map(({ fields: { service, ...fields } }) => {
    const name = String(service).replace(/@docker$/, "");
    return `${services.get(`${name}@docker`)?.services.join("+")}: ${JSON.stringify(fields)}`;
  });
  return [...new Set(found)];
}

const CASES: Readonly<Record<string, readonly ["http" | "tcp", Labels, string]>> = {
  "a rule alone": ["http", { "traefik.http.routers.web.rule": RULE }, `{"rule":"${RULE}"}`],
  "all that a router says": ["http", {
    "traefik.enable": "true",
    "traefik.HTTP.Routers.web.Rule": RULE,
    "traefik.http.routers.web.priority": "7",
    "traefik.http.routers.web.middlewares": "closed",
    "traefik.http.routers.web.service": "site@docker",
    "traefik.http.middlewares.closed.basicauth.users": "captain:x",
    "traefik.http.services.site.loadbalancer.server.port": "8080",
    "traefik.http.services.site.loadbalancer.passhostheader": "false",
    "traefik.http.services.other.loadbalancer.server.port": "8081",
  }, `{"rule":"${RULE}","priority":7,"middlewares":["closed"]}`],
  "a TCP router": ["tcp", { "traefik.tcp.routers.db.rule": "HostSNI(`*`)" }, '{"rule":"HostSNI(`*`)"}'],
};

for (const [name, [protocol, labels, says]] of Object.entries(CASES)) {
  Deno.test(`takingOver(): ${name} leads to the container, then to the stand-in alone, with both and without it`, () => {
    const made = takingOver(traefikLabels({ project: "shop", service: "web", labels, port: 8080 }));
    const [old, other] = [container("web-shop", labels), container("stand-in", made)];
    const sorted = (some: readonly string[]): readonly unknown[] =>
      some.map((one) => {
        const [to = "", ...rest] = one.split(": ");
        return [to, JSON.parse(rest.join(": "))];
      });
    assert.deepEqual(sorted(routes(protocol, [old])), [["web-shop", JSON.parse(says)]]);
    assert.deepEqual(sorted(routes(protocol, [old, other])), [["stand-in", JSON.parse(says)]]);
    assert.deepEqual(sorted(routes(protocol, [other])), [["stand-in", JSON.parse(says)]]);
  });
}

const RETURNS: Readonly<Record<string, readonly ["http" | "tcp", Labels, number]>> = {
  "a rule alone": ["http", { "traefik.http.routers.web.rule": RULE }, RULE.length + 1],
  "a priority": ["http", {
    "traefik.docker.network": "front",
    "traefik.http.routers.web.rule": RULE,
    "traefik.http.routers.web.Priority": "7",
    "traefik.http.services.site.loadbalancer.server.port": "8080",
  }, 8],
  "who takes all that is no HTTP": ["tcp", { "traefik.tcp.routers.db.rule": "HostSNI(`*`)" }, 1],
};

for (const [name, [protocol, labels, priority]] of Object.entries(RETURNS)) {
  Deno.test(`leadingBack(): ${name} leads to the container first, beside the stand-in and without it`, () => {
    const all = traefikLabels({ project: "shop", service: "web", labels, port: 8080 });
    const [old, other] = [container("web-shop", labels), container("stand-in", takingOver(all))];
    const signpost = container("signpost", leadingBack(all, 8080));
    const first = (some: readonly Container[]): string => {
      const given = routes(protocol, some).map((route) => {
        const [to = "", ...rest] = route.split(": ");
        return { to, priority: (JSON.parse(rest.join(": ")) as { priority?: number }).priority ?? 0 };
      });
      // A router that says nothing has the length of its rule, which the signpost's is longer than.
      return given.sort((left, right) => right.priority - left.priority)[0]?.to ?? "";
    };
    assert.equal(first([old, other, signpost]), "signpost");
    assert.equal(first([old, signpost]), "signpost");
    assert.deepEqual(routes(protocol, [old]).length, 1);
    const labelled = leadingBack(all, 8080);
    assert.deepEqual(
      Object.entries(labelled).filter(([label]) => label.endsWith(".priority")).map(([, value]) => value),
      [String(priority)],
    );
    assert.equal(labelled["traefik.docker.network"], labels["traefik.docker.network"]);
    assert.match(
      Object.entries(labelled).map((entry) => entry.join("=")).join("\n"),
      /services\..*-in-docker\.loadbalancer\.server\.port=8080$/m,
    );
  });
}

Deno.test("leadingBack() leads nowhere where no router goes over", () => {
  const labels = { "traefik.enable": "true", "traefik.http.routers.web.entrypoints": "web" };
  assert.deepEqual(
    leadingBack(traefikLabels({ project: "shop", service: "web", labels, port: 80 }), 80),
    {},
  );
});

Deno.test("takingOver() says twice what a router without a rule of its own leads to, and no more", () => {
  const labels = {
    "traefik.http.routers.web.entrypoints": "web",
    "traefik.http.services.web.loadbalancer.server.port": "80",
  };
  assert.deepEqual(takingOver(labels), { ...labels, "traefik.http.routers.web.service": "web" });
});

Deno.test("takingOver() leaves what it cannot decide: a service of somebody else's, and several without a choice", () => {
  const foreign = {
    "traefik.http.routers.web.rule": RULE,
    "traefik.http.routers.web.service": "web@file",
  };
  assert.deepEqual(takingOver(foreign), foreign);
  const another = {
    "traefik.http.routers.web.rule": RULE,
    "traefik.http.routers.web.service": "other",
    "traefik.http.services.web.loadbalancer.server.port": "80",
  };
  assert.deepEqual(takingOver(another), another);
  const several = {
    "traefik.http.routers.web.rule": RULE,
    "traefik.http.services.a.loadbalancer.server.port": "80",
    "traefik.http.services.b.loadbalancer.server.port": "81",
  };
  assert.deepEqual(takingOver(several), several);
});
