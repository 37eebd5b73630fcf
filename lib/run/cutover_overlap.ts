/**
 * One service from the engine to the cluster, of which both sides may run for a moment: started here, its names carried
 * over, and only then stopped there. So somebody serves it all the time.
 */
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";
import type { Cutover } from "./cutover_record.ts";
import { isActive } from "./guard/container_words.ts";
import { type Crossing, first, merged, open, standIn, tell, turnBack, warn } from "./cutover_steps.ts";

/**
 * All of it, from whatever state an earlier run left: each step finds what is done already.
 *
 * @param recorded what an earlier run had begun
 */
export async function overlap(
  crossing: Crossing,
  found: readonly ServiceContainer[],
  recorded: Cutover | undefined,
): Promise<readonly Diagnostic[]> {
  const { step, id, context, inventory, write, now, oldSide } = crossing;
  const containers = merged(recorded?.containers ?? [], found);
  const opening: Cutover = recorded !== undefined && recorded.state !== "prepared"
    ? { ...recorded, containers }
    : { state: "opening", mode: "overlap", migration: id, containers, since: now() };
  await write(step.service, opening);
  if (opening.state === "opening") tell(crossing, "opening", containers);
  const problems = await open(step, id, context, inventory);
  if (problems.length > 0) return await turnBack(crossing, opening, first(problems), problems);
  await standIn(crossing, opening);
  // Pods find the new pod by its Service already; what leads them to the old container goes before that does.
  warn(crossing, await crossing.gates?.close(step.services));
  if (found.some(isActive)) await oldSide.settled(context.signal);
  const closing: Cutover = { ...opening, state: "closing" };
  await write(step.service, closing);
  tell(crossing, "closing", containers);
  for (const container of found) {
    const left = await oldSide.close(container, context.signal);
    if (left.length > 0) return await turnBack(crossing, closing, first(left), left);
  }
  const closed: Cutover = { ...closing, state: "closed" };
  await write(step.service, closed);
  const barred = await oldSide.bar(containers);
  if (hasErrors(barred)) return await turnBack(crossing, closed, first(barred), barred);
  warn(crossing, barred);
  await write(step.service, { ...closed, state: "verified", since: now(), outageMs: 0 });
  tell(crossing, "verified", containers, { outageMs: 0 });
  return [];
}
