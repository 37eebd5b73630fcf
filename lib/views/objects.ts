/** Every object of a stack with the migration that applies it, and which of them serve one service. */
import { type KubeObject, type PlannedObject, podSpec } from "../kube/object.ts";
import { objectKey } from "../kube/object.ts";
import { plannedObjects } from "../migration/step.ts";
import { fields, list, record } from "../values/json.ts";
import type { StackView } from "./stack_view.ts";

/** An object and where in the plan it stands. */
export interface ViewedObject extends PlannedObject {
  /** Absent where there is no plan. */
  readonly migration?: string;
}

/** In the order of the plan, each once; of the conversion where errors forbid a plan. */
export function viewedObjects({ conversion, plan }: StackView): readonly ViewedObject[] {
  const { namespaces, storage, configuration, neighbours, traefik, routes, front, services } = conversion;
  const all: readonly ViewedObject[] = plan === undefined
    ? [
      ...[namespaces, storage, configuration, neighbours, traefik].flat(),
      ...[...services.values()].flatMap((each) => [...each.network, ...each.workload, ...each.routes]),
      ...[routes, front].flat(),
    ]
    : plan.migrations.flatMap((migration) =>
      plannedObjects(migration).map((planned) => ({ ...planned, migration: migration.id }))
    );
  const seen = new Set<string>();
  return all.filter(({ object }) => {
    const key = objectKey(object);
    return !seen.has(key) && seen.add(key);
  });
}

/** Those of one service: its own, what it reads, and the volumes that its pods claim. */
export function objectsOfService(view: StackView, service: string): readonly ViewedObject[] {
  const converted = view.conversion.services.get(service);
  const all = viewedObjects(view);
  const own = [
    ...converted?.workload ?? [],
    ...converted?.network ?? [],
    ...converted?.configuration ?? [],
    ...converted?.routes ?? [],
  ].map(({ object }) => objectKey(object));
  const claims = new Set((converted?.workload ?? []).flatMap(({ object }) => claimsOf(object)));
  const volumes = new Set(
    all.flatMap(({ object }) => {
      const volume = fields(object["spec"])["volumeName"];
      const isClaimed = object.kind === "PersistentVolumeClaim" && claims.has(object.metadata.name);
      return isClaimed && typeof volume === "string" ? [volume] : [];
    }),
  );
  return all.filter(({ object, service: of }) =>
    of === service || own.includes(objectKey(object)) ||
    object.kind === "PersistentVolumeClaim" && claims.has(object.metadata.name) ||
    object.kind === "PersistentVolume" && volumes.has(object.metadata.name)
  );
}

/** Names of the PersistentVolumeClaims that the pods of a workload mount, of a CronJob's and a StatefulSet's too. */
function claimsOf(workload: KubeObject): readonly string[] {
  return list(podSpec(workload)?.["volumes"]).flatMap((volume) => {
    const name = record(volume["persistentVolumeClaim"])?.["claimName"];
    return typeof name === "string" ? [name] : [];
  });
}

/** `deployment/web`, as kubectl prints it. */
export function shortName({ kind, metadata: { name } }: KubeObject): string {
  return `${kind.toLowerCase()}/${name}`;
}
