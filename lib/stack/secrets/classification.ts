/** Decides for every variable, file and argument whether it belongs into a Secret, and remembers why. */
import type { BindSources } from "../../../compose/bind_source.ts";
import type { Project } from "../../../compose/project.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import {
  isLooseKey,
  isReference,
  isSecretKey,
  occurrences,
  secretsInFile,
  secretsInList,
  secretsInVariable,
  type SecretSpan,
} from "../../secrecy/mod.ts";
import { oncePer } from "../../values/once_per.ts";
import { relativePath } from "../relative_path.ts";
import { type KnownSecret, knownSecrets } from "./known_secrets.ts";

/** Something that is kept in a Secret, for the report of them all. */
export interface SecretNote {
  /** `faf-db.MYSQL_ROOT_PASSWORD` or a path relative to the project. */
  readonly what: string;
  readonly why: string;
  readonly span?: Span;
}

/** The rules over one project. Reasons are words; `undefined` means that it may be read by anybody. */
export interface Secrets {
  /** Every strong secret that the stack names anywhere. */
  readonly known: readonly KnownSecret[];
  ofVariable(service: string, key: string, value: string): string | undefined;
  /** Of every argument of a command, in order. `key` is `entrypoint` or `command`. */
  ofArguments(
    service: string,
    key: string,
    list: readonly string[],
    program?: string,
  ): readonly (string | undefined)[];
  ofFile(path: string, content: Uint8Array): string | undefined;
  /** Of a label, an annotation, a header: a value with its name. */
  ofPair(key: string, value: string): string | undefined;
  /** Of a check's command. */
  ofCommand(list: readonly string[]): string | undefined;
}

const SECRET_FILE =
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|asc|gpg|ppk|htpasswd)$|(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|\.?htpasswd|acme\.json|\.my\.cnf|\.pgpass|\.netrc|\.env|\.erlang\.cookie|credentials)$/i;
const PUBLIC_FILE = /(^|[/._-])(pub|public)[._-]/i;

/** Builds the rules: a strong secret that is known from one place makes secret whatever else holds it. */
export function secretRules(project: Project, bindSources: BindSources, decisions: Decisions): Secrets {
  const known = knownSecrets(project, bindSources);
  const override = (...names: readonly string[]): string | undefined =>
    names.map((name) => Object.hasOwn(decisions.secrets ?? {}, name) ? decisions.secrets?.[name] : undefined)
      .find((decision) => decision !== undefined);
  const decided = (decision: string): string | undefined =>
    decision === "secret" ? "decisions.yaml" : undefined;
  return {
    known,
    ofPair: (key, value) => reason(secretsInVariable(key, value)) ?? holdsKnown(value, known),
    ofCommand: (list) => {
      const [found] = secretsInList(list).flat();
      return found === undefined ? holdsKnown(list.join("\n"), known) : found.why;
    },
    ofVariable: (service, key, value) => {
      const decision = override(`${service}.${key}`, key);
      if (decision !== undefined) return decided(decision);
      return reason(secretsInVariable(key, value)) ?? holdsKnown(value, known) ?? ofUnset(key, value);
    },
    ofArguments: (service, key, list, program) =>
      secretsInList(list, program).map((spans, index) => {
        const name = `${key}.${index}`;
        const decision = override(`${service}.${name}`, name);
        if (decision !== undefined) return decided(decision);
        return reason(spans) ?? holdsKnown(list[index] ?? "", known);
      }),
    ofFile: (path, content) => {
      const relative = relativePath(project, path);
      const decision = override(path, relative, `./${relative}`);
      if (decision !== undefined) return decided(decision);
      if (SECRET_FILE.test(path) && !PUBLIC_FILE.test(path)) return "the kind of file";
      const text = new TextDecoder().decode(content);
      const [line] = secretLines(path, text);
      if (line !== undefined) return `${line.why} in line ${line.line}`;
      return holdsKnown(text, known);
    },
  };
}

/** A secret of a file, with the line where it begins. */
export interface SecretLine {
  /** Its name in quotes, or why else it is one. */
  readonly why: string;
  /** From 1. */
  readonly line: number;
  readonly value: string;
}

/** Every secret of a file, in order. */
export function secretLines(path: string, text: string): readonly SecretLine[] {
  let line = 1;
  let at = 0;
  return secretsInFile(path, text).map(({ start, end, why }) => {
    for (; at < start; at++) if (text[at] === "\n") line++;
    return { why, line, value: text.slice(start, end) };
  });
}

function reason(spans: readonly SecretSpan[]): string | undefined {
  return spans[0]?.why;
}

/** One that has no value yet is kept where its value will be. */
function ofUnset(key: string, value: string): string | undefined {
  const isUnset = /^(|false|null|none)$/i.test(value.trim());
  return isUnset && isSecretKey(key) && isLooseKey(key) === undefined ? "its name" : undefined;
}

function holdsKnown(text: string, known: readonly KnownSecret[]): string | undefined {
  if (isReference(text)) return undefined;
  const found = mayHold(text, known).find(({ spellings }) => occurrences(text, spellings).length > 0);
  return found === undefined ? undefined : `it holds the value of ${found.owner}`;
}

/** Those that a text could hold, by how it goes on at each of its places: a short text is not searched for thousands. */
function mayHold(text: string, known: readonly KnownSecret[]): readonly KnownSecret[] {
  if (text.length > known.length) return known;
  const beginnings = byBeginning(known);
  const found = new Set<number>();
  for (let at = 0; at < text.length; at++) {
    for (const index of beginnings.get(text.slice(at, at + BEGINNING)) ?? []) found.add(index);
  }
  return [...found].sort((left, right) => left - right).flatMap((index) => known[index] ?? []);
}

/** No known secret is shorter. */
const BEGINNING = 4;

/** Where in the list those stand that begin so, in any spelling. */
const byBeginning = oncePer((known: readonly KnownSecret[]): ReadonlyMap<string, ReadonlySet<number>> => {
  const places = new Map<string, Set<number>>();
  for (const [index, { spellings }] of known.entries()) {
    for (const spelling of spellings) {
      const beginning = spelling.slice(0, BEGINNING);
      places.set(beginning, (places.get(beginning) ?? new Set()).add(index));
    }
  }
  return places;
});
