/** Names with their values inside a text: `Password=x;`, `"password": "x"`, `Authorization: Bearer x`, SQL. */
import { isSecretKey } from "./keys.ts";
import { namesSecret } from "./names.ts";
import { isPlainValue, isReference, secretPart } from "./plain.ts";
import { type SecretSpan, withoutEnd } from "./span.ts";

/** `name=value`, quoted or not; names of connection strings may have a blank in the middle. */
const ASSIGNMENT =
  /(?<![\w.$%@/-])(?:-{1,2}|-[DP])?((?:account|user|shared|access|api|client|encryption|private|secret|master|root) (?:access )?(?:key|password|secret|token)|[A-Za-z_][\w.[\]-]{0,80})\s?=\s?(?:"((?:\\.|[^"\\])*)"|'((?:''|\\'|[^'])*)'|((?:\$\{[^{}\n]{0,200}\}|(?![[({,][A-Za-z_][\w.-]*=)[^\s"';&])+))/gi;
/** `"name": "value"`, also with quotes that are escaped in a text of its own. */
const JSON_PAIR =
  /(\\{0,3})(["'])([A-Za-z_$@][\w.$@ /:-]{0,80})\1\2\s*(?::|=>)\s*(?:\1(["'])((?:(?!\1\4)[\s\S]){0,4000}?)\1\4|(-?[\w.+-]+))/g;
/** `name: value` in running text; the name begins a word. */
const COLON =
  /(?<![\w./$%@-]|\$\{)([A-Za-z_][\w.-]{2,60}):(\s?)(?:(?:!!\w+|&[\w-]+)\s+(?=\S))?(?:"((?:\\.|[^"\\])*)"|'((?:''|[^'])*)'|((?:\$\{[^{}\n]{0,200}\}|[^\s"'[\],;|])+))/g;
/** `Authorization: Basic x`, `X-Api-Key: x`; the value goes on to the end of the quotes or the line. */
const HEADER =
  /(?<![\w-])((?:Proxy-|X-Forwarded-)?Authorization|Cookie|Set-Cookie|[A-Za-z][\w-]*-(?:Key|Token|Secret|Password|Auth)|api-?key|apikey)(["']?\s*(?:[:=,]|=>)\s*|["']?\s+["'])["']?([^"'\r\n`]+)/gi;
/** A matcher of Traefik: Header(`X-Api-Key`, `x`), or as version 2 has it, Query(`token=x`). */
const MATCHER =
  /\b(?:Headers?|Query)(?:Regexp)?\(\s*(?:`|\\*["'])([\w.-]{1,80})(?:(?:`|\\*["'])\s*,\s*(?:`|\\*["'])|=)([^`"'\\\r\n]*)/g;
const SCHEME =
  /^(Basic|Bearer|Token|Digest|Negotiate|ApiKey|Key|GenieKey|AWS4-HMAC-SHA256|Splunk|SSWS|OAuth)\s+(?=\S)/i;
/** `Bearer x` and `Basic x` anywhere. */
const SCHEMED = /(?<![\w-])(Bearer|Basic)\s+([A-Za-z0-9._~+/=-]+)/g;
const PROSE =
  /^(access|api|auth\w*|challenge|credentials?|error|flow|format|header|http|is|of|or|and|realm|required|scheme|settings?|support|the|tokens?|usage|user|with|yes)$/i;
/** What SQL gives a user. */
// deno-fmt-ignore
const SQL: readonly RegExp[] = [
  /\bIDENTIFIED\s+(?:WITH\s+[\w'"`]+\s+)?(?:BY|AS)\s+(?:PASSWORD\s+)?(?:'((?:''|\\'|[^'])*)'|"((?:""|[^"])*)")/gi,
  /\b(?:(?:WITH|SET|ENCRYPTED|UNENCRYPTED|ROLE|USER|LOGIN|SUPERUSER|CREATEDB|["'`\w]{1,64})\s+)PASSWORD\s*=?\s*(?:'((?:''|[^'])*)'|E'((?:''|[^'])*)')/gi,
  /\bPASSWORD\s*\(\s*(?:'((?:''|[^'])*)'|"((?:""|[^"])*)")/gi,
  /\bSET\s+PASSWORD\s+(?:FOR\s+\S+\s+)?=\s*(?:'((?:''|[^'])*)'|"((?:""|[^"])*)")/gi,
  /\b(?:MASTER|SOURCE)_PASSWORD\s*=\s*(?:'((?:''|[^'])*)'|"((?:""|[^"])*)")/gi,
  /\bpwd\s*:\s*(?:'((?:\\'|[^'])*)'|"((?:\\"|[^"])*)")/g,
  /\b(?:createUser|updateUser|changeUserPassword|auth)\(\s*["'][^"']*["']\s*,\s*(?:'([^']*)'|"([^"]*)")/g,
];

/** All such values. `isProse`: unquoted values behind a colon count only where nothing else could be meant. */
export function secretsInPairs(text: string): SecretSpan[] {
  return [
    ...headers(text),
    ...matchers(text),
    ...assignments(text),
    ...jsonPairs(text),
    ...colons(text),
    ...statements(text),
  ];
}

function assignments(text: string): SecretSpan[] {
  return [...text.matchAll(ASSIGNMENT)].flatMap((match) => {
    const [whole, key = "", double, single, bare] = match;
    const end = match.index + whole.length;
    if (bare === undefined) return named(key, double ?? single ?? "", end - 1);
    const value = withoutRest(bare);
    if (/^([=>~]|\.[*+]|\[\^|\\)/.test(value) || /\w\(/.test(value)) return [];
    return named(key, value, end - bare.length + value.length);
  });
}

/** `a=x,b=y` is two; a bracket that closes what was opened before is not part of the value. */
function withoutRest(value: string): string {
  const more = value.search(/,[A-Za-z_][\w.-]*=/);
  const first = more < 0 ? value : value.slice(0, more);
  return /[([{]/.test(first) ? first : withoutEnd(first, ")]},");
}

function jsonPairs(text: string): SecretSpan[] {
  return [...text.matchAll(JSON_PAIR)].flatMap((match) => {
    const [whole, slashes = "", , key = "", quote, quoted, bare] = match;
    const value = quoted ?? bare ?? "";
    const end = match.index + whole.length - (quote === undefined ? 0 : slashes.length + 1);
    return named(key, value, end);
  });
}

function colons(text: string): SecretSpan[] {
  return [...text.matchAll(COLON)].flatMap((match) => {
    const [whole, key = "", blank = "", double, single, bare] = match;
    const end = match.index + whole.length;
    if (bare === undefined) return named(key, double ?? single ?? "", end - 1);
    // A port, an image's tag, a path; and running text behind a blank.
    if (blank === "" && /^(\d{1,5}\b|latest\b|v?\d|\/)/.test(bare)) return [];
    const next = text.slice(end, end + 3);
    if (/^[a-z]+[.:!?]?$/i.test(bare) && blank !== "" && /^[ \t]+[A-Za-z]/.test(next)) return [];
    const value = withoutEnd(bare, bare.includes("{") ? ".)" : ".)}");
    return named(key, value, end - bare.length + value.length);
  });
}

function named(key: string, value: string, end: number): SecretSpan[] {
  if (!namesSecret(key, value)) return [];
  const part = secretPart(value);
  const start = end - value.length;
  return [{ start: start + part.start, end: start + part.end, why: "its name" }];
}

function headers(text: string): SecretSpan[] {
  const found = [...text.matchAll(HEADER)].flatMap((match) => {
    const [whole, name = "", , value = ""] = match;
    if (!isSecretKey(name) && !/cookie/i.test(name)) return [];
    const scheme = SCHEME.exec(value)?.[0] ?? "";
    const rest = value.slice(scheme.length).trim();
    const secret = isReference(rest) ? rest : withoutEnd(rest, " \t;,)]}\\");
    const start = match.index + whole.length - value.length + scheme.length;
    if (isPlainValue(secret) || PROSE.test(secret) || scheme === "" && /\s\w+\s/.test(secret)) return [];
    return [{ start, end: start + secret.length, why: "a header" }];
  });
  const schemed = [...text.matchAll(SCHEMED)].flatMap((match) => {
    const [whole, scheme = "", value = ""] = match;
    const end = match.index + whole.length;
    if (isReference(value) || PROSE.test(value.replace(/\.$/, ""))) return [];
    if (scheme === "Basic" && !/^[A-Za-z0-9+/]{6,}={0,2}$/.test(value)) return [];
    if (/^[a-z-]+[.]?$/i.test(value) && /^\s+[a-z]/.test(text.slice(end, end + 3))) return [];
    if (scheme === "Basic" && /^[A-Z]?[a-z]+$/.test(value)) return [];
    return [{ start: end - value.length, end, why: "a header" }];
  });
  return [...found, ...schemed];
}

function matchers(text: string): SecretSpan[] {
  return [...text.matchAll(MATCHER)].flatMap(({ index, 0: whole, 1: key = "", 2: value = "" }) => {
    const isHeader = /^((proxy-)?authorization|cookie)$/i.test(key) && !isPlainValue(value);
    if (!isHeader && !namesSecret(key, value)) return [];
    const end = index + whole.length;
    const scheme = SCHEME.exec(value)?.[0] ?? "";
    return [{ start: end - value.length + scheme.length, end, why: "its name" }];
  });
}

function statements(text: string): SecretSpan[] {
  if (!/password|identified|pwd|user\(|auth\(/i.test(text)) return [];
  return SQL.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const value = match[1] ?? match[2] ?? "";
      const start = match.index + match[0].lastIndexOf(value);
      return isReference(value) || value === "" ? [] : [{ start, end: start + value.length, why: "SQL" }];
    })
  );
}
