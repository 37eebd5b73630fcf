/** What services need, and the places that say so. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Dependency } from "../stack/dependencies.ts";
import type { StackView } from "./stack_view.ts";

/** One service needs another. */
export interface Need {
  readonly from: string;
  readonly to: string;
  readonly reason: Dependency["reason"];
  /** For people: `depends_on, healthy`, `DB_HOST names "db"`. */
  readonly why: string;
  readonly span?: Span;
}

const WORDS: Readonly<Record<Exclude<Dependency["reason"], "named">, string>> = {
  linked: "links",
  started: "depends_on",
  decided: "decided: dependsOn",
  healthy: "depends_on, healthy",
  completed: "depends_on, completed",
};

/** Every need of every service, in the order of the services. */
export function needsOf({ facts, conversion }: StackView): readonly Need[] {
  const { project, decisions, references } = facts;
  return [...conversion.services.values()].flatMap(({ name: from, dependsOn }) =>
    dependsOn.map(({ service: to, reason }): Need => {
      const need = { from, to, reason };
      if (reason === "named") {
        const found = references.find((each) => each.from === from && each.to === to);
        const how = found?.key === undefined ? "its configuration" : found.key;
        return {
          ...need,
          why: `${how} names "${found?.host ?? to}"`,
          ...(found?.span === undefined ? {} : { span: found.span }),
        };
      }
      const span = reason === "decided"
        ? decisions.span(["services", from, "dependsOn"])
        : project.span(["services", from, reason === "linked" ? "links" : "depends_on", to]);
      return { ...need, why: WORDS[reason], ...(span === undefined ? {} : { span }) };
    })
  );
}
