/** Routers of several layers: a child stays behind what its parents ask for. */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { traefikDecisions, type TraefikDecisionValues } from "../../lib/decisions/traefik.ts";
import { convertRouting } from "../../lib/kube/traefik/convert_routing.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { projectOf } from "../traefik/stack_fixture.ts";

interface Layers {
  readonly specs: Readonly<Record<string, unknown>>;
  said(code: string): readonly Diagnostic[];
}

function converted(routers: string, decisions: TraefikDecisionValues = { version: "3.6" }): Layers {
  const project = projectOf(new Map());
  const text = `http:
  services: { app: { loadBalancer: { servers: [{ url: "http://10.0.0.7:80" }] } } }
  middlewares: { login: { forwardAuth: { address: "http://10.0.0.8:9091" } } }
  routers:
${routers}`;
  const routing = readRouting({
    project,
    exposedPorts: () => [],
    files: {
      static: {
        file: "traefik.yml",
        text: "entryPoints: { secure: { address: ':443' } }\nproviders: { file: { filename: /d } }\n",
      },
      dynamic: [{ file: "dynamic.yml", text }],
    },
  });
  const result = convertRouting({
    routing,
    project,
    namespace: "stack",
    decisions: traefikDecisions(decisions),
    serviceFor: (name, port) => ({ name, port }),
  });
  const routes = result.otherRoutes.map(({ object }) => [object.metadata.name, object["spec"]] as const);
  return {
    specs: Object.fromEntries(routes),
    said: (code) => [...routing.findings, ...result.findings].filter((each) => each.code === code),
  };
}

const PARENT = "    all: { rule: Host(`a.example.org`), middlewares: [login], tls: {} }\n";

Deno.test("children are reached through their parents, which have no service", () => {
  const { specs, said } = converted(
    `${PARENT}    part: { rule: PathPrefix(\`/x\`), parentRefs: [all], middlewares: [login] }
    leaf: { rule: Path(\`/x/y\`), priority: 7, parentRefs: [part@file], service: app }
`,
  );
  const login = [{ name: "login" }];
  deepEqual(specs["all"], {
    entryPoints: ["websecure"],
    routes: [{ kind: "Rule", match: "Host(`a.example.org`)", middlewares: login }],
    tls: {},
  });
  deepEqual(specs["part"], {
    parentRefs: [{ name: "all" }],
    routes: [{ kind: "Rule", match: "PathPrefix(`/x`)", middlewares: login }],
  });
  const leaf = specs["leaf"] as { parentRefs: unknown; routes: { match: string; priority: number }[] };
  deepEqual(leaf.parentRefs, [{ name: "part" }]);
  deepEqual([leaf.routes[0]?.match, leaf.routes[0]?.priority], ["Path(`/x/y`)", 7]);
  deepEqual([said("traefik-service-unknown"), said("traefik-plain-http")], [[], []]);
});

Deno.test("a child that Traefik disables is no route, and neither is one without its parent", () => {
  const child = (fields: string): Layers =>
    converted(`${PARENT}    leaf: { rule: Path(\`/y\`), service: app, ${fields} }\n`);
  for (
    const fields of [
      "parentRefs: [all], tls: {}",
      "parentRefs: [all], entryPoints: [secure]",
      "parentRefs: [no]",
    ]
  ) {
    const { specs, said } = child(fields);
    equal(specs["leaf"], undefined, fields);
    match(said("traefik-router-dropped")[0]?.message ?? "", /^Cannot use the http router "leaf@file" as /);
  }
  const both = converted(
    `${
      PARENT.replace("tls: {}", "service: app")
    }    leaf: { rule: Path(\`/y\`), service: app, parentRefs: [all] }\n`,
  );
  deepEqual(both.specs, {});
  const loop = converted(
    "    one: { rule: Path(`/y`), parentRefs: [two] }\n    two: { rule: Path(`/y`), parentRefs: [one] }\n",
  );
  deepEqual(loop.specs, {});
});

Deno.test("a cluster without layers keeps the child closed", () => {
  const leaf = `${PARENT}    leaf: { rule: Path(\`/y\`), service: app, parentRefs: [all] }\n`;
  const { specs, said } = converted(leaf, { version: "3.5" });
  equal(specs["leaf"], undefined);
  match(said("traefik-field-lost")[0]?.message ?? "", /"parentRefs" of "leaf@file" .*stays closed/);
});
