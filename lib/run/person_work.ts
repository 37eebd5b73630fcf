/** What is left to do for one person: the plan against the record and the cluster. Reads only. */
import type { LiveObject } from "../cluster/live_object.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { PERSON_LABEL, personObjects, sharedKeys } from "../kube/access/objects.ts";
import { objectKey, type PlannedObject } from "../kube/object.ts";
import { digestMigration, digestObject } from "../migration/digest.ts";
import { type Plan, type PlannedMigration, plannedObjects, refOf } from "../migration/step.ts";
import { foreignAmong, refuseForeign } from "./foreign.ts";
import { entryKey, mergeEntries } from "./inventory.ts";
import { isAsPlanned, liveDigest, type LiveIndex, readLiveIndex } from "./live_index.ts";
import { agrees, objectsOf, readPeople } from "./people.ts";
import type { Target } from "./target.ts";
import type { MigrationRecord } from "./migration_record.ts";
import type { InventoryEntry, State } from "./state.ts";

/** What is left to do for one person. */
export interface PersonWork {
  /** The migration that holds roles and people; undefined where no script of the plan has them. */
  readonly migration: PlannedMigration | undefined;
  /** What the plan says of the person; empty where it says nothing. */
  readonly wanted: readonly PlannedObject[];
  /** Objects of the person that are not there as planned, and what everybody needs and is not there at all. */
  readonly apply: readonly PlannedObject[];
  /** Objects of the person that are planned no more. */
  readonly remove: readonly InventoryEntry[];
  /** Of those to apply: somebody changed them in the cluster. */
  readonly drifted: ReadonlySet<string>;
  readonly live: LiveIndex;
  /** After that, all of the migration is there. */
  readonly isWhole: boolean;
  /** After that, the record says something else. */
  readonly isRecordStale: boolean;
}

/** Whether anything is to be done. */
export function hasPersonWork({ apply, remove, isRecordStale }: PersonWork): boolean {
  return apply.length > 0 || remove.length > 0 || isRecordStale;
}

/**
 * Compares the plan, the record and the cluster for one person. Reads only.
 * @throws Failure (2) where the person is planned and the namespace's migration was not applied yet, (1) where an
 * object of somebody else is in the way
 */
export async function lookAtPerson(
  plan: Plan,
  person: string,
  target: Target,
  state: State,
): Promise<PersonWork> {
  const { client, namespace, key } = target;
  const migration = holderOf(plan, person, state, namespace);
  const planned = migration === undefined ? [] : plannedObjects(migration);
  const wanted = planned.filter(({ object }) => object.metadata.labels?.[PERSON_LABEL] === person);
  if (wanted.length > 0 && !hasNamespace(plan, state, namespace)) throw tooEarly(plan, namespace);
  const [index, people] = await Promise.all([
    readLiveIndex(client, namespace, planned),
    readPeople(client, namespace),
  ]);
  const mine = new Map(objectsOf(person, people).map((object) => [objectKey(object), object]));
  const drifted = new Set(
    wanted.filter((one) => index.has(keyOf(one)) && hasDrifted(one.object, mine)).map(keyOf),
  );
  const live = new Map([...index].filter(([name]) => !drifted.has(name)));
  const isThere = ({ object }: PlannedObject): boolean =>
    object.kind === "Job" || isAsPlanned(object, live.get(objectKey(object)), key);
  const shared = sharedKeys(namespace);
  const missing = planned.filter((one) =>
    shared.has(keyOf(one)) && liveDigest(live.get(keyOf(one))) === undefined
  );
  const apply = wanted.length === 0 ? [] : [...missing, ...wanted.filter((one) => !isThere(one))];
  refuseForeign(await foreignAmong(apply, { client, namespace, state, live: index }), false);
  const coming = new Set(apply.map(keyOf));
  const record = migration === undefined ? undefined : state.records.get(migration.id);
  const isWhole = migration !== undefined && isClaimable(migration, record, target) &&
    planned.every((one) => isThere(one) || coming.has(keyOf(one)));
  return {
    migration,
    wanted,
    apply,
    remove: leftovers(person, wanted, mine, state, namespace),
    drifted,
    live,
    isWhole,
    isRecordStale: isWhole && (record !== undefined || migration.steps.length > 0) &&
      (record?.state !== "applied" || record.digest !== digestMigration(migration, key)),
  };
}

/** By what it plans; where nothing of that is decided any more, by what it applied once. */
function holderOf(plan: Plan, person: string, state: State, namespace: string): PlannedMigration | undefined {
  const keys = new Set([...sharedKeys(namespace), ...personKeys(namespace, person)]);
  return plan.migrations.find((migration) => plannedObjects(migration).some((one) => keys.has(keyOf(one)))) ??
    plan.migrations.find(({ id }) =>
      (state.inventory.get(id) ?? []).some((entry) => keys.has(entryKey(entry)))
    );
}

function hasNamespace(plan: Plan, state: State, namespace: string): boolean {
  const id = namespaceMigration(plan, namespace)?.id;
  return id === undefined || state.records.get(id)?.state === "applied";
}

function namespaceMigration(plan: Plan, namespace: string): PlannedMigration | undefined {
  return plan.migrations.find((migration) =>
    plannedObjects(migration).some((one) => keyOf(one) === `/Namespace//${namespace}`)
  );
}

/** Whether somebody changed it, the person's label included. */
function hasDrifted(object: PlannedObject["object"], mine: ReadonlyMap<string, LiveObject>): boolean {
  const live = mine.get(objectKey(object));
  return live === undefined || !agrees(object, live);
}

/** Whether the record may say `applied` when all objects are there: nothing else is left to wait for or to run. */
function isClaimable(
  { steps }: PlannedMigration,
  record: MigrationRecord | undefined,
  { key }: Target,
): boolean {
  if (steps.every(({ kind }) => kind === "apply")) return true;
  return record?.state === "applied" &&
    steps.every((step) =>
      step.kind !== "job" || record.jobs?.includes(digestObject(step.object.object, key)) === true
    );
}

/** What carries the person's label, and what the inventory knows by the person's names; bindings first. */
function leftovers(
  person: string,
  wanted: readonly PlannedObject[],
  mine: ReadonlyMap<string, LiveObject>,
  state: State,
  namespace: string,
): readonly InventoryEntry[] {
  const names = personKeys(namespace, person);
  const known = [...state.inventory.values()].flat().filter((entry) => names.has(entryKey(entry)));
  const labelled = [...mine.values()].map((live) => ({ ...refOf(live), uid: live.metadata.uid ?? "" }));
  const kept = new Set(wanted.map(keyOf));
  return mergeEntries(known, labelled).filter((entry) => !kept.has(entryKey(entry)))
    .toSorted((left, right) =>
      Number(left.kind === "ServiceAccount") - Number(right.kind === "ServiceAccount")
    );
}

/** Every object that a person can have, whatever the role and the login. */
function personKeys(namespace: string, person: string): ReadonlySet<string> {
  const access = { people: { [person]: { role: "viewer" as const } } };
  return new Set(personObjects(namespace, access, person).map(objectKey));
}

function keyOf({ object }: PlannedObject): string {
  return objectKey(object);
}

/** What is said where there is nothing yet to be granted in. */
export function tooEarly(plan: Plan, namespace: string): Failure {
  const id = namespaceMigration(plan, namespace)?.id;
  return new Failure(2, [{
    code: "run-namespace-pending",
    severity: "error",
    message: `Namespace "${namespace}" was not created by a migration yet, so no access to it can be granted`,
    hint: `Run: deno task migrate${id === undefined ? "" : ` --to ${id.split("_")[0]}`}`,
  }]);
}
