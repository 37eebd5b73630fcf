/** One key of the compose specification: what becomes of it, and where this stack has it. */
import type { Path } from "../../compose/project.ts";
import { patternOf } from "../checks/coverage/lookup.ts";
import { COVERAGE } from "../checks/coverage/table.ts";
import { isRecord } from "../values/json.ts";
import { type Entry, type Explanation, placed, section } from "./explanation.ts";
import { masked } from "./compose_lines.ts";
import type { StackView } from "./stack_view.ts";

const SECTIONS: Readonly<Record<string, string>> = {
  services: "service",
  volumes: "volume",
  networks: "network",
  configs: "config",
  secrets: "secret",
};

/** The lines of the table that a word means: `ports`, `service.ports.target`, `services.web.healthcheck.test`. */
export function findKeys(word: string): readonly string[] {
  const parts = word.split(".");
  const [first = "", , ...rest] = parts;
  const section = SECTIONS[first];
  const path = section !== undefined && parts.length > 2 ? [section, ...rest].join(".") : word;
  for (const wanted of [path, `service.${path}`]) {
    const found = Object.keys(COVERAGE).filter((key) => {
      const plain = key.replace(/\.\*$/, "");
      return plain === wanted || plain.startsWith(`${wanted}.`);
    });
    if (found.length > 0) return found;
    const above = /^(service|volume|network|config|secret)\./.test(wanted)
      ? patternOf(wanted.split("."))
      : undefined;
    if (above !== undefined) return [above];
  }
  return [];
}

/** @param keys lines of the table, which begin alike */
export function explainKey(view: StackView | undefined, word: string, keys: readonly string[]): Explanation {
  const [only] = keys.length === 1 ? keys : [];
  const coverage = only === undefined ? undefined : COVERAGE[only];
  return {
    kind: "key",
    name: only?.replace(/\.\*$/, "") ?? word,
    summary: coverage === undefined
      ? `A key of compose with ${keys.length} keys of its own.`
      : `${capital(TREATMENTS[coverage.treatment])}: ${coverage.what}.${
        coverage.hint === undefined ? "" : ` ${coverage.hint}.`
      }`,
    sections: [
      ...section(
        "What becomes of it",
        keys.length === 1 ? [] : keys.map((key): Entry => ({
          name: key,
          text: `${TREATMENTS[COVERAGE[key]?.treatment ?? "read"]}: ${COVERAGE[key]?.what ?? ""}`,
        })),
      ),
      ...section("Here", view === undefined ? [] : usesOf(view, keys)),
    ],
    findings: [],
  };
}

const TREATMENTS = {
  carried: "carried",
  replaced: "replaced",
  reported: "not carried, and said so",
  read: "worked in while reading",
} as const;

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Once for each service, volume or other owner: the first place. */
function usesOf(view: StackView, keys: readonly string[]): Entry[] {
  const { project } = view.facts;
  const wanted = new Set(keys);
  return Object.entries(SECTIONS).flatMap(([plural, singular]) => {
    if (!keys.some((key) => key.startsWith(`${singular}.`))) return [];
    const owners = project.canonical[plural];
    return Object.entries(isRecord(owners) ? owners : {}).flatMap(([owner, value]) => {
      const path = firstUse(value, [singular], wanted);
      if (path === undefined) return [];
      const span = project.span([plural, owner, ...path.slice(1)]);
      const line = span === undefined ? "" : masked(view, span.file).split("\n")[span.line - 1] ?? "";
      return [{ name: `${singular} ${owner}`, text: line.trim(), ...placed(span) }];
    });
  });
}

/** The way to the first value that one of these lines speaks for. */
function firstUse(node: unknown, path: Path, wanted: ReadonlySet<string>): Path | undefined {
  if (node === null || node === undefined) return undefined;
  if (typeof node !== "object") return wanted.has(patternOf(path) ?? "") ? path : undefined;
  const entries: [string | number, unknown][] = Array.isArray(node)
    ? node.map((value, index) => [index, value])
    : Object.entries(node);
  for (const [key, value] of entries) {
    const found = firstUse(value, [...path, key], wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
