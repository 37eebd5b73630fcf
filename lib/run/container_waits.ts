/** Waits for what a container's program does: it ends, or it serves. */
import { pause } from "../cluster/transport.ts";
import type { Diagnostic, Severity } from "../diagnostics/diagnostic.ts";
import {
  askToEnd,
  type ContainerRef,
  type ContainerState,
  startContainer,
  stateOf,
} from "../docker/change_containers.ts";
import type { Engine } from "../docker/engine.ts";
import { containerGone, mayStillEnd, notServing } from "./old_side_words.ts";

const POLL_MS = 100;
/** As long as a container has run without ending, it is taken for started. */
const STEADY_MS = 2_000;

/**
 * Until its program has ended.
 *
 * @param whileActive done at each look that finds it running
 * @returns whether it has, in time. @throws EngineError, and the signal's reason
 */
export async function untilEnded(
  engine: Engine,
  container: ContainerRef,
  patienceMs: number,
  signal: AbortSignal,
  whileActive: (state: ContainerState) => Promise<void> = () => Promise.resolve(),
): Promise<boolean> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const state = await stateOf(engine, container);
    if (state === undefined || !state.isActive) return true;
    await whileActive(state);
    if (performance.now() > end) return false;
    await pause(POLL_MS, signal);
  }
}

/** Tells it to end, once for each time that its program began: a second signal makes some end without order. */
export async function toldToEnd(
  engine: Engine,
  container: ContainerRef & { readonly stopSignal: string; readonly stopSeconds: number },
  signal: AbortSignal,
): Promise<boolean> {
  let told: string | undefined;
  return await untilEnded(engine, container, container.stopSeconds * 1_000, signal, async ({ startedAt }) => {
    if (told !== startedAt) await askToEnd(engine, container, container.stopSignal);
    told = startedAt;
  });
}

/** How a container was found that is to serve again. */
export interface Found {
  /** What its end or its first health check may take. */
  readonly patienceMs: number;
  /** Since when its program runs, where it has not ended yet. */
  readonly begun: string | undefined;
  /** It ends some time, as it was told to. */
  readonly isTold: boolean;
  /** What it is that it runs and is not healthy in time. */
  readonly unhealthy: Severity;
}

/**
 * Until it is healthy, or runs steadily where it has no health check. One that was told to end is started when it has.
 *
 * @returns what is to be said of it. @throws EngineError, and the signal's reason
 */
export async function untilServing(
  engine: Engine,
  container: ContainerRef,
  { patienceMs, begun, isTold, unhealthy }: Found,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  let start = performance.now();
  for (;;) {
    const state = await stateOf(engine, container);
    const elapsedMs = performance.now() - start;
    if (state === undefined) return [containerGone(container)];
    const isFirst = begun !== undefined && state.startedAt === begun;
    if (isFirst && !state.isActive) {
      await startContainer(engine, container);
      start = performance.now();
    } else if (isFirst && isTold) {
      if (elapsedMs > patienceMs) return [mayStillEnd(container)];
    } else if (isServing(state, elapsedMs)) {
      return [];
    } else if (elapsedMs > (state.isActive ? patienceMs : STEADY_MS)) {
      return [notServing(container, state, state.isActive ? unhealthy : "error")];
    }
    await pause(POLL_MS, signal);
  }
}

function isServing({ isActive, health }: ContainerState, elapsedMs: number): boolean {
  return isActive && elapsedMs > STEADY_MS && (health === undefined || health === "healthy");
}
