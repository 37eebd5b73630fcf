/**
 * One service from the engine to the cluster. Exclusively, it is stopped there, proved, started here; where both sides
 * may run at once, it starts here first. The record has what is being done before it is done, so that whatever kills the
 * run, the next one ends sound. Where the pod does not come up, or somebody interrupts, it goes back by itself.
 */
import { type Diagnostic, Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";
import type { Cutover as Step } from "../migration/step.ts";
import { overlap } from "./cutover_overlap.ts";
import { prepare } from "./cutover_prepare.ts";
import type { Cutover } from "./cutover_record.ts";
import {
  type Crossing,
  type CutoverContext,
  first,
  merged,
  open,
  openGates,
  standIn,
  tell,
  turnBack,
  warn,
  wentBack,
} from "./cutover_steps.ts";
import { isActive } from "./guard/container_words.ts";
import { silentEngines } from "./guard/silent.ts";
import { judgeOverlap } from "./overlap.ts";
import type { Running } from "./start.ts";
import type { InventoryEntry } from "./state.ts";

type Context = Running & { readonly crossing?: CutoverContext | undefined };

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
  if (recorded?.state === "opening" && recorded.mode === undefined) {
    return await secured(crossing, () => openHere(crossing, recorded));
  }
  if (recorded?.state === "verified") return await startHere();
  const { containers, silent } = await given.oldSide.find(step.services);
  if (silent.length > 0 && !given.withoutEngine) return silentEngines(silent, "error");
  const active = containers.filter(isActive);
  const [running] = active;
  if (given.withoutEngine && running !== undefined) return [decidedAway(step, running)];
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
  const cross = overlaps(crossing, active, recorded) ? overlap : close;
  return await secured(crossing, () => cross(crossing, containers, recorded));
}

/** What has begun goes on as it began. */
function overlaps(
  crossing: Crossing,
  active: readonly ServiceContainer[],
  recorded: Cutover | undefined,
): boolean {
  if (recorded !== undefined && recorded.state !== "prepared") return recorded.mode === "overlap";
  const { mode, refused } = judgeOverlap(crossing.step, active, crossing.decided(crossing.step.service));
  warn(crossing, refused);
  return mode === "overlap";
}

/** Stops what runs, keeps all of it stopped, and proves that nobody is left. */
async function close(
  crossing: Crossing,
  found: readonly ServiceContainer[],
  recorded: Cutover | undefined,
): Promise<readonly Diagnostic[]> {
  const { step, id, context, oldSide, guard, write, now } = crossing;
  const containers = merged(recorded?.containers ?? [], found);
  const since = recorded?.state === "closing" || recorded?.state === "closed" ? recorded.since : now();
  const closing: Cutover = { state: "closing", migration: id, containers, since };
  await write(step.service, closing);
  tell(crossing, "closing", containers);
  for (const container of found) {
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
  const others = await guard.ask({ planned: step.workload, isNew: true });
  if (others.length > 0) return await turnBack(crossing, closed, first(others), others);
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

/** By the decision its directories are nobody's, and nothing of the plan shows that it would be stopped. */
function decidedAway({ service, workload: { source } }: Step, { name, host }: ServiceContainer): Diagnostic {
  return {
    code: "run-engine-decided-away",
    severity: "error",
    message:
      `Container "${name}" of service "${service}" runs in the engine at ${host}, and by the decision ` +
      "`engine: none` no engine has anything of the stack",
    ...(source === undefined ? {} : { span: source }),
    hint: "Take the decision away to move the service; or stop the container yourself",
  };
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
    const problems = await turnBack(crossing, recorded, "it was interrupted")
      .catch((failure) => notBack(crossing, failure));
    if (hasErrors(problems.slice(1))) return problems;
    throw error;
  }
}

/** What keeps it from going back is said although somebody interrupted: else nobody would know that nobody serves it. */
function notBack({ step, lasting }: Crossing, error: unknown): readonly Diagnostic[] {
  if (lasting.signal.aborted || !(error instanceof Error)) throw error;
  const left = error instanceof Failure ? error.diagnostics : [brokenOff(error)];
  return [wentBack(step, undefined, left), ...left];
}

function brokenOff({ message }: Error): Diagnostic {
  return {
    code: "run-back-broken-off",
    severity: "error",
    message: `Going back was broken off: ${message}`,
    hint: "Run the same command again, until it says who serves it",
  };
}
