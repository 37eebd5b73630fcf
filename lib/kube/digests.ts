/**
 * Digests of values while the key that they are made with is not known: objects hold symbols in their place, and one
 * pass over what was planned puts the digests of a target there. So a stack is converted once, whatever the target.
 */
import { createHmac } from "node:crypto";

/** Noncharacters, which Unicode keeps for a program's own use: nobody means a symbol by a text of a stack. */
const [OPEN, CLOSE] = ["\uFDD0", "\uFDD1"];
const SYMBOL = /\uFDD0(\d+)\uFDD1/g;

/**
 * In place of a key, where a plan is written down for others to read: nothing of a Secret goes into its digests. A key
 * that is written down, too, would let anybody guess short secrets from them.
 */
export const PUBLISHED = "published";

/** Makes the text that a symbol stands for; `key` is the target's, empty where it has none yet, or `PUBLISHED`. */
export type Keyed = (key: string) => string;

/** The digests of one conversion, growing while objects are made. */
export class Digests {
  readonly #meanings: Keyed[] = [];

  /** A text that stands for one that only the key tells. It may stand anywhere in objects and findings. */
  symbol(meaning: Keyed): string {
    this.#meanings.push(meaning);
    return `${OPEN}${this.#meanings.length - 1}${CLOSE}`;
  }

  /**
   * A copy with the key's digests in place of symbols: texts inside lists, records and maps. What holds no symbol is
   * the same object as before.
   */
  resolve<T>(value: T, key: string): T {
    const texts = new Map<number, string>();
    const textOf = (index: number): string | undefined => {
      const known = texts.get(index) ?? this.#meanings[index]?.(key);
      if (known !== undefined) texts.set(index, known);
      return known;
    };
    const replace = (text: string): string =>
      text.includes(OPEN)
        ? text.replace(SYMBOL, (symbol, index: string) => textOf(Number(index)) ?? symbol)
        : text;
    return mapTexts(value, replace);
  }
}

/** Whether a text still has a symbol in it. */
export function hasSymbol(text: string): boolean {
  return text.includes(OPEN);
}

/** Hexadecimal HMAC-SHA256 of parts, each with its length, so that no two lists of parts are alike. */
export function keyedHash(key: string, parts: Iterable<string | Uint8Array>): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/** Texts changed wherever they stand in plain data; data without a change stays the same object. */
function mapTexts<T>(value: T, change: (text: string) => string): T {
  const seen = new Map<object, unknown>();
  const once = (inner: object, make: () => unknown): unknown => {
    if (!seen.has(inner)) seen.set(inner, make());
    return seen.get(inner);
  };
  const visit = (inner: unknown): unknown => {
    if (typeof inner === "string") return change(inner);
    if (typeof inner !== "object" || inner === null) return inner;
    if (Array.isArray(inner)) return once(inner, () => same(inner, inner.map(visit)));
    if (inner instanceof Map) {
      return once(inner, () => {
        const entries = [...inner].map(([name, entry]): [unknown, unknown] => [visit(name), visit(entry)]);
        const isSame = [...inner].every(([name, entry], index) =>
          entries[index]?.[0] === name && entries[index]?.[1] === entry
        );
        return isSame ? inner : new Map(entries);
      });
    }
    if (Object.getPrototypeOf(inner) !== Object.prototype) return inner;
    return once(inner, () => {
      const entries = Object.entries(inner).map(([name, entry]): [string, unknown] => [name, visit(entry)]);
      const isSame = Object.values(inner).every((entry, index) => entries[index]?.[1] === entry);
      return isSame ? inner : Object.fromEntries(entries);
    });
  };
  // The edge: the shape stays, only texts change.
  return visit(value) as T;
}

function same(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return before.every((entry, index) => after[index] === entry) ? before : after;
}
