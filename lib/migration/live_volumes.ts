/** A volume's place is fixed when it is made: what was planned then holds, whatever lies on the disk today. */
import type { KubeObject } from "../kube/object.ts";
import { FOUND, PLACE_ANNOTATION } from "../kube/storage/node_directory.ts";
import type { Plan, PlannedMigration, Step } from "./step.ts";

/** Where a PersistentVolume lies, as its `spec` says it: none of it can be changed later. */
const PLACES = ["local", "hostPath", "nodeAffinity"] as const;

/**
 * The plan with the volumes that the cluster has as they are there, where they lie on the same path: a directory that
 * was made with the first run is there with the second, and would be planned as one that has always been. One whose
 * place was found, and not written or decided, stays where it was found then.
 */
export function withLiveVolumes(plan: Plan, live: readonly KubeObject[]): Plan {
  const byName = new Map(live.map((volume) => [volume.metadata.name, volume]));
  if (byName.size === 0) return plan;
  return { ...plan, migrations: plan.migrations.map((migration) => keptIn(migration, byName)) };
}

function keptIn(migration: PlannedMigration, live: ReadonlyMap<string, KubeObject>): PlannedMigration {
  return { ...migration, steps: migration.steps.map((step) => keptStep(step, live)) };
}

function keptStep(step: Step, live: ReadonlyMap<string, KubeObject>): Step {
  if (step.kind !== "apply") return step;
  return {
    ...step,
    objects: step.objects.map((planned) => ({ ...planned, object: keptObject(planned.object, live) })),
  };
}

function keptObject(object: KubeObject, live: ReadonlyMap<string, KubeObject>): KubeObject {
  if (object.kind !== "PersistentVolume") return object;
  const planned = specOf(object);
  const there = specOf(live.get(object.metadata.name));
  const path = pathOf(planned);
  const isFound = object.metadata.annotations?.[PLACE_ANNOTATION] === FOUND;
  if (path === undefined || (path !== pathOf(there) && !(isFound && pathOf(there) !== undefined))) {
    return object;
  }
  const places: readonly string[] = PLACES;
  const rest = Object.entries(planned).filter(([key]) => !places.includes(key));
  const kept = Object.entries(there).filter(([key]) => places.includes(key));
  return { ...object, spec: Object.fromEntries([...rest, ...kept]) };
}

type Json = Readonly<Record<string, unknown>>;

function specOf(volume: KubeObject | undefined): Json {
  // The edge: a `spec` is an object on every server.
  return (volume?.["spec"] ?? {}) as Json;
}

function pathOf(spec: Json): string | undefined {
  const source = (spec["local"] ?? spec["hostPath"]) as { readonly path?: string } | undefined;
  return source?.path;
}
