import { deepStrictEqual, ok } from "node:assert/strict";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import type { Routing } from "../../lib/traefik/routing.ts";
import { askDockerProvider, type Json } from "./docker_oracle.ts";
import { containersOfCase, labelCases } from "./label_cases.ts";
import { isIsolated } from "./namespace.ts";
import { normalizedConfiguration, providerConfiguration } from "./routing_json.ts";
import { type ContainerCase, exposedPortsOf, projectOf } from "./stack_fixture.ts";

Deno.test({
  name: "readRouting() decodes labels as Traefik's docker provider does",
  ignore: !isIsolated(),
  fn: async (t) => {
    const numbered = labelCases.map((labelCase, number) => ({
      labelCase,
      number,
      containers: new Map(containersOfCase(labelCase, number)),
    }));
    ok(numbered.length >= 250, `${numbered.length} cases`);
    const all = new Map(numbered.flatMap(({ containers }) => [...containers]));
    const { configuration } = await askDockerProvider(all);
    for (const { labelCase, number, containers } of numbered) {
      await t.step(`${number}: ${labelCase.why}`, () => {
        const routing = read(containers);
        const actual = providerConfiguration(routing, "docker");
        deepStrictEqual(sorted(actual), sorted(ofCase(normalizedConfiguration(configuration), number)));
        if (labelCase.finding !== undefined) checkFinding(routing, labelCase.finding, containers);
        else deepStrictEqual(routing.findings.filter(({ severity }) => severity === "error"), []);
      });
    }
  },
});

function read(containers: ReadonlyMap<string, ContainerCase>): Routing {
  return readRouting({
    project: projectOf(containers),
    exposedPorts: exposedPortsOf(containers),
    files: { dynamic: [] },
  });
}

/** A finding names the service and its place, and says what to do. */
function checkFinding(routing: Routing, code: string, containers: ReadonlyMap<string, ContainerCase>): void {
  const found = routing.findings.find((finding) => finding.code === code);
  ok(
    found !== undefined,
    `${code} is missing among ${routing.findings.map((finding) => finding.code).join(", ")}`,
  );
  const service = [...containers.keys()].find((name) => found.message.includes(`"${name}"`));
  ok(service !== undefined, `no service in: ${found.message}`);
  ok(found.span?.file.endsWith(".yml") && found.span.line > 0, "the finding has no place");
  ok(found.hint !== undefined && found.hint.length > 0, "the finding has no hint");
}

/** The elements that a case's containers can have made: their names end in its number, or are its services' names. */
function ofCase(configuration: Json, number: number): Json {
  const belongs = (name: string): boolean =>
    new RegExp(`(\\D|^)${number}$|^c${number}-\\d+-cases$`).test(name);
  const entries = Object.entries(configuration).flatMap(([protocol, sections]): [string, Json][] => {
    const kept = Object.entries(sections as Record<string, Json>).flatMap(
      ([section, elements]): [string, Json][] => {
        const own = Object.fromEntries(Object.entries(elements).filter(([name]) => belongs(name)));
        return Object.keys(own).length === 0 ? [] : [[section, own]];
      },
    );
    return kept.length === 0 ? [] : [[protocol, Object.fromEntries(kept)]];
  });
  return Object.fromEntries(entries);
}

/** JSON with its keys in order, so that a difference is easy to read. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sorted(inner)]),
  );
}
