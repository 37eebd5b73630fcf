/** What a change of the stack's files would do in the cluster: two plans beside each other, names only. */
import { objectKey } from "../../kube/object.ts";
import { canonical } from "../../migration/digest.ts";
import { type Plan, plannedObjects } from "../../migration/step.ts";

/** One object that a migration applies differently. */
export interface Effect {
  readonly migration: string;
  /** `write` of configuration, `run` of a Job, `restart` of a workload's pods. */
  readonly verb: "write" | "run" | "restart";
  readonly kind: string;
  readonly name: string;
}

const RESTARTED: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** The objects that differ, in the order in which a run applies them. */
export function effectsOf(before: Plan, after: Plan): readonly Effect[] {
  const known = new Map(
    before.migrations.flatMap(plannedObjects).map(({ object }) => [objectKey(object), canonical(object)]),
  );
  return after.migrations.flatMap((migration) =>
    plannedObjects(migration).filter(({ object }) => known.get(objectKey(object)) !== canonical(object))
      .map(({ object: { kind, metadata } }): Effect => ({
        migration: migration.id,
        verb: kind === "Job" ? "run" : RESTARTED.has(kind) ? "restart" : "write",
        kind,
        name: metadata.name,
      }))
  );
}
