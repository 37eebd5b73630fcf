/** One key of `decisions.yaml`: what it means, what may stand there, and what is decided here. */
import { type DecisionKey, decisionKeys } from "../decisions/keys.ts";
import { isRecord } from "../values/json.ts";
import { type Entry, type Explanation, placed, section } from "./explanation.ts";
import { shownValue } from "./shown_value.ts";
import type { StackView } from "./stack_view.ts";

/** The keys that a word means: the whole path with names or stars, else its end. */
export function findDecisionKeys(word: string): readonly DecisionKey[] {
  const all = decisionKeys();
  const exact = all.filter(({ key }) => patternFor(key).test(word));
  // The one with most words of its own is meant: `services.*.migration`, not `services.*`.
  const [best] = exact.sort((left, right) => ownWords(right.key) - ownWords(left.key));
  return best === undefined ? all.filter(({ key }) => key.endsWith(`.${word}`)) : [best];
}

/** A name of the user's own has no dot, but a path has, and so has `service.KEY` of a secret. */
const NAME = String.raw`(?:[^./]+|[^/]*\/.*?|[^.]+\.[A-Z0-9_]+)`;

function patternFor(key: string): RegExp {
  return new RegExp(`^${key.split(".").map((part) => part === "*" ? NAME : part).join("\\.")}$`);
}

function ownWords(key: string): number {
  return key.split(".").filter((part) => part !== "*").length;
}

export function explainDecision(
  view: StackView | undefined,
  { key, description, allowed }: DecisionKey,
): Explanation {
  const keys = decisionKeys();
  const inner = keys.filter((each) =>
    each.key.startsWith(`${key}.`) &&
    each.key.split(".").length === key.split(".").length + (hasNames(key, keys) ? 2 : 1)
  ).filter((each) => !each.key.endsWith(".*"));
  return {
    kind: "decision",
    name: key,
    summary: `${description ?? "A key of decisions.yaml"}. May be: ${allowed}.`,
    sections: [
      ...section(
        "Below it",
        inner.map((each): Entry => ({
          name: each.key,
          text: each.description ?? each.allowed,
        })),
      ),
      ...section("Decided here", view === undefined ? [] : decidedHere(view, key)),
    ],
    findings: [],
  };
}

function hasNames(key: string, all: readonly DecisionKey[]): boolean {
  return all.some((each) => each.key === `${key}.*`);
}

/** Every value in force at the key, stars filled in. */
function decidedHere({ facts, secrets }: StackView, pattern: string): Entry[] {
  const walk = (node: unknown, keys: readonly string[], path: readonly string[]): Entry[] => {
    const [key, ...rest] = keys;
    if (key === undefined) {
      if (node === undefined) return [];
      const text = shownValue(path.at(-1) ?? "", node, secrets);
      return [{ name: path.join("."), text, ...placed(facts.decisions.span(path)) }];
    }
    if (key !== "*") {
      return isRecord(node) && Object.hasOwn(node, key) ? walk(node[key], rest, [...path, key]) : [];
    }
    if (!isRecord(node)) return [];
    return Object.entries(node).flatMap(([name, value]) => walk(value, rest, [...path, name]));
  };
  return walk(facts.decisions, pattern.split("."), []);
}
