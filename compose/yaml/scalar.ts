/**
 * What a plain YAML scalar means to compose: the rules of go-yaml v4, which compose-go reads files with.
 * They are neither YAML 1.1 nor 1.2: `yes` is a string, `010` is eight, `1_000` is a thousand, dates are times.
 */
import { decodeBase64Text } from "../../lib/values/base64.ts";
import type { ScalarType, ScalarValue } from "../tree/node.ts";

export interface Resolved {
  readonly type: ScalarType;
  readonly value: ScalarValue;
}

const WORDS: ReadonlyMap<string, Resolved> = new Map<string, Resolved>([
  ...["true", "True", "TRUE"].map((word): [string, Resolved] => [word, { type: "bool", value: true }]),
  ...["false", "False", "FALSE"].map((word): [string, Resolved] => [word, { type: "bool", value: false }]),
  ...["", "~", "null", "Null", "NULL"].map((
    word,
  ): [string, Resolved] => [word, { type: "null", value: null }]),
  ...[".nan", ".NaN", ".NAN"].map((word): [string, Resolved] => [word, { type: "float", value: NaN }]),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"]
    .map((word): [string, Resolved] => [word, { type: "float", value: Infinity }]),
  ...["-.inf", "-.Inf", "-.INF"].map((
    word,
  ): [string, Resolved] => [word, { type: "float", value: -Infinity }]),
  ...["-0", "-0.0"].map((word): [string, Resolved] => [word, { type: "float", value: -0 }]),
]);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const GO_FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|^[-+]?(inf|infinity|nan)$/i;
const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Resolves a plain scalar that has no tag. */
export function resolvePlain(source: string): Resolved {
  const first = source.charCodeAt(0);
  // Letters other than those of the words in the table, which is most of what a file holds.
  if (first >= 97 && first !== 110 && first !== 116 && first !== 102 && first !== 126) return string(source);
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  const isDigit = first >= 48 && first <= 57;
  if (isDigit || first === 43 || first === 45) return resolveNumber(source);
  if (first === 46 && GO_FLOAT.test(source)) return float(Number(source), source);
  return string(source);
}

/** Resolves a scalar with a core tag, or says that its text does not fit the tag. */
export function resolveTagged(tag: string, source: string, isPlain: boolean): Resolved | undefined {
  if (tag === "str") return string(source);
  if (tag === "binary") return binary(source);
  const found = isPlain || tag !== "timestamp" ? resolvePlain(source) : string(source);
  const wanted = { int: "int", float: "float", bool: "bool", null: "null", timestamp: "time" }[tag];
  if (wanted === undefined) return string(source);
  if (found.type === wanted) return found;
  if (wanted === "float" && found.type === "int") return { type: "float", value: Number(found.value) };
  return undefined;
}

/** Reads an integer as Go's `strconv.ParseInt(text, 0, 64)` or `ParseUint` do, prefixes included. */
export function parseGoInteger(source: string): number | bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/.exec(source);
  const digits = match?.[2];
  if (digits === undefined) return undefined;
  const octal = /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  const value = match?.[1] === "-" ? -magnitude : magnitude;
  if (value > MAX_UINT64 || value < MIN_INT64) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function resolveNumber(source: string): Resolved {
  const time = resolveTime(source);
  if (time !== undefined) return { type: "time", value: time };
  const plain = source.includes("_") ? source.replaceAll("_", "") : source;
  if (/^[1-9][0-9]{0,14}$/.test(plain)) return { type: "int", value: Number(plain) };
  const integer = parseGoInteger(plain);
  if (integer !== undefined) return { type: "int", value: integer };
  return FLOAT.test(plain) ? float(Number(plain), source) : string(source);
}

function float(value: number, source: string): Resolved {
  // Out of range is an error to Go's ParseFloat, so the text stays a string.
  if (!Number.isFinite(value) && !/inf|nan/i.test(source)) return string(source);
  return { type: "float", value };
}

function string(value: string): Resolved {
  return { type: "string", value };
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)?$/;

/** Go's print of the time that a text stands for, such as `2024-01-02 00:00:00 +0000 UTC`. */
function resolveTime(source: string): string | undefined {
  const date = DATE.exec(source);
  if (date !== null) {
    return isDate(date[1], date[2], date[3])
      ? `${date[1]}-${pad(date[2])}-${pad(date[3])} 00:00:00 +0000 UTC`
      : undefined;
  }
  const match = TIME.exec(source);
  if (match === null) return undefined;
  const [, year, month, day, separator, hour, minute, second, fraction, zone] = match;
  if ((separator === " ") !== (zone === undefined)) return undefined;
  if (!isDate(year, month, day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const digits = (fraction ?? "").slice(0, 9).replace(/0+$/, "");
  const clock = `${pad(hour)}:${pad(minute)}:${pad(second)}${digits && `.${digits}`}`;
  const isUtc = zone === undefined || zone === "Z" || zone === "+00:00";
  const offset = zone === undefined || zone === "Z" ? "+0000" : zone.replace(":", "");
  return `${year}-${pad(month)}-${pad(day)} ${clock} ${offset} ${isUtc ? "UTC" : offset}`;
}

function isDate(year = "", month = "", day = ""): boolean {
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last;
}

function pad(digits = ""): string {
  return digits.padStart(2, "0");
}

function binary(source: string): Resolved | undefined {
  try {
    return string(decodeBase64Text(source));
  } catch {
    return undefined;
  }
}
