/** What a migration is made of: data that every reader (dry-run, diff, executor, status) sees alike. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { KubeObject, PlannedObject } from "../kube/object.ts";

/** Names an object on the server. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Names the object for requests. */
export function refOf(object: KubeObject): ObjectRef {
  const { apiVersion, kind, metadata: { name, namespace } } = object;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/**
 * - `apply`: server-side apply these objects, in waves by kind.
 * - `wait`: until the object is ready by its kind's rule; `timeout` is a Go duration such as `10m`.
 * - `job`: apply a Job and wait until it is complete; it runs again only when its inputs changed.
 * - `manual`: something a person does; the run goes on and says it.
 * - `remove`: delete the object (never a data kind).
 * - `cutover`: what runs as containers of the service stops, and its objects start in its place.
 */
export type Step =
  | { readonly kind: "apply"; readonly objects: readonly PlannedObject[] }
  | { readonly kind: "wait"; readonly ref: ObjectRef; readonly timeout: string; readonly source?: Span }
  | { readonly kind: "job"; readonly object: PlannedObject; readonly timeout: string }
  | { readonly kind: "manual"; readonly instruction: string }
  | { readonly kind: "remove"; readonly ref: ObjectRef }
  | Cutover;

/** One service from the engine to the cluster: never served by both. */
export interface Cutover {
  readonly kind: "cutover";
  readonly service: string;
  /** The services in its pod, with itself first. */
  readonly services: readonly string[];
  readonly workload: PlannedObject;
  /** What has to be ready until it has moved. */
  readonly waits: readonly Extract<Step, { readonly kind: "wait" }>[];
}

/** One migration of the plan, after its script was run. */
export interface PlannedMigration {
  /** The file's name without `.ts`: `050_databases`. */
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly steps: readonly Step[];
  /** The steps by which it is told from another version of itself; how services get there does not count. */
  readonly effect?: readonly Step[];
  /** Services that it would have taken, had the stack had them. */
  readonly absent: readonly string[];
  /** Services of the stack that it takes. */
  readonly claimed: readonly string[];
}

/** All migrations in order. */
export interface Plan {
  readonly migrations: readonly PlannedMigration[];
}

/** The objects that a migration applies, in order, jobs included. */
export function plannedObjects(migration: PlannedMigration): PlannedObject[] {
  return migration.steps.flatMap((step) =>
    step.kind === "apply"
      ? step.objects
      : step.kind === "cutover"
      ? [step.workload]
      : step.kind === "job"
      ? [step.object]
      : []
  );
}
