/** Findings about ConfigMaps and Secrets that rendered pods read and nobody makes, or not with that key. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { describeObject, type KubeObject } from "../../kube/object.ts";
import { keysOf, type PodReference, podReferences } from "./pod_references.ts";
import { podsOf } from "./rendered_objects.ts";
import type { ChartTarget } from "./target.ts";

/** A key of a Secret that the decisions say is there although nothing here makes it. */
export interface ForeignKey {
  readonly secret: string;
  readonly key: string;
}

/** One error for each reference that leads nowhere, each once. */
export function checkReferences(
  target: ChartTarget,
  rendered: readonly KubeObject[],
  planned: readonly KubeObject[],
  foreign: readonly ForeignKey[],
): Diagnostic[] {
  const there = [...rendered, ...planned];
  const seen = new Set<string>();
  return podsOf(rendered).flatMap((pod): Diagnostic[] =>
    podReferences(pod).flatMap((reference): Diagnostic[] => {
      const namespace = pod.owner.metadata.namespace ?? target.namespace;
      const wrong = problem(reference, namespace, there, foreign);
      if (wrong === undefined) return [];
      const message = `${
        describeObject(pod.owner)
      }, rendered for "${target.name}", reads ${wrong.what} (${reference.place})`;
      if (seen.has(message)) return [];
      seen.add(message);
      return [{ code: "kube-chart-reference", severity: "error", message, hint: wrong.hint }];
    })
  );
}

function problem(
  { kind, name, key }: PodReference,
  namespace: string,
  there: readonly KubeObject[],
  foreign: readonly ForeignKey[],
): { readonly what: string; readonly hint: string } | undefined {
  const candidates = there.filter((object) =>
    object.kind === kind && (object.metadata.namespace ?? namespace) === namespace
  );
  const found = candidates.find(({ metadata }) => metadata.name === name);
  if (found === undefined) {
    const known = kind === "Secret" ? foreign.filter(({ secret }) => secret === name) : [];
    if (known.length > 0 && (key === undefined || known.some((one) => one.key === key))) return undefined;
    const near = nearest(name, candidates.map(({ metadata }) => metadata.name));
    return {
      what: `${kind} "${name}" in namespace "${namespace}", which neither this stack nor the chart makes`,
      hint: near === undefined
        ? `Create it before the chart is installed${key === undefined ? "" : `, with the key ${key}`}`
        : `Did you mean "${near}"?`,
    };
  }
  if (key === undefined || keysOf(found).includes(key)) return undefined;
  return {
    what: `key "${key}" of ${kind} "${name}", which has no such key`,
    hint: `Its keys are ${keysOf(found).join(", ")}`,
  };
}
