/** Turns the start of services that still run as containers into cutovers: one after the other, never on both sides. */
import { type Conversion, type ConvertedService } from "../kube/conversion.ts";
import { objectKey, type PlannedObject } from "../kube/object.ts";
import type { Cutover, Plan, PlannedMigration, Step } from "./step.ts";

/** A service that can cross, and those that run in its pod. */
export interface Crossing {
  readonly service: string;
  /** With itself first. */
  readonly services: readonly string[];
}

/** By the key of the workload. */
export type Crossings = ReadonlyMap<string, Crossing>;

/** What can be started, looked at and ended again as one. */
const KINDS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet"]);

/** Every service with a workload that lasts. */
export function crossingsOf({ services }: Conversion): Crossings {
  const all = [...services.values()];
  const mates = ({ name }: ConvertedService): readonly string[] =>
    all.filter(({ inPodOf }) => inPodOf === name).map((mate) => mate.name);
  return new Map(
    all.flatMap((service) =>
      service.workload.filter(({ object }) => KINDS.has(object.kind)).map((
        { object },
      ): [string, Crossing] => [
        objectKey(object),
        { service: service.name, services: [service.name, ...mates(service)] },
      ])
    ),
  );
}

/**
 * The plan with a cutover for each of these workloads. What it applies is the same: an applied migration is not changed
 * by the way its services came.
 */
export function withCutovers(plan: Plan, crossings: Crossings): Plan {
  return { migrations: plan.migrations.map((migration) => cross(migration, crossings)) };
}

function cross(migration: PlannedMigration, crossings: Crossings): PlannedMigration {
  const { steps } = migration;
  const crossing = ({ object }: PlannedObject): boolean => crossings.has(objectKey(object));
  if (!steps.some((step) => step.kind === "apply" && step.objects.some(crossing))) return migration;
  const waits = steps.filter((step) => step.kind === "wait" && crossings.has(keyOf(step))) as Wait[];
  const crossed = steps.flatMap((step): readonly Step[] => {
    if (step.kind === "wait") return crossings.has(keyOf(step)) ? [] : [step];
    if (step.kind !== "apply" || !step.objects.some(crossing)) return [step];
    const left = step.objects.filter((planned) => !crossing(planned));
    return [
      ...(left.length === 0 ? [] : [{ kind: "apply", objects: left } as const]),
      ...step.objects.filter(crossing).flatMap((workload) => cutover(workload, waits, crossings)),
    ];
  });
  return { ...migration, steps: crossed, effect: migration.effect ?? steps };
}

type Wait = Extract<Step, { readonly kind: "wait" }>;

function cutover(workload: PlannedObject, waits: readonly Wait[], crossings: Crossings): readonly Cutover[] {
  const key = objectKey(workload.object);
  const crossing = crossings.get(key);
  if (crossing === undefined) return [];
  return [{ kind: "cutover", ...crossing, workload, waits: waits.filter((wait) => keyOf(wait) === key) }];
}

function keyOf({ ref: { apiVersion, kind, name, namespace } }: Wait): string {
  return objectKey({
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  });
}
