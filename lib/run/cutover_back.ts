/**
 * One service from the cluster back to its containers. Exclusively, its pod ends, it is proved, they are started; where
 * both sides may run at once, they are started first.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { pause } from "../cluster/transport.ts";
import { describeObject, type PlannedObject } from "../kube/object.ts";
import { refOf } from "../migration/step.ts";
import type { Cutover } from "./cutover_record.ts";
import { untilGone } from "./gone.ts";
import type { Gates } from "./living/gates.ts";
import { belongsTo } from "./guard/pods_in_use.ts";
import type { StartGuard } from "./guard/start_guard.ts";
import type { Writing } from "./locked.ts";
import type { OldSide } from "./old_side.ts";
import { removeObject } from "./remove.ts";

/** What going back needs to know. */
export interface Returning {
  readonly service: string;
  readonly planned: PlannedObject;
  /** The migration that events name. */
  readonly id: string;
  readonly oldSide: Pick<OldSide, "open">;
  readonly guard: Pick<StartGuard, "ask">;
  readonly gates?: Pick<Gates, "settle">;
  readonly write: (service: string, cutover: Cutover | undefined) => Promise<void>;
  readonly now: () => string;
  /** Not ended by Ctrl-C: a way back that stops half-way serves nobody. */
  readonly lasting: Writing;
}

/** Longer than what the garbage collector takes to see that the owner is gone. */
const LEFT_MS = 60_000;
const POLL_MS = 200;

/**
 * Goes back from wherever it is. Where anything is left on the directories, or cannot be asked, nothing is started.
 *
 * @returns what went wrong: then nobody serves it
 */
export async function goBack(returning: Returning, recorded: Cutover): Promise<readonly Diagnostic[]> {
  const { service, id, write, now, lasting } = returning;
  const since = recorded.state === "verified" || recorded.mode === "overlap" ? now() : recorded.since;
  const back: Cutover = { ...recorded, state: "back", since };
  await write(service, back);
  const names = recorded.containers.map(({ name }) => name);
  const { why } = recorded;
  const told = { type: "cutover", id, service, containers: names } as const;
  lasting.push({ ...told, state: "back", at: now(), ...(why === undefined ? {} : { why }) });
  const problems = recorded.mode === "overlap"
    ? await openBeforeEnd(returning, recorded)
    : await openAfterEnd(returning, recorded);
  if (problems.length > 0) return problems;
  await write(service, undefined);
  const at = now();
  const outageMs = recorded.mode === "overlap" ? 0 : Date.parse(at) - Date.parse(since);
  // Where an earlier run was killed on the way, nobody knows how long that was.
  const isKnown = recorded.mode === undefined || isServed(recorded);
  lasting.push({ ...told, state: "returned", at, ...(isKnown ? { outageMs } : {}) });
  return [];
}

/** Whether somebody serves it in this state of an overlap: pods that are ready, or containers that were not stopped. */
function isServed({ state }: Cutover): boolean {
  return state === "opening" || state === "verified";
}

/** Where anything is left on the directories, nothing is started. */
async function openAfterEnd(
  returning: Returning,
  { containers }: Cutover,
): Promise<readonly Diagnostic[]> {
  const { planned, id, guard, lasting } = returning;
  const left = await endPods(planned, id, lasting);
  if (left.length > 0) return left;
  // One that has not ended yet, as it was only told to, is the one that goes on.
  const leaving = new Set(containers.map((container) => container.id));
  const found = await guard.ask({ planned, isNew: true, leaving }, () => {}, lasting.signal);
  if (found.length > 0) return found;
  const failed = await openAll(returning, containers, "first");
  if (failed.length > 0) return failed;
  await settleGates(returning);
  return [];
}

/** Neither side writes to a directory: its pods serve it until its containers do. */
async function openBeforeEnd(
  returning: Returning,
  { containers }: Cutover,
): Promise<readonly Diagnostic[]> {
  const failed = await openAll(returning, containers, "last");
  if (failed.length > 0) return failed;
  const left = await endPods(returning.planned, returning.id, returning.lasting);
  if (left.length > 0) return left;
  await settleGates(returning);
  return [];
}

/** @param standIn whether what has their names meanwhile goes before they start, or when they serve */
async function openAll(
  { oldSide, lasting }: Returning,
  containers: Cutover["containers"],
  standIn: "first" | "last",
): Promise<readonly Diagnostic[]> {
  for (const container of containers) {
    // Waiting for the pods takes a while, in which another run may have taken over.
    await lasting.guard();
    const failed = await oldSide.open(container, lasting.signal, standIn);
    if (failed.length > 0) return failed;
  }
  return [];
}

async function settleGates({ gates, service, lasting }: Returning): Promise<void> {
  for (const diagnostic of await gates?.settle(service, lasting.signal) ?? []) {
    lasting.push({ type: "warning", diagnostic });
  }
}

/** Takes the workload away and waits until none of its pods is left: its claims stay, and so does what is in them. */
async function endPods(
  planned: PlannedObject,
  id: string,
  lasting: Writing,
): Promise<readonly Diagnostic[]> {
  const ref = refOf(planned.object);
  const removed = await removeObject(ref, id, { ...lasting, secrets: [], afterPods: true });
  if (removed.length > 0) return removed;
  const left = await untilGone([ref], id, lasting);
  return left.length > 0 ? left : await untilWithoutPods(planned, lasting);
}

async function untilWithoutPods(
  { object }: PlannedObject,
  { client, signal }: Writing,
): Promise<readonly Diagnostic[]> {
  const end = performance.now() + LEFT_MS;
  for (;;) {
    const { items } = await client.list({ apiVersion: "v1", kind: "Pod" }, object.metadata.namespace);
    const left = items.filter((pod) => belongsTo(pod, object));
    if (left.length === 0) return [];
    if (performance.now() > end) {
      return [{
        code: "run-not-gone",
        severity: "error",
        message: `${describeObject(object)} is gone, but its pod "${left[0]?.metadata.name}" is still there`,
        hint: "Find out with kubectl why it does not end; then run again",
      }];
    }
    await pause(POLL_MS, signal);
  }
}
