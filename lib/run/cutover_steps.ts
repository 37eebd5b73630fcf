/** What each kind of cutover is made of: its record, its events, its pod, the names that it leaves, and the way back. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { hasErrors } from "../diagnostics/diagnostic.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";
import type { Cutover as Step } from "../migration/step.ts";
import { goBack, type Returning } from "./cutover_back.ts";
import { type ClosedContainer, closedOf, type Cutover } from "./cutover_record.ts";
import type { FrontOptions } from "./front.ts";
import type { StartGuard } from "./guard/start_guard.ts";
import { leftByPod } from "./living/carried_ports.ts";
import { clusterAddress } from "./living/cluster_address.ts";
import type { Gates } from "./living/gates.ts";
import type { ClusterAddress } from "./living/stand_in.ts";
import type { Writing } from "./locked.ts";
import type { OldSide } from "./old_side.ts";
import type { DecidedCrossing } from "./overlap.ts";
import { applyWaves, type Running, waitPatiently, wantedOf } from "./start.ts";
import type { InventoryEntry } from "./state.ts";

/** What a cutover needs to know about the run. */
export interface CutoverContext {
  readonly oldSide: OldSide;
  readonly guard: StartGuard;
  /** Ways from the cluster to what is left behind. */
  readonly gates?: Gates;
  /** How ports of the node move; undefined where nobody is asked. */
  readonly front?: FrontOptions | undefined;
  /** What is decided about how it crosses; undefined where nothing is. */
  readonly decided: (service: string) => DecidedCrossing | undefined;
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

/** Where one cutover stands. */
export interface Crossing extends CutoverContext {
  readonly step: Step;
  readonly id: string;
  readonly context: Running;
  readonly inventory: InventoryEntry[];
}

/** Who was left behind finds it by its names. That it does not is said, and no reason to go back: all may move in this run. */
export async function standIn(crossing: Crossing, { containers, mode }: Cutover): Promise<void> {
  const { step, context, oldSide } = crossing;
  const namespace = step.workload.object.metadata.namespace ?? "default";
  const addressOf = (service: string): Promise<ClusterAddress | undefined> =>
    clusterAddress(context.client, namespace, service);
  // Where both sides run for a moment, its containers hold what they have.
  const isBeside = mode === "overlap";
  const mayPublish = isBeside ? (): boolean => false : leftByPod(step.workload.object);
  // What did not run before answered nobody.
  const served = containers.filter(({ wasStopped }) => wasStopped !== true);
  warn(crossing, await oldSide.standIn(served, { addressOf, mayPublish, isBeside }, context.signal));
}

/** Before anything stops: what its pod calls is found from the cluster. */
export async function openGates(crossing: Crossing): Promise<void> {
  const { gates, step, context } = crossing;
  warn(crossing, await gates?.open(step.services, context.signal));
}

/** What does not keep it from moving. */
export function warn({ context }: Crossing, diagnostics: readonly Diagnostic[] = []): void {
  for (const diagnostic of diagnostics) context.push({ type: "warning", diagnostic });
}

/** Starts its pod, which asks the guard once more right before, and waits until it is ready. */
export async function open(
  { workload, waits }: Step,
  id: string,
  context: Running,
  inventory: InventoryEntry[],
): Promise<readonly Diagnostic[]> {
  const refused = await applyWaves([workload], id, context, inventory);
  if (refused.length > 0) return refused;
  return (await waitPatiently(waits.map(wantedOf), id, context)).diagnostics;
}

/** @returns why, and what came of going back */
export async function turnBack(
  crossing: Crossing,
  recorded: Cutover,
  why: string,
  problems: readonly Diagnostic[] = [],
): Promise<readonly Diagnostic[]> {
  const { step, id } = crossing;
  const { service, services, workload: planned } = step;
  const returning: Returning = { ...crossing, service, services, planned };
  const left = await goBack(returning, { ...recorded, migration: id, why });
  return [...problems, wentBack(step, recorded.mode, left), ...left];
}

/** All that nobody may start, each with what it had before the first stop. */
export function merged(
  recorded: readonly ClosedContainer[],
  found: readonly ServiceContainer[],
): readonly ClosedContainer[] {
  const known = new Set(recorded.map(({ id }) => id));
  return [...recorded, ...found.filter(({ id }) => !known.has(id)).map(closedOf)];
}

/** Says which state it has. */
export function tell(
  { step: { service }, id, context, now }: Pick<Crossing, "step" | "id" | "context" | "now">,
  state: Cutover["state"],
  containers: readonly { readonly name: string }[],
  more: { readonly outageMs?: number } = {},
): void {
  const names = containers.map(({ name }) => name);
  context.push({ type: "cutover", id, service, state, at: now(), containers: names, ...more });
}

/** In one line, for the record. */
export function first(problems: readonly Diagnostic[]): string {
  return problems[0]?.message.split("\n")[0] ?? "";
}

/** @param left why it is not served there either */
export function wentBack(
  { service, workload: { source } }: Step,
  mode: Cutover["mode"],
  left: readonly Diagnostic[],
): Diagnostic {
  const isServed = !hasErrors(left);
  const who = isServed
    ? "its containers serve it again"
    : mode === "overlap"
    ? "going back to Docker failed, too: see below where it runs"
    : "it is down now: both sides stay stopped, so that they never write at the same time";
  return {
    code: "run-went-back",
    severity: "error",
    message: `Service "${service}" did not move${isServed ? ":" : ", and"} ${who}`,
    ...(source === undefined ? {} : { span: source }),
    hint: isServed
      ? "Fix the cause and run the same command again"
      : "Fix the problem below and run the same command again: it continues going back",
  };
}
