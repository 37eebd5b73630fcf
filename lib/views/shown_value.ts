/** A value of the input on one line, as YAML, secrets hidden. */
import { stringify } from "yaml";
import { redact } from "../diff/secrets.ts";
import { conceal, joined, occurrences, secretsInVariable } from "../secrecy/mod.ts";

/** So much of a value shows what it is. */
const LONGEST = 160;

/** @param key what the value is called, which may say that it is a secret */
export function shownValue(key: string, value: unknown, secrets: readonly string[]): string {
  const text = typeof value === "string"
    ? conceal(value, joined([...secretsInVariable(key, value), ...occurrences(value, secrets)]))
    : redact(stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim(), secrets);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
