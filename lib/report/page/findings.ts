/// <reference lib="dom" />
/** Findings by weight, those of one code together. */
import { plural } from "../../diagnostics/plural.ts";
import type { PageFinding, PageModel } from "../../views/page/model.ts";
import { type Child, el } from "./element.ts";
import { finding, weightWord } from "./parts.ts";
import { href, type Route } from "./route.ts";

const WEIGHTS = ["error", "question", "warning", "info"] as const;

export function findings({ findings }: PageModel, { parameters }: Route): Child {
  const chosen = parameters.get("weight") ?? "";
  const shown = findings.filter(({ severity }) => chosen === "" || severity === chosen);
  return [
    el("h1", { tabindex: -1 }, "Findings"),
    el(
      "nav",
      { class: "filter", "aria-label": "Weight" },
      filter("all", "", chosen, findings.length),
      WEIGHTS.flatMap((weight) => {
        const number = findings.filter(({ severity }) => severity === weight).length;
        return number === 0 ? [] : [filter(`${weightWord({ severity: weight })}s`, weight, chosen, number)];
      }),
    ),
    shown.length === 0 ? el("p", {}, "Nothing was found.") : undefined,
    groups(shown).map(group),
  ];
}

function filter(word: string, weight: string, chosen: string, number: number): HTMLElement {
  return el(
    "a",
    { href: href("findings", "", { weight }), "aria-current": weight === chosen ? "true" : undefined },
    `${word} (${number})`,
  );
}

/** Those of one code and weight, in the order in which they first come. */
function groups(findings: readonly PageFinding[]): readonly (readonly PageFinding[])[] {
  const groups = new Map<string, PageFinding[]>();
  for (const each of findings) {
    const key = `${each.severity} ${each.code}`;
    groups.set(key, [...groups.get(key) ?? [], each]);
  }
  return [...groups.values()];
}

function group(findings: readonly PageFinding[]): Child {
  const [first] = findings;
  if (first === undefined) return undefined;
  return el(
    "section",
    { class: "group" },
    el(
      "h2",
      {},
      el("code", {}, first.code),
      findings.length === 1 ? "" : `, ${plural(findings.length, weightWord(first))}`,
    ),
    first.means === "" ? undefined : el("p", { class: "quiet" }, first.means),
    findings.map(finding),
  );
}
