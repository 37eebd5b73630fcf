/** What is left to do: the plan against the record and what is on the server. Dry-run and run both ask here. */
import { type CommandLine, withoutFlags } from "../diagnostics/command_line.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { objectKey } from "../kube/object.ts";
import { type DigestKey, digestMigration } from "../migration/digest.ts";
import { findId } from "../migration/order.ts";
import { type Plan, type PlannedMigration, plannedObjects } from "../migration/step.ts";
import { isAsPlanned, type LiveIndex } from "./live_index.ts";
import type { MigrationRecord } from "./migration_record.ts";
import { type Cause, causeOf, type Origin } from "./origin.ts";
import type { State } from "./state.ts";

/** Why a migration is run, or why it is not. */
export type Reason =
  | "new"
  | "resumed"
  | "changed"
  /** Applied, but objects of it are gone or were replaced. */
  | "damaged"
  | "redo"
  /** Only looked at: what somebody changed since it was applied. */
  | "drift"
  | "applied"
  | "empty";

/** One migration and what is to be done about it. */
export interface SelectedMigration {
  readonly migration: PlannedMigration;
  readonly digest: string;
  readonly reason: Reason;
  readonly record?: MigrationRecord;
  /** It is applied and planned otherwise now, which may be this program's doing. */
  readonly cause?: Cause;
}

/** Which part of the plan is wanted, and whether changes are. */
export interface Selection {
  /** The last migration to run, by id or number. */
  readonly to?: string;
  /** Run this one again although it is applied. */
  readonly redo?: string;
  /** Refuse where an applied migration has changed, instead of applying the change. */
  readonly frozen?: boolean;
  /** What the plan is made of, to tell what only this version of the program changes. */
  readonly origin?: (key: DigestKey) => Origin;
  /** How the commands are written that messages name. */
  readonly commandLine?: CommandLine;
}

/** Whether anything is to be done about it. */
export function isPending({ reason }: SelectedMigration): boolean {
  return reason !== "applied" && reason !== "empty";
}

/**
 * The plan's migrations up to the wanted one, each with what is to be done.
 * @throws Failure (2) where the one to be done again was never done, (1) where one has changed and may not
 */
export function selectMigrations(
  plan: Plan,
  state: State,
  live: LiveIndex,
  key: DigestKey,
  selection: Selection = {},
): readonly SelectedMigration[] {
  const { commandLine = withoutFlags } = selection;
  const origin = selection.origin?.(key);
  const redo = selection.redo === undefined
    ? undefined
    : findApplied(plan, state, selection.redo, commandLine).id;
  const selected = upTo(plan, selection.to).map((migration): SelectedMigration => {
    const digest = digestMigration(migration, key);
    const record = state.records.get(migration.id);
    const reason = migration.id === redo ? "redo" : reasonFor(migration, digest, record, live, key);
    const selected = { migration, digest, reason, ...(record === undefined ? {} : { record }) };
    const cause = causeOf(selected, state.origin, origin);
    return { ...selected, ...(cause === undefined ? {} : { cause }) };
  });
  if (selection.frozen) refuseChanged(selected, commandLine);
  return selected;
}

/**
 * The migration of that id, number (`050` or `50`) or name.
 * @throws Failure (2) where there is none
 */
export function findMigration(plan: Plan, wanted: string): PlannedMigration {
  const ids = plan.migrations.map(({ id }) => id);
  const id = findId(ids, wanted);
  const found = plan.migrations.find((migration) => migration.id === id);
  if (found !== undefined) return found;
  const near = nearest(wanted, [...ids, ...ids.map((each) => each.replace(/^\d+_/, ""))]);
  throw new Failure(2, [{
    code: "run-unknown-migration",
    severity: "error",
    message: `There is no migration "${wanted}"`,
    hint: near === undefined ? `The migrations are ${ids.join(", ")}` : `Did you mean "${near}"?`,
  }]);
}

/** What is asked for again must have been done, or be under way again already. */
function findApplied(
  plan: Plan,
  state: State,
  wanted: string,
  commandLine: CommandLine,
): PlannedMigration {
  const migration = findMigration(plan, wanted);
  const record = state.records.get(migration.id);
  if (record?.state === "applied" || record?.redo !== undefined) return migration;
  throw new Failure(2, [{
    code: "run-not-applied",
    severity: "error",
    message: `Migration "${migration.id}" cannot be done again: ${
      record !== undefined
        ? "it is not done yet"
        : migration.steps.length === 0
        ? "it has nothing to do for this stack"
        : "it was never applied"
    }`,
    hint: `\`${commandLine("migrate")}\` applies what is left, and continues where a run stopped`,
  }]);
}

/** A redo that did not finish hides none: what is left of it would be done by a changed plan. */
function refuseChanged(selected: readonly SelectedMigration[], commandLine: CommandLine): void {
  const changed = selected.filter(({ reason, digest, record }) =>
    reason === "changed" || reason === "redo" && record?.digest !== digest
  );
  if (changed.length === 0) return;
  throw new Failure(
    1,
    changed.map(({ migration: { id } }) => ({
      code: "run-changed",
      severity: "error",
      message: `Migration "${id}" was applied, but what it plans has changed since`,
      hint: `See what with \`${commandLine("migrate --dry-run")}\`; run without --frozen to apply the change`,
    })),
  );
}

/** Recorded migrations that the plan does not have any more. */
export function missingScripts(plan: Plan, state: State): readonly Diagnostic[] {
  const known = new Set(plan.migrations.map(({ id }) => id));
  return [...state.records.keys()].filter((id) => !known.has(id)).map((id) => ({
    code: "run-script-missing",
    severity: "warning",
    message: `Migration "${id}" is recorded in the cluster, but there is no such script`,
    hint: "Restore the script, or update this checkout; what it applied stays as it is",
  }));
}

/** The migrations until the wanted one, or all. @throws Failure (2) where there is none of that name */
export function upTo(plan: Plan, to: string | undefined): readonly PlannedMigration[] {
  if (to === undefined) return plan.migrations;
  const last = findMigration(plan, to);
  return plan.migrations.slice(0, plan.migrations.indexOf(last) + 1);
}

function reasonFor(
  migration: PlannedMigration,
  digest: string,
  record: MigrationRecord | undefined,
  live: LiveIndex,
  key: DigestKey,
): Reason {
  if (record === undefined) return migration.steps.length === 0 ? "empty" : "new";
  if (record.redo !== undefined) return "redo";
  if (record.state !== "applied") return "resumed";
  if (record.digest !== digest) return "changed";
  return plannedObjects(migration).every(({ object }) =>
      // A Job that is done may be cleaned up by anyone; it is not run again for that.
      object.kind === "Job" || isAsPlanned(object, live.get(objectKey(object)), key)
    )
    ? "applied"
    : "damaged";
}
