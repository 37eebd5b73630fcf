/** Keeps secret values out of every text: which values are secret, and what stands in their place. */
import type { KubeObject } from "../kube/object.ts";

/** What stands where a secret value would. */
export const MASK = "***";

/** Shorter values would hide ordinary words everywhere and protect nothing. */
const SHORTEST = 4;
const HARMLESS: ReadonlySet<string> = new Set(["true", "false", "null", "none", "root", "localhost"]);

/** Names of keys and variables that usually hold a secret. */
const SECRET_NAME =
  /pass(word|wd|phrase)?|secret|token|credential|private|api_?key|access_?key|(^|[_.-])(key|auth|pwd|salt|dsn)($|[_.-])/i;

/** Whether a key or variable of this name should not be shown with its value. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Every value that the Secrets among these objects hold, as text and as base64; longest first. */
export function secretValues(objects: Iterable<KubeObject>): readonly string[] {
  const values = new Set<string>();
  for (const object of objects) {
    if (object.kind !== "Secret") continue;
    for (const value of entries(object["stringData"])) addForms(value, values);
    for (const encoded of entries(object["data"])) {
      const text = decode(encoded);
      if (text !== undefined) addForms(text, values);
    }
  }
  return [...values].sort((left, right) => right.length - left.length);
}

/** The text with every secret value replaced. */
export function redact(text: string, values: readonly string[]): string {
  return values.reduce((masked, value) => masked.replaceAll(value, MASK), text);
}

/** `name: value` or `name = value`, quoted or not, as most formats write it; also `name "value";`. */
const ASSIGNMENT = /^(?:export\s+)?["']?([\w.-]+)["']?\s*(?:[=:]\s*["']?(.*?)["']?[;,]?|\s["'](.+)["'];?)$/;
/** An item of a YAML list. */
const ITEM = /^-\s+["']?(.+?)["']?$/;
/** The password of a URL or a DSN. */
const URL_PASSWORD = /[^\s:/@"']+:([^\s@/"']+)@/g;
/** Shorter lines of a file are words such as `[mysqld]`; those of a key or certificate are longer. */
const LONG_LINE = 16;

/**
 * The whole value; and of a file with several lines what may turn up alone in a log or an error: long lines,
 * passwords in URLs, and what stands beside or below a name that says it is secret. All else stays readable,
 * or else the names of hosts and users would be hidden too.
 */
function addForms(value: string, values: Set<string>): void {
  const lines = value.trimEnd().split("\n");
  if (lines.length === 1) addForm(value.trim(), values);
  else addForm(value, values);
  let secretBlock: number | undefined;
  let isKey = false;
  for (const line of lines) {
    const trimmed = line.trim();
    const indent = line.length - line.trimStart().length;
    const isItem = trimmed.startsWith("-");
    if (secretBlock !== undefined && (indent < secretBlock || indent === secretBlock && !isItem)) {
      secretBlock = undefined;
    }
    const [, name = "", plain = "", quoted = ""] = trimmed.match(ASSIGNMENT) ?? [];
    const isSecret = secretBlock !== undefined || isSecretName(name);
    if (isSecret) addForm(plain === "" ? quoted : plain, values);
    if (isSecret && isItem) addForm(trimmed.match(ITEM)?.[1] ?? "", values);
    if (isSecretName(name) && plain === "" && quoted === "") secretBlock ??= indent;
    isKey = trimmed.includes("-----BEGIN") || isKey && !trimmed.includes("-----END");
    if (isKey || trimmed.length >= LONG_LINE) addForm(trimmed, values);
    for (const [, password = ""] of trimmed.matchAll(URL_PASSWORD)) addForm(password, values);
  }
}

function addForm(value: string, values: Set<string>): void {
  if (value.length < SHORTEST || HARMLESS.has(value.toLowerCase()) || /^\d{1,5}$/.test(value)) return;
  values.add(value);
  values.add(encode(value));
}

function entries(data: unknown): readonly string[] {
  if (typeof data !== "object" || data === null) return [];
  return Object.values(data).filter((value) => typeof value === "string");
}

function encode(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text).slice(0, 60_000)));
}

function decode(encoded: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
