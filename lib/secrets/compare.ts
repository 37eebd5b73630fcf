/** The plan's Secrets beside those of the cluster: names and whether they agree, no value. */
import type { KubeObject, PlannedObject } from "../kube/object.ts";
import { secretKeys } from "./places.ts";

/** `onlyHere` is in the stack, `onlyThere` in the cluster. */
export type SecretState = "same" | "differs" | "onlyHere" | "onlyThere";

/** One key of a Secret, compared. */
export interface ComparedKey {
  readonly object: string;
  readonly key: string;
  readonly state: SecretState;
}

/** Compares by the bytes; keys in the order of the plan, then what only the cluster has. */
export function compareSecrets(
  planned: readonly PlannedObject[],
  live: readonly KubeObject[],
): readonly ComparedKey[] {
  const there = new Map(
    secretKeys(live.map((object) => ({ object: { ...object, kind: "Secret" } }))).map((
      { object, key, value },
    ) => [`${object.metadata.name}\0${key}`, value]),
  );
  const seen = new Set<string>();
  const here = secretKeys(planned).flatMap(({ object, key, value }): ComparedKey[] => {
    const identity = `${object.metadata.name}\0${key}`;
    if (seen.has(identity)) return [];
    seen.add(identity);
    const found = there.get(identity);
    const state = found === undefined ? "onlyHere" : found === value ? "same" : "differs";
    return [{ object: object.metadata.name, key, state }];
  });
  const rest = [...there.keys()].filter((identity) => !seen.has(identity)).map((identity): ComparedKey => {
    const [object = "", key = ""] = identity.split("\0");
    return { object, key, state: "onlyThere" };
  });
  return [...here, ...rest];
}
