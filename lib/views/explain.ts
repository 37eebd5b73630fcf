/** What a word means to `explain`, and the answer. */
import { coverageWords } from "./words.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import type { DecisionKey } from "../decisions/keys.ts";
import { type CodeText } from "./error_page.ts";
import { explainDecision, findDecisionKeys } from "./explain_decision.ts";
import { explainKey, findKeys } from "./explain_key.ts";
import { explainLabel, traefikLabels } from "./explain_label.ts";
import { explainMigration } from "./explain_migration.ts";
import { explainObject, findObjects } from "./explain_object.ts";
import { explainService } from "./explain_service.ts";
import { type Explanation, section, SUBJECT_KINDS, type SubjectKind } from "./explanation.ts";
import { shortName, viewedObjects } from "./objects.ts";
import type { StackView } from "./stack_view.ts";

/** What is known without a stack, and the stack where one could be read. */
export interface Known {
  readonly codes: ReadonlyMap<string, CodeText>;
  readonly view?: StackView;
}

/**
 * Everything that the word means, a service before a migration of the same name; empty where it means nothing.
 * `service/web` and the like name the kind, `deployment/web` an object.
 */
export function explain(word: string, known: Known): readonly Explanation[] {
  const slash = word.indexOf("/");
  const prefix = word.slice(0, Math.max(0, slash));
  const rest = word.slice(slash + 1);
  if (isSubjectKind(prefix)) {
    const found = EXPLAINERS[prefix](rest, known);
    if (found.length > 0) return found;
  }
  if (slash > 0 && known.view !== undefined) {
    const { view } = known;
    const objects = findObjects(view, prefix, rest);
    if (objects.length > 0) return objects.map((object) => explainObject(view, object));
  }
  const named = SUBJECT_KINDS.filter((kind) => kind !== "object" && kind !== "key" && kind !== "decision")
    .flatMap((kind) => EXPLAINERS[kind](word, known));
  if (named.length > 0) return named;
  // A word such as `image` is a key of compose and the end of several decisions: all of them are told.
  return [...EXPLAINERS.key(word, known), ...EXPLAINERS.decision(word, known)];
}

/** What a mistyped word most likely stands for. */
export function suggestion(word: string, { codes, view }: Known): string | undefined {
  const objects = view === undefined ? [] : viewedObjects(view).map(({ object }) => shortName(object));
  // Of the same name, whatever kind was thought to have it; the last one is the workload.
  const same = word.includes("/") ? objects.filter((each) => each.split("/")[1] === word.split("/")[1]) : [];
  if (same.length > 0) return nearestName(word, same) ?? same.at(-1);
  const ids = view?.plan?.migrations.map(({ id }) => id) ?? [];
  return nearestName(word, [
    ...Object.keys(view?.facts.project.services ?? {}),
    ...ids,
    ...ids.map((id) => id.replace(/^\d+_/, "")),
    ...coverageWords(),
    ...codes.keys(),
    ...objects,
    ...(view === undefined ? [] : traefikLabels(view).map(({ label }) => label)),
  ]);
}

type Explainer = (word: string, known: Known) => readonly Explanation[];

const EXPLAINERS: Readonly<Record<SubjectKind, Explainer>> = {
  service: (word, { view }) =>
    view !== undefined && Object.hasOwn(view.facts.project.services, word)
      ? [explainService(view, word)]
      : [],
  object: (word, { view }) => {
    const [kind = "", name = ""] = word.split("/");
    return view === undefined
      ? []
      : findObjects(view, kind, name).map((object) => explainObject(view, object));
  },
  migration: (word, { view }) => {
    const isNumber = /^\d+$/.test(word);
    const found = view?.plan?.migrations.find(({ id }) =>
      id === word || id.replace(/^\d+_/, "") === word || isNumber && Number.parseInt(id) === Number(word)
    );
    return view === undefined || found === undefined ? [] : [explainMigration(view, found)];
  },
  decision: (word, { view }) => findDecisionKeys(word).map((key: DecisionKey) => explainDecision(view, key)),
  key: (word, { view }) => {
    const keys = findKeys(word);
    return keys.length === 0 ? [] : [explainKey(view, word, keys)];
  },
  label: (word, { view }) => {
    if (view === undefined) return [];
    const found = traefikLabels(view).filter(({ label }) => label.toLowerCase() === word.toLowerCase());
    return found.length === 0 ? [] : [explainLabel(view, found)];
  },
  code: (word, { codes, view }) => {
    const text = codes.get(word);
    return text === undefined ? [] : [explainCode(text, view)];
  },
};

/** @param view where findings of a stack are wanted, too */
function explainCode({ code, means, remedy }: CodeText, view: StackView | undefined): Explanation {
  return {
    kind: "code",
    name: code,
    summary: means,
    sections: section("What to do", [{ name: remedy }]),
    findings: (view?.diagnostics ?? []).filter((each) => each.code === code),
  };
}

function isSubjectKind(word: string): word is SubjectKind {
  return SUBJECT_KINDS.some((kind) => kind === word);
}
