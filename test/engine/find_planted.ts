/** Plants faults into what a run has really seen, and looks whether the comparison finds them there. */
import { stackAspects } from "./aspects.ts";
import { compareSides } from "./compare.ts";
import type { Seen } from "./judge_stack.ts";
import { openToAll, PLANTED, plantInto } from "./planted.ts";
import type { SideView } from "./view.ts";

/** The case whose service `web` has everything that a fault can be planted into. */
const FIELD = "planted";

/** @returns the faults that were planted and not found; none where the case was not looked at. */
export function unfoundFaults(all: readonly Seen[]): readonly string[] {
  const field = all.find(({ stack }) => stack === FIELD);
  if (field === undefined) return [];
  const isFound = (after: SideView, service: string, aspect: RegExp): boolean => {
    const already = new Set(field.comparison.differences.map((each) => `${each.service} ${each.aspect}`));
    return compareSides(stackAspects(field.before), stackAspects(after)).differences
      .some((each) =>
        each.service === service && aspect.test(each.aspect) && !already.has(`${each.service} ${each.aspect}`)
      );
  };
  return [
    ...PLANTED.filter((planted) => !isFound(plantInto(field.after, "web", planted), "web", planted.aspect))
      .map(({ fault }) => fault),
    ...isFound(openToAll(field.after, "published.other 1/tcp"), "(published)", /^published\.other 1/)
      ? []
      : ["a port that is open to all"],
  ];
}
