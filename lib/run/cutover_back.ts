/**
 * One service from the cluster back to its containers. Exclusively, its pod ends, it is proved, they are started; where
 * both sides may run at once, they are started first.
 */
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import { pause } from "../cluster/transport.ts";
import { describeObject, type PlannedObject } from "../kube/object.ts";
import { refOf } from "../migration/step.ts";
import type { Cutover } from "./cutover_record.ts";
import { untilGone } from "./gone.ts";
import type { Gates } from "./living/gates.ts";
import { belongsTo } from "./guard/pods_in_use.ts";
import type { StartGuard } from "./guard/start_guard.ts";
import type { Writing } from "./locked.ts";
import type { OldSide, Opening } from "./old_side.ts";
import { removeObject } from "./remove.ts";

/** What going back needs to know. */
export interface Returning {
  readonly service: string;
  /** Those in its pod, with itself first. */
  readonly services: readonly string[];
  readonly planned: PlannedObject;
  /** The migration that events name. */
  readonly id: string;
  readonly oldSide: Pick<OldSide, "open" | "standing">;
  readonly guard: Pick<StartGuard, "ask" | "isWhereItWas">;
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
 * What keeps a service that the cluster serves from going back: an engine that does not answer, containers that are gone,
 * data that lies elsewhere by now. It is found before anything ends.
 */
export async function mayGoBack(
  { oldSide, services, guard, planned }: Pick<Returning, "oldSide" | "services" | "guard" | "planned">,
  { containers: recorded, mode }: Cutover,
): Promise<readonly Diagnostic[]> {
  const { containers, problems } = await oldSide.standing(recorded, services);
  if (problems.length > 0 || mode === "overlap") return problems;
  const names = containers.map(({ name }) => name);
  return await guard.isWhereItWas(planned, names) ? [] : [elsewhere(planned, names)];
}

/**
 * Goes back from wherever it is. Where anything is left on the directories, or cannot be asked, nothing is started.
 *
 * @returns what went wrong: then nobody serves it
 */
export async function goBack(returning: Returning, given: Cutover): Promise<readonly Diagnostic[]> {
  const { service, services, id, write, now, lasting, oldSide } = returning;
  const { containers, isRunning, remarks } = await oldSide.standing(given.containers, services);
  for (const diagnostic of remarks) lasting.push({ type: "warning", diagnostic });
  const recorded: Cutover = { ...given, containers };
  const since = recorded.state === "verified" || recorded.mode === "overlap" ? now() : recorded.since;
  const back: Cutover = { ...recorded, state: "back", since };
  await write(service, back);
  const names = containers.map(({ name }) => name);
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
  // Where an earlier run was killed on the way, or a program went on, nobody knows how long that was.
  const isKnown = recorded.mode === undefined ? !isRunning : isServed(recorded);
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
  { containers, state, since }: Cutover,
): Promise<readonly Diagnostic[]> {
  const { planned, id, guard, lasting } = returning;
  const left = await endPods(planned, id, lasting);
  if (left.length > 0) return left;
  // One that has not ended yet, as it was only told to, is the one that goes on.
  const leaving = new Set(containers.map((container) => container.id));
  const found = await guard.ask({ planned, isNew: true, leaving }, () => {}, lasting.signal);
  if (found.length > 0) return found;
  // Each of them has ended before the cluster serves it.
  const toldSince = state === "verified" ? undefined : since;
  const failed = await openAll(returning, containers, { standIn: "first", toldSince });
  if (failed.length > 0) return failed;
  await settleGates(returning);
  return [];
}

/** Neither side writes to a directory: its pods serve it until its containers do. */
async function openBeforeEnd(
  returning: Returning,
  { containers, state, since }: Cutover,
): Promise<readonly Diagnostic[]> {
  const toldSince = state === "closing" || state === "closed" ? since : undefined;
  const failed = await openAll(returning, containers, { standIn: "last", toldSince });
  if (failed.length > 0) return failed;
  const left = await endPods(returning.planned, returning.id, returning.lasting);
  if (left.length > 0) return left;
  await settleGates(returning);
  return [];
}

async function openAll(
  { oldSide, lasting }: Returning,
  containers: Cutover["containers"],
  opening: Opening,
): Promise<readonly Diagnostic[]> {
  for (const container of containers) {
    // Waiting for the pods takes a while, in which another run may have taken over.
    await lasting.guard();
    const said = await oldSide.open(container, lasting.signal, opening);
    if (hasErrors(said)) return said;
    for (const diagnostic of said) lasting.push({ type: "warning", diagnostic });
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

function elsewhere({ object, source }: PlannedObject, names: readonly string[]): Diagnostic {
  return {
    code: "run-back-elsewhere",
    severity: "error",
    message:
      `${describeObject(object)} writes to directories that its containers (${
        names.join(", ")
      }) do not have: ` +
      "they would go on with older data",
    ...(source === undefined ? {} : { span: source }),
    hint:
      "Nothing was stopped. Make the containers anew for the place where the data lies now: name it in the compose " +
      "file, docker compose up --no-start --no-deps with the service, and run the same command again",
  };
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
