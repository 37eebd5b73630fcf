/** Lists that stand on one line: arguments of a command, or values under a secret's key. */
import { secretsInArguments } from "./arguments.ts";
import { isSecretKey } from "./keys.ts";
import { isPlainValue } from "./plain.ts";
import { moved, type SecretSpan } from "./span.ts";

const LIST = /\[([^[\]]{1,4000})\]/g;
/** What a list may stand under, at the end of the text before it. */
const KEY = /([\w.-]{1,80})["']?\s*[:=]\s*$/;
/** Longer than any key with its quotes and blanks: a line may have a million characters. */
const BEFORE = 200;
const ITEM = /"((?:\\.|[^"\\])*)"|'((?:''|[^'])*)'|([^\s,"'][^,"']*)/g;

/** The secrets of every list of a line. */
export function secretsInFlow(line: string): SecretSpan[] {
  return [...line.matchAll(LIST)].flatMap((match) => {
    const [, inside = ""] = match;
    const start = match.index + 1;
    const [, key = ""] = KEY.exec(line.slice(Math.max(0, match.index - BEFORE), match.index)) ?? [];
    const items = [...inside.matchAll(ITEM)].map((item) => {
      const value = item[1] ?? item[2] ?? item[3]?.trimEnd() ?? "";
      return { value, start: start + item.index + (item[3] === undefined ? 1 : 0) };
    });
    const isList = isSecretKey(key) && key !== "secrets";
    if (isList) {
      return items.filter(({ value }) => !isPlainValue(value)).map(({ value, start: at }) => ({
        start: at,
        end: at + value.length,
        why: `"${key}"`,
      }));
    }
    return secretsInArguments(items).flatMap((spans, index) => moved(spans, items[index]?.start ?? 0));
  });
}
