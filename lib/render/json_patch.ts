/** What makes one JSON value of another, as operations of JSON Patch (RFC 6902). */
import { isRecord } from "../values/json.ts";
import { canonical } from "../migration/digest.ts";

/** One operation. */
export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

/** Maps are compared key by key, anything else is replaced as a whole. Empty where both are the same. */
export function changesOf(before: unknown, after: unknown, path = ""): readonly Operation[] {
  if (canonical(before) === canonical(after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [{ op: "replace", path, value: after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key): readonly Operation[] => {
    const below = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const [old, now] = [before[key], after[key]];
    if (now === undefined) return old === undefined ? [] : [{ op: "remove", path: below }];
    return old === undefined ? [{ op: "add", path: below, value: now }] : changesOf(old, now, below);
  });
}
