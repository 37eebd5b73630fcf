/**
 * One service from the engine to the cluster, exclusively: stopped there, proved, started here. The record has what is
 * being done before it is done, so that whatever kills the run, the next one ends sound. Where the pod does not come up,
 * or somebody interrupts, it goes back by itself.
 */
import { type Diagnostic, Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";
import type { PlannedObject } from "../kube/object.ts";
import type { Cutover as Step } from "../migration/step.ts";
import { goBack, type Returning } from "./cutover_back.ts";
import type { ClosedContainer, Cutover } from "./cutover_record.ts";
import { isActive, stateWords } from "./guard/container_words.ts";
import { silentEngines } from "./guard/silent.ts";
import type { StartGuard } from "./guard/start_guard.ts";
import { clusterAddress } from "./living/cluster_address.ts";
import type { Gates } from "./living/gates.ts";
import type { ClusterAddress } from "./living/stand_in.ts";
import { userShift } from "../node/user_map.ts";
import type { OldSide } from "./old_side.ts";
import { applyWaves, type Running, waitPatiently, wantedOf } from "./start.ts";
import type { InventoryEntry } from "./state.ts";
import type { Writing } from "./locked.ts";

/** What a cutover needs to know about the run. */
export interface CutoverContext {
  readonly oldSide: OldSide;
  readonly guard: StartGuard;
  /** Ways from the cluster to what is left behind. */
  readonly gates?: Gates;
  /** It is decided that engines that do not answer have nothing to do with the stack. */
  readonly withoutEngine: boolean;
  /** The record's entry of a service, as it is now. */
  readonly read: (service: string) => Cutover | undefined;
  /** Writes it, by compare-and-swap; undefined takes it away. */
  readonly write: (service: string, cutover: Cutover | undefined) => Promise<void>;
  /** ISO 8601. */
  readonly now: () => string;
  /** As the run's own, but not ended by Ctrl-C: for what has to be finished all the same. */
  readonly lasting: Writing;
}

type Context = Running & { readonly crossing?: CutoverContext | undefined };

/** Where one cutover stands. */
interface Crossing extends CutoverContext {
  readonly step: Step;
  readonly id: string;
  readonly context: Running;
  readonly inventory: InventoryEntry[];
}

/**
 * Carries one out, from wherever an earlier run left it.
 *
 * @returns what went wrong; then the service is served by its containers again, or by nobody where that is said
 */
export async function cutOver(
  step: Step,
  id: string,
  context: Context,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  const { crossing: given } = context;
  const startHere = (): Promise<readonly Diagnostic[]> => open(step, id, context, inventory);
  if (given === undefined) return await startHere();
  const crossing: Crossing = { ...given, step, id, context, inventory };
  const recorded = given.read(step.service);
  if (recorded?.state === "back") {
    return await turnBack(crossing, recorded, recorded.why ?? "it was interrupted");
  }
  if (recorded?.state === "opening") return await secured(crossing, () => openHere(crossing, recorded));
  if (recorded?.state === "verified") return await startHere();
  const { containers, silent } = await given.oldSide.find(step.services);
  if (silent.length > 0 && !given.withoutEngine) return silentEngines(silent, "error");
  const active = containers.filter(isActive);
  if (recorded === undefined || recorded.state === "prepared") {
    if (active.length === 0) {
      if (recorded !== undefined) await given.write(step.service, undefined);
      await openGates(crossing);
      // It ran there when a caller moved, and was stopped by hand since.
      warn(crossing, await crossing.gates?.close(step.services));
      return await startHere();
    }
    const refused = await prepare(crossing, active);
    if (refused.length > 0) return refused;
    await openGates(crossing);
  }
  return await secured(crossing, () => close(crossing, active, recorded));
}

/** What would fail after the stop is found before it: who else writes there, what the server refuses. */
async function prepare(
  { step, id, context, guard, write, now }: Crossing,
  active: readonly ServiceContainer[],
): Promise<readonly Diagnostic[]> {
  const paused = active.filter(({ state }) => state === "paused");
  if (paused.length > 0) return paused.map(isPaused);
  const passing = active.filter(({ isRemovedAtEnd }) => isRemovedAtEnd);
  if (passing.length > 0) return passing.map(removedAtEnd);
  const shifted = (await Promise.all(active.map(ownerDiffers))).flat();
  if (shifted.length > 0) return shifted;
  const leaving = new Set(active.map((container) => container.id));
  const others = await guard.ask({ planned: step.workload, isNew: true, leaving });
  if (others.length > 0) return others;
  const cutover: Cutover = { state: "prepared", migration: id, containers: [], since: now() };
  await write(step.service, cutover);
  tell({ step, id, context, now }, cutover.state, active);
  return [];
}

/** Stops what runs, and proves that nobody is left. */
async function close(
  crossing: Crossing,
  active: readonly ServiceContainer[],
  recorded: Cutover | undefined,
): Promise<readonly Diagnostic[]> {
  const { step, id, context, oldSide, guard, write, now } = crossing;
  const containers = merged(recorded?.containers ?? [], active);
  const since = recorded?.state === "closing" || recorded?.state === "closed" ? recorded.since : now();
  const closing: Cutover = { state: "closing", migration: id, containers, since };
  await write(step.service, closing);
  tell(crossing, "closing", containers);
  for (const container of active) {
    const problems = await oldSide.close(container, context.signal);
    if (problems.length > 0) return await turnBack(crossing, closing, first(problems), problems);
  }
  const closed: Cutover = { ...closing, state: "closed" };
  await write(step.service, closed);
  tell(crossing, "closed", containers);
  const barred = await oldSide.bar(containers);
  if (hasErrors(barred)) return await turnBack(crossing, closed, first(barred), barred);
  warn(crossing, barred);
  warn(crossing, await crossing.gates?.close(step.services));
  const found = await guard.ask({ planned: step.workload, isNew: true });
  if (found.length > 0) return await turnBack(crossing, closed, first(found), found);
  const opening: Cutover = { ...closed, state: "opening" };
  await write(step.service, opening);
  tell(crossing, "opening", containers);
  return await openHere(crossing, opening);
}

/** Starts the pod, which asks the guard once more right before, and waits for it. */
async function openHere(crossing: Crossing, opening: Cutover): Promise<readonly Diagnostic[]> {
  const { step, id, context, inventory, write, now } = crossing;
  const problems = await open(step, id, context, inventory);
  if (problems.length > 0) return await turnBack(crossing, opening, first(problems), problems);
  // It is served from here on; trying who stands in for it may take a while.
  const since = now();
  await standIn(crossing, opening);
  const outageMs = Date.parse(since) - Date.parse(opening.since);
  await write(step.service, { ...opening, state: "verified", since, outageMs });
  tell(crossing, "verified", opening.containers, { outageMs });
  return [];
}

/** Who was left behind finds it by its names. That it does not is said, and no reason to go back: all may move in this run. */
async function standIn(crossing: Crossing, { containers }: Cutover): Promise<void> {
  const { step, context, oldSide } = crossing;
  const namespace = step.workload.object.metadata.namespace ?? "default";
  const addressOf = (service: string): Promise<ClusterAddress | undefined> =>
    clusterAddress(context.client, namespace, service);
  warn(crossing, await oldSide.standIn(containers, addressOf, context.signal));
}

/** Before anything stops: what its pod calls is found from the cluster. */
async function openGates(crossing: Crossing): Promise<void> {
  const { gates, step, context } = crossing;
  warn(crossing, await gates?.open(step.services, context.signal));
}

function warn({ context }: Crossing, diagnostics: readonly Diagnostic[] = []): void {
  for (const diagnostic of diagnostics) context.push({ type: "warning", diagnostic });
}

async function open(
  { workload, waits }: Step,
  id: string,
  context: Running,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  const refused = await applyWaves([workload], id, context, inventory);
  if (refused.length > 0) return refused;
  return (await waitPatiently(waits.map(wantedOf), id, context)).diagnostics;
}

/** Goes back where somebody interrupts; what is lost with the API server or the lock stays as it is recorded. */
async function secured(
  crossing: Crossing,
  work: () => Promise<readonly Diagnostic[]>,
): Promise<readonly Diagnostic[]> {
  const { step, context, read, lasting } = crossing;
  try {
    return await work();
  } catch (error) {
    const recorded = read(step.service);
    const isInterrupted = context.signal.aborted && !lasting.signal.aborted && !(error instanceof Failure);
    if (!isInterrupted || recorded === undefined || recorded.state === "verified") throw error;
    const problems = await turnBack(crossing, recorded, "it was interrupted");
    if (hasErrors(problems.slice(1))) return problems;
    throw error;
  }
}

/** @returns why, and what came of going back */
async function turnBack(
  crossing: Crossing,
  recorded: Cutover,
  why: string,
  problems: readonly Diagnostic[] = [],
): Promise<readonly Diagnostic[]> {
  const { step, id } = crossing;
  const returning: Returning = { ...crossing, service: step.service, planned: step.workload };
  const left = await goBack(returning, { ...recorded, migration: id, why });
  return [...problems, wentBack(step.workload, step.service, left), ...left];
}

/** All that were stopped for it, each with what it had before the first stop. */
function merged(
  recorded: readonly ClosedContainer[],
  active: readonly ServiceContainer[],
): readonly ClosedContainer[] {
  const known = new Set(recorded.map(({ id }) => id));
  return [
    ...recorded,
    ...active.filter(({ id }) => !known.has(id))
      .map(({ id, name, host, restartPolicy }) => ({ id, name, host, restart: restartPolicy })),
  ];
}

function tell(
  { step: { service }, id, context, now }: Pick<Crossing, "step" | "id" | "context" | "now">,
  state: Cutover["state"],
  containers: readonly { readonly name: string }[],
  more: { readonly outageMs?: number } = {},
): void {
  const names = containers.map(({ name }) => name);
  context.push({ type: "cutover", id, service, state, at: now(), containers: names, ...more });
}

function first(problems: readonly Diagnostic[]): string {
  return problems[0]?.message.split("\n")[0] ?? "";
}

/** An engine that remaps users has written its data as others than the pod would be. */
async function ownerDiffers({ name, pid, writes }: ServiceContainer): Promise<readonly Diagnostic[]> {
  const shift = writes.length === 0 || pid === 0 ? 0 : await userShift(pid) ?? 0;
  if (shift === 0) return [];
  const [first] = writes.flatMap(({ sources }) => sources);
  return [{
    code: "run-owner-differs",
    severity: "error",
    message:
      `The engine of container "${name}" remaps users by ${shift}: what it wrote to "${first}" belongs to ` +
      "users of other numbers than the pod's programs have, which could not read it",
    hint:
      `Stop it, give the files to the numbers without ${shift} (chown), and start it here without --cross`,
  }];
}

/** Nothing would be left to go back to, and what only it has would be gone. */
function removedAtEnd({ name }: ServiceContainer): Diagnostic {
  return {
    code: "run-removed-at-end",
    severity: "error",
    message:
      `Container "${name}" was started with --rm: its engine removes it as soon as it ends, with its ` +
      "volumes that have no name, so that there would be no way back",
    hint: "Start the service with docker compose up -d instead, and move that",
  };
}

function isPaused(container: ServiceContainer): Diagnostic {
  return {
    code: "run-data-in-use",
    severity: "error",
    message: `Container "${container.name}" ${stateWords(container)}: it cannot end in order`,
    hint: `Let it go on before it is moved: docker unpause ${container.name}`,
  };
}

function wentBack({ source }: PlannedObject, service: string, left: readonly Diagnostic[]): Diagnostic {
  const isServed = !hasErrors(left);
  return {
    code: "run-went-back",
    severity: "error",
    message: isServed
      ? `Service "${service}" did not move: its containers serve it again`
      : `Service "${service}" did not move, and nobody serves it now: both sides stay closed rather than write together`,
    ...(source === undefined ? {} : { span: source }),
    hint: isServed
      ? "Mend the cause and run the same command again"
      : "Mend what is said below and run the same command again: it goes on with going back",
  };
}
