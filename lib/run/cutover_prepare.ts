/** What would fail after a container has stopped is found before anything does. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";
import { userShift } from "../node/user_map.ts";
import type { Cutover } from "./cutover_record.ts";
import { type Crossing, tell } from "./cutover_steps.ts";
import { stateWords } from "./guard/container_words.ts";
import { noRoomToStart } from "./room_to_start.ts";

/** What would fail after the stop is found before it: who else writes there, what the server refuses. */
export async function prepare(
  { step, id, context, guard, write, now }: Crossing,
  active: readonly ServiceContainer[],
): Promise<readonly Diagnostic[]> {
  const paused = active.filter(({ state }) => state === "paused");
  if (paused.length > 0) return paused.map(isPaused);
  if (!await guard.isHere()) return active.map(farAway);
  const writers = active.filter(({ writes }) => writes.length > 0);
  if (Deno.uid() !== 0 && writers.length > 0) return writers.map(notRoot);
  const passing = active.filter(({ isRemovedAtEnd }) => isRemovedAtEnd);
  if (passing.length > 0) return passing.map(removedAtEnd);
  const shifted = (await Promise.all(active.map(ownerDiffers))).flat();
  if (shifted.length > 0) return shifted;
  const full = (await Promise.all(active.map((container) => noRoomToStart(container)))).flat();
  if (full.length > 0) return full;
  const leaving = new Set(active.map((container) => container.id));
  const others = await guard.ask({ planned: step.workload, isNew: true, leaving });
  if (others.length > 0) return others;
  const cutover: Cutover = { state: "prepared", migration: id, containers: [], since: now() };
  await write(step.service, cutover);
  tell({ step, id, context, now }, cutover.state, active);
  return [];
}

/** What is stopped here cannot be what the node's pod goes on with. */
function farAway({ name }: ServiceContainer): Diagnostic {
  return {
    code: "run-cross-elsewhere",
    severity: "error",
    message:
      `Container "${name}" runs on this machine, and no node of the cluster is this machine: its pod would not ` +
      "have what the container has written",
    hint:
      "Run it on the node that has the stack, or name its cluster: --kubeconfig, --context. To move to another " +
      "machine stop the stack, copy its directories there, and run migrate there without --cross",
  };
}

function notRoot({ name }: ServiceContainer): Diagnostic {
  return {
    code: "run-cross-not-root",
    severity: "error",
    message:
      `You are not root: nobody sees which processes are on the directories that container "${name}" writes to, ` +
      "so that nothing proves that it has ended",
    hint: "Run it as root on the node: sudo -E",
  };
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
