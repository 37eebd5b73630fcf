/** Lays profiles over the base of `decisions.yaml`. */
import { isRecord } from "../values/json.ts";

/** The profiles that count where some are named: each after those that it builds on, none twice. */
export function expandProfiles(
  names: readonly string[],
  parents: (name: string) => readonly string[],
): readonly string[] {
  const order: string[] = [];
  const add = (name: string, above: readonly string[]): void => {
    if (order.includes(name) || above.includes(name)) return;
    for (const parent of parents(name)) add(parent, [...above, name]);
    order.push(name);
  };
  for (const name of names) add(name, []);
  return order;
}

/** A JSON merge patch (RFC 7396): maps key by key, `null` takes a key away, anything else replaces what was there. */
export function mergePatch(base: unknown, over: unknown): unknown {
  if (!isRecord(over)) return over;
  const result: Record<string, unknown> = isRecord(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
