/** Objects that somebody else made under a name that the plan has: refused, or taken over where that is asked for. */
import type { LiveObject } from "../cluster/live_object.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { describeObject, objectKey, type PlannedObject } from "../kube/object.ts";
import { FIELD_MANAGER } from "../migration/record_names.ts";
import type { LiveIndex } from "./live_index.ts";

/** On an object that was there before: who made it. It stays on the server when its migration goes. */
export const ADOPTED_ANNOTATION = "compose-ferry/adopted";

/**
 * Whether this program never wrote the object. A Namespace may be made by an administrator beforehand, as the output of
 * `rbac` has it, and is no object of anybody's work.
 */
export function isForeign({ kind, metadata }: LiveObject): boolean {
  return kind !== "Namespace" && metadata.deletionTimestamp === undefined &&
    !(metadata.managedFields ?? []).some(({ manager }) => manager === FIELD_MANAGER);
}

/** Who wrote the object, by the names of their programs. */
export function madeBy({ metadata }: LiveObject): string {
  const managers = (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined)
    .flatMap(({ manager }) => manager ?? []);
  return [...new Set(managers)].join(", ") || "somebody";
}

/** The mark of an object that was there before, or undefined where this program made it. */
export function adoptedMark(
  ours: LiveObject | undefined,
  foreign: LiveObject | undefined,
): string | undefined {
  return foreign === undefined ? ours?.metadata.annotations?.[ADOPTED_ANNOTATION] : madeBy(foreign);
}

/** One finding for each planned object that somebody else made. */
export function foreignObjects(
  planned: readonly PlannedObject[],
  foreign: LiveIndex,
): readonly Diagnostic[] {
  return planned.flatMap(({ object, source }) => {
    const found = foreign.get(objectKey(object));
    return found === undefined ? [] : [{
      code: "run-foreign-object",
      severity: "error",
      message: `${describeObject(object)} is there already, made by ${madeBy(found)}`,
      ...(source === undefined ? {} : { span: source }),
      hint: "Look at what would change with `deno task migrate --dry-run --adopt`, then take it over with " +
        "`deno task migrate --adopt`; `prune` and `rollback` leave it alone",
    }];
  });
}
