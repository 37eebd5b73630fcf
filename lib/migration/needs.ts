/** The graph of what services need, without circles: who name each other start together, else the weakest edge is cut. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ConvertedService } from "../kube/conversion.ts";
import { type Dependency, REASONS } from "../stack/dependencies.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import { circlesOf, type Edges } from "./circles.ts";

/** For each service what must be there before it. */
export type Needs = ReadonlyMap<string, readonly Dependency[]>;

interface Edge extends Dependency {
  readonly from: string;
}

/**
 * What each of `services` needs of the others. What a database's configuration only names does not hold it up: its
 * clients stand there, and never what it starts with.
 *
 * Services whose configurations name each other, as the members of a cluster do, start together: each may be ready only
 * when the others are there, and Docker made nobody wait. So each of them needs what any of them needs.
 *
 * @param ordered services whose order a script gives: of these no circle is said
 */
export function needsOf(
  services: readonly ConvertedService[],
  ordered: { has(name: string): boolean },
): { readonly needs: Needs; readonly diagnostics: readonly Diagnostic[] } {
  const known = new Map(services.map((service) => [service.name, service]));
  let edges = services.flatMap((service) =>
    service.dependsOn
      .filter(({ service: to }) => known.has(to))
      .filter(({ service: to, reason }) =>
        !(reason === "named" && service.role === "store" && known.get(to)?.role !== "store")
      )
      .map((dependency): Edge => ({ ...dependency, from: service.name }))
  );
  const together = groupsOf(edges);
  edges = edges.filter((edge) => !isInside(together, edge));
  const cut: Edge[] = [];
  for (;;) {
    const weakest = weakestInCircle(edges);
    if (weakest === undefined) break;
    cut.push(weakest);
    edges = edges.filter((edge) => edge !== weakest);
  }
  const byService = Map.groupBy(edges, ({ from }) => from);
  const groupOf = new Map(together.flatMap((members) => members.map((name) => [name, members])));
  const needs = new Map(services.map(({ name }) => {
    const group = groupOf.get(name);
    const own = group === undefined ? byService.get(name) : edges.filter(({ from }) => group.includes(from));
    return [name, own ?? []];
  }));
  const said = cut.filter(({ from, service }) => !ordered.has(from) && !ordered.has(service));
  const saidTogether = together.filter((members) => !members.some((name) => ordered.has(name)));
  return {
    needs,
    diagnostics: [
      ...saidTogether.map((members) => startTogether(members, known)),
      ...said.length === 0 ? [] : [circles(said, known)],
    ],
  };
}

/** Services that name each other, in a circle or in several; not where anything else puts them into an order. */
function groupsOf(edges: readonly Edge[]): readonly (readonly string[])[] {
  const next = nextOf(edges.filter(({ reason }) => reason === "named"));
  const circles = circlesOf(next);
  return [...Map.groupBy(next.keys(), (name) => circles.get(name)).values()].filter((members) => {
    if (members.length < 2) return false;
    const others = nextOf(edges.filter((edge) => !isInside([members], edge)));
    return !members.some((from) => members.some((to) => reaches(others, from, to)));
  });
}

/** Between members of one group. */
function isInside(groups: readonly (readonly string[])[], { from, service, reason }: Edge): boolean {
  return reason === "named" && groups.some((members) => members.includes(from) && members.includes(service));
}

/** The weakest of the edges that lie on a circle; the first by name where several are as weak. */
function weakestInCircle(edges: readonly Edge[]): Edge | undefined {
  const circles = circlesOf(nextOf(edges));
  const onCircle = edges.filter(({ from, service }) => circles.get(from) === circles.get(service));
  return onCircle.sort((left, right) =>
    REASONS.indexOf(left.reason) - REASONS.indexOf(right.reason) ||
    (`${left.from} ${left.service}` < `${right.from} ${right.service}` ? -1 : 1)
  )[0];
}

function nextOf(edges: readonly Edge[]): Edges {
  const byService = Map.groupBy(edges, ({ from }) => from);
  return new Map([...byService].map(([from, own]) => [from, own.map(({ service }) => service)]));
}

/** Whether a way of one edge or more leads there. */
function reaches(next: Edges, start: string, goal: string): boolean {
  const seen = new Set(next.get(start));
  for (const name of seen) {
    if (name === goal) return true;
    for (const other of next.get(name) ?? []) seen.add(other);
  }
  return false;
}

function startTogether(
  members: readonly string[],
  known: ReadonlyMap<string, ConvertedService>,
): Diagnostic {
  const [first = "", second = ""] = members;
  const span = known.get(first)?.workload[0]?.source;
  return {
    code: "plan-circle-together",
    severity: "info",
    message: `Services that name each other start together, as in Docker: ${
      members.map((name) => `"${name}"`).join(", ")
    }`,
    ...(span === undefined ? {} : { span }),
    hint: `One after another: services: { ${yamlWord(first)}: { dependsOn: [${yamlWord(second)}] } }`,
  };
}

function circles(cut: readonly Edge[], known: ReadonlyMap<string, ConvertedService>): Diagnostic {
  const [first] = cut;
  const span = known.get(first?.from ?? "")?.workload[0]?.source;
  return {
    code: "plan-circle-cut",
    severity: "info",
    message: `Some services need each other; of these, the first does not wait for the second: ${
      cut.map(({ from, service }) => `"${from}" and "${service}"`).join(", ")
    }`,
    ...(span === undefined ? {} : { span }),
    hint: `The other way round: services: { ${yamlWord(first?.from ?? "")}: { dependsOn: [${
      yamlWord(first?.service ?? "")
    }] } }`,
  };
}
