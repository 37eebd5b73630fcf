/** Compares what the services of a stack see on both sides. */
import type { Aspects } from "./aspects.ts";
import { isByNature } from "./nature.ts";

/** One aspect of one service that is not the same; undefined where a side does not have it. */
export interface Difference {
  readonly service: string;
  readonly aspect: string;
  readonly before?: string;
  readonly after?: string;
}

/** What is the same is counted, so that a comparison of nothing is seen. */
export interface Comparison {
  readonly equal: readonly { readonly service: string; readonly aspect: string }[];
  readonly differences: readonly Difference[];
}

/** @param before the engine's side, by service. @param after the node's. */
export function compareSides(
  before: Readonly<Record<string, Aspects>>,
  after: Readonly<Record<string, Aspects>>,
): Comparison {
  const equal: { service: string; aspect: string }[] = [];
  const differences: Difference[] = [];
  for (const service of union(before, after)) {
    const [left, right] = [before[service], after[service]];
    if (left === undefined || right === undefined) {
      differences.push({
        service,
        aspect: "runs",
        before: left === undefined ? "no" : "yes",
        after: right === undefined ? "no" : "yes",
      });
      continue;
    }
    for (const aspect of union(left, right)) {
      const [one, other] = [left[aspect], right[aspect]];
      if (one === other) equal.push({ service, aspect });
      else if (!isByNature(aspect, one, other)) {
        differences.push({ service, aspect, ...side("before", one), ...side("after", other) });
      }
    }
  }
  return { equal, differences };
}

function union(left: object, right: object): readonly string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].toSorted();
}

function side(name: "before" | "after", value: string | undefined): Partial<Difference> {
  return value === undefined ? {} : { [name]: value };
}
