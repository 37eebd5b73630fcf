/** Lines that belong to a key above them: block texts, lists and sections of YAML, a flag whose value comes next. */
import { isSecretKey, keyWords } from "./keys.ts";
import { isReference } from "./plain.ts";

/** What the lines above say about the next one. */
export interface BlockState {
  /** The key whose value goes on below, with its indentation. */
  readonly open?: {
    readonly indent: number;
    /** `text`: every line is the secret; `list`: items are; `section`: values of all keys are. */
    readonly kind: "text" | "list" | "section";
  };
  /** The last line was an argument whose value is the next. */
  readonly awaits: boolean;
  /** An env file's quote that has not ended yet. */
  readonly quote?: string;
  /** `- name: DB_PASSWORD`, whose value stands in the next line. */
  readonly called?: string;
}

/** What a line said, for the ones below it. */
export interface LineEnd {
  /** A secret's key with nothing behind it but perhaps a block's sign. */
  readonly opens?: { readonly key: string; readonly sign: string };
  readonly awaits: boolean;
  readonly quote?: string;
  readonly called?: string;
}

/** At the beginning of a file. */
export function noBlock(): BlockState {
  return { awaits: false };
}

/** The state for this line: a block ends where the indentation does. */
export function closeBlock(state: BlockState, line: string): BlockState {
  const { open } = state;
  if (open === undefined || line.trim() === "") return state;
  const indent = indentOf(line);
  const isItem = /^\s*-(\s|$)/.test(line);
  const isInside = indent > open.indent || indent === open.indent && isItem && open.kind !== "text";
  if (isInside) return state;
  const { open: _open, ...rest } = state;
  return rest;
}

/** The state for the line after this one. */
export function openBlock(state: BlockState, line: string, found: LineEnd): BlockState {
  const blank = line.trim() === "";
  const base: BlockState = {
    awaits: blank ? state.awaits : found.awaits,
    ...(found.quote === undefined ? {} : { quote: found.quote }),
    ...(found.called === undefined ? {} : { called: found.called }),
  };
  if (state.open?.kind === "text") return { ...base, open: state.open };
  const { opens } = found;
  if (opens === undefined) return state.open === undefined ? base : { ...base, open: state.open };
  const kind = /^[|>]/.test(opens.sign)
    ? "text" as const
    : isCollection(opens.key)
    ? "section" as const
    : "list" as const;
  return { ...base, open: { indent: indentOf(line), kind } };
}

/** `secrets:`, `credentials:`, `api_keys:` hold many, each under a name of its own. */
export function isCollection(key: string): boolean {
  return /^(secrets|credentials|creds|passwords|tokens|keys|apikeys)$/.test(keyWords(key).at(-1) ?? "") &&
    isSecretKey(key);
}

/** Keys inside such a section that say whose secret it is, not the secret. */
export function isBesideSecret(key: string): boolean {
  const last = keyWords(key).at(-1) ?? "";
  return /^(name|names|user|username|users|login|email|id|ids|file|path|type|kind|enabled|description|label|scope|scopes|role|roles|host|url|uri|port|ttl|algorithm|alg|use|kty|kid|external|environment|source|target|uid|gid|mode|provider|format|issuer|comment|title|driver|domain|region|bucket|endpoint|expires|access|permissions)$/
    .test(last);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Whether a line of an env file leaves a quote open, and which. */
export function openQuote(value: string, before?: string): string | undefined {
  const quote = before ?? /^\s*(["'])/.exec(value)?.[1];
  if (quote === undefined || isReference(value)) return undefined;
  const rest = before === undefined ? value.slice(value.indexOf(quote) + 1) : value;
  const isClosed = quote === "'" ? rest.includes("'") : /(^|[^\\])(\\\\)*"/.test(rest);
  return isClosed ? undefined : quote;
}
