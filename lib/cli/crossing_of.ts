/** What crosses from an engine, as flags, decisions and the record have it. */
import type { Container } from "../docker/containers.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { type Crossings, crossingsOf, withCutovers } from "../migration/cutovers.ts";
import type { PlannedMigration } from "../migration/step.ts";
import { type CrossingOptions, crossingsInForce } from "../run/crossing_options.ts";
import { planCrossing, type PlannedCutover } from "../run/crossing_plan.ts";
import type { MigrationPreview } from "../run/dry_run.ts";
import { asRehearsed } from "../rehearsal/as_rehearsed.ts";
import { readFigures } from "../rehearsal/figures.ts";
import { type ClaimPaths, claimPaths } from "../run/guard/written.ts";
import { plannedOpenGates } from "../run/living/planned_gates.ts";
import { OldSide } from "../run/old_side.ts";
import { findRecord } from "../run/prepare.ts";
import { loadState } from "../run/session.ts";
import { EMPTY_STATE, type State } from "../run/state.ts";
import { frontOptions, type PlannedFront, plannedFront } from "./front_of.ts";
import type { WriteSession } from "./write_session.ts";

/** Undefined where the files say too little of the stack. */
export function crossingOptions(
  { stack, surroundings, options }: Pick<WriteSession, "stack" | "surroundings" | "options">,
): CrossingOptions | undefined {
  const { project, plan, conversion, decisions } = stack;
  if (project === undefined || conversion === undefined) return undefined;
  const isCrossing = options["cross"] === true;
  const called = new Set(
    [...conversion.services.values()].flatMap(({ dependsOn }) => dependsOn.map(({ service }) => service)),
  );
  return {
    environment: surroundings.environment,
    project: project.name,
    crossings: crossingsOf(conversion),
    isWanted: (service) => options["cross"] === true || decisions.services?.[service]?.crossing !== undefined,
    decided: (service) => decisions.services?.[service]?.crossing,
    ...(isCrossing && plan !== undefined
      ? { front: frontOptions({ project, conversion, decisions }, plan, surroundings) }
      : {}),
    mayKill: new Set(
      Object.keys(project.services).filter((service) => decisions.services?.[service]?.killAfterGrace),
    ),
    grace: (service) => decisions.services?.[service]?.stopGracePeriod,
    withoutEngine: decisions.engine === "none",
    isCalled: (service) => called.has(service),
    needs: (service) => conversion.services.get(service)?.dependsOn.map((needed) => needed.service) ?? [],
  };
}

/**
 * Whether a container is one that the run stops itself, before its workload starts.
 *
 * @throws Failure (2) where the proof that its directories are free is turned off
 */
export async function crossingContainers(
  session: WriteSession,
): Promise<(container: Container) => boolean> {
  const given = crossingOptions(session);
  if (given === undefined) return () => false;
  const { record } = session;
  const state = record === undefined ? EMPTY_STATE : await loadState(record);
  const services = new Set([...crossingsInForce(given, state).values()].flatMap((one) => one.services));
  if (session.options["allowRunning"] === true && services.size > 0) throw unproved([...services]);
  return ({ project, service }) => project === given.project && services.has(service ?? "");
}

/** What would cross, and what is to be known before it does. */
export interface CrossingPreview {
  /** In order. */
  readonly crossing: readonly PlannedCutover[];
  readonly front?: PlannedFront;
  readonly remarks: readonly Diagnostic[];
}

/** What would cross of what a run has left to do. */
export async function plannedCrossing(
  session: WriteSession,
  previews: readonly MigrationPreview[],
): Promise<CrossingPreview> {
  const given = crossingOptions(session);
  if (given === undefined || given.withoutEngine) return { crossing: [], remarks: [] };
  const { client } = session.target;
  const record = await findRecord(client, session.namespace);
  const state = record === undefined ? EMPTY_STATE : await loadState(record);
  const left = new Set(
    previews.filter(({ reason }) => reason !== "applied" && reason !== "empty").map(({ id }) => id),
  );
  const migrations = session.plan.migrations.filter(({ id }) => left.has(id));
  const crossings = crossingsInForce(given, state);
  const steps = withCutovers({ migrations }, crossings).migrations.flatMap((one) => one.steps)
    .flatMap((step) => step.kind === "cutover" ? [step.services] : []);
  const moved = (): readonly string[] => [...state.cutovers.keys()];
  const front = given.front === undefined ? undefined : plannedFront(migrations, given.front);
  const planned = await planMoves(migrations, session.stack, given, { ...state, crossings });
  return {
    ...(front === undefined ? {} : { front }),
    crossing: asRehearsed(planned, await readFigures(session.stack.directory), given.project),
    remarks: await plannedOpenGates(steps, { ...given, moved }, client),
  };
}

/** What would cross of what a run is to apply; nobody is asked where nothing is to cross. */
export async function plannedMoves(
  session: WriteSession,
  migrations: () => Promise<readonly PlannedMigration[]>,
): Promise<readonly PlannedCutover[]> {
  const given = crossingOptions(session);
  if (given === undefined || given.withoutEngine) return [];
  const state = session.record === undefined ? EMPTY_STATE : await loadState(session.record);
  const crossings = crossingsInForce(given, state);
  if (crossings.size === 0) return [];
  return await planMoves(await migrations(), session.stack, given, { ...state, crossings });
}

async function planMoves(
  migrations: readonly PlannedMigration[],
  stack: WriteSession["stack"],
  given: CrossingOptions,
  { crossings, cutovers }: { readonly crossings: Crossings } & Pick<State, "cutovers">,
): Promise<readonly PlannedCutover[]> {
  const { decided } = given;
  return await planCrossing(migrations, {
    ...{ crossings, cutovers, decided },
    oldSide: new OldSide(given),
    claims: claimsOf(stack),
  });
}

/** The directories behind the claims of the stack. */
export function claimsOf({ conversion }: Pick<WriteSession["stack"], "conversion">): ClaimPaths {
  return claimPaths((conversion?.storage ?? []).map(({ object }) => object));
}

function unproved(services: readonly string[]): Failure {
  return new Failure(ExitCode.usage, [{
    code: "run-cross-unproved",
    severity: "error",
    message:
      `With --allow-running there is no proof that nothing else writes to the directories of a service that is ` +
      `stopped to be moved: ${services.join(", ")}`,
    hint: "Omit --allow-running; stop whatever else writes there first",
  }]);
}
