/** Keeps secret values out of every text: which values are secret, and what stands in their place. */
import type { KubeObject } from "../kube/object.ts";
import {
  conceal,
  isStrong,
  joined,
  keyWords,
  MASK,
  occurrences,
  secretsInFile,
  secretsInText,
  secretsInVariable,
} from "../secrecy/mod.ts";
import { decodeBase64Text, encodeBase64 } from "../values/base64.ts";

export { MASK };

/**
 * Every strong value that the Secrets among these objects hold, also as base64, a URL and JSON spell it; longest first.
 * Weak ones, such as a word or the name of a service, are hidden by the place where they stand.
 */
export function secretValues(objects: Iterable<KubeObject>): readonly string[] {
  const all = [...objects];
  const names = namesOf(all);
  const values = new Set<string>();
  const add = (value: string): void => {
    if (isStrong(value, names)) addSpellings(value, values);
  };
  for (const object of all) {
    if (object.kind !== "Secret") continue;
    for (const [key, value] of entries(object["stringData"])) addValue(key, value, add, values);
    for (const [key, encoded] of entries(object["data"])) {
      const text = decode(encoded);
      if (text !== undefined) addValue(key, text, add, values);
    }
  }
  return [...values].sort((left, right) => right.length - left.length);
}

/** The text with every one of these values replaced, and what stands as a secret by its name or form. */
export function redact(text: string, values: readonly string[]): string {
  return conceal(text, joined([...occurrences(text, values), ...secretsInText(text)]));
}

/** A single line is a secret as a whole, or in the part that its name or form tells; of a file its secret parts are. */
function addValue(key: string, text: string, add: (value: string) => void, values: Set<string>): void {
  const trimmed = text.trim();
  const isLine = !trimmed.includes("\n");
  const spans = isLine ? secretsInVariable(key, trimmed) : secretsInFile(key, trimmed);
  for (const { start, end } of spans) {
    const found = trimmed.slice(start, end);
    if (found.includes("\n")) addSpellings(found, values);
    for (const line of found.split("\n")) add(line.trim());
  }
  if (isLine) add(trimmed);
  else if (spans.length === 0) trimmed.split(/\s+/).filter((word) => word.length >= 16).forEach(add);
  if (!isLine) addSpellings(trimmed, values);
}

function addSpellings(value: string, values: Set<string>): void {
  for (
    const form of [value, encodeBase64(value), encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]
  ) {
    values.add(form);
  }
}

/** What these objects are called, and the users, databases and hosts of their settings: no such word is a strong secret. */
function namesOf(objects: readonly KubeObject[]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (value: string): void => {
    names.add(value.toLowerCase());
    for (const part of value.toLowerCase().split(/[/:@-]/)) if (part.length > 3) names.add(part);
  };
  for (const object of objects) {
    add(object.metadata.name);
    if (object.kind === "ConfigMap") {
      for (const [key, value] of entries(object["data"])) if (isNameKey(key) && value.length < 64) add(value);
    }
    for (const image of imagesOf(object["spec"])) add(image);
  }
  return names;
}

/** `POSTGRES_USER`, `DB_NAME`, `MYSQL_DATABASE`, `REDIS_HOST`. */
function isNameKey(key: string): boolean {
  return /^(user|username|db|database|dbname|name|host|hostname|server|login|owner|domain|schema|vhost|bucket)$/
    .test(
      keyWords(key).at(-1) ?? "",
    );
}

function imagesOf(node: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === "string" ? (key === "image" ? [value] : []) : imagesOf(value)
  );
}

function entries(data: unknown): readonly (readonly [string, string])[] {
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string");
}

function decode(encoded: string): string | undefined {
  try {
    return decodeBase64Text(encoded);
  } catch {
    return undefined;
  }
}
