/** The graph of what services need, without circles: the weakest edge of a circle is cut, and said. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ConvertedService } from "../kube/conversion.ts";
import { type Dependency, REASONS } from "../stack/dependencies.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

/** For each service what must be there before it. */
export type Needs = ReadonlyMap<string, readonly Dependency[]>;

interface Edge extends Dependency {
  readonly from: string;
}

/**
 * What each of `services` needs of the others. What a database's configuration only names does not hold it up: its
 * clients stand there, and never what it starts with.
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
  const cut: Edge[] = [];
  for (;;) {
    const weakest = weakestInCircle(edges);
    if (weakest === undefined) break;
    cut.push(weakest);
    edges = edges.filter((edge) => edge !== weakest);
  }
  const needs = new Map(services.map(({ name }) => [name, edges.filter(({ from }) => from === name)]));
  const said = cut.filter(({ from, service }) => !ordered.has(from) && !ordered.has(service));
  return { needs, diagnostics: said.length === 0 ? [] : [circles(said, known)] };
}

/** The weakest of the edges that lie on a circle; the first by name where several are as weak. */
function weakestInCircle(edges: readonly Edge[]): Edge | undefined {
  const next = new Map<string, string[]>();
  for (const { from, service } of edges) next.set(from, [...(next.get(from) ?? []), service]);
  return edges.filter(({ from, service }) => reaches(next, service, from)).sort((left, right) =>
    REASONS.indexOf(left.reason) - REASONS.indexOf(right.reason) ||
    (`${left.from} ${left.service}` < `${right.from} ${right.service}` ? -1 : 1)
  )[0];
}

function reaches(next: ReadonlyMap<string, readonly string[]>, start: string, goal: string): boolean {
  const seen = new Set([start]);
  for (const name of seen) {
    if (name === goal) return true;
    for (const other of next.get(name) ?? []) seen.add(other);
  }
  return false;
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
