/** Runs a command in a container (Engine API, "ContainerExec"). */
import { pause } from "../cluster/transport.ts";
import { field } from "../values/json.ts";
import { type Engine, EngineError } from "./engine.ts";

const POLL_MS = 50;
/** What the engine answers where the container does not run. */
const IDLE = 409;

/** Whether it ends with 0; not where the container does not run. @throws EngineError */
export async function succeedsInside(
  engine: Engine,
  container: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const path = `/containers/${encodeURIComponent(container)}/exec`;
    const id = String(field(await engine.change("POST", path, { Cmd: command }), "Id"));
    await engine.change("POST", `/exec/${id}/start`, { Detach: true });
    for (;;) {
      const state = await engine.json(`/exec/${id}/json`);
      if (field(state, "Running") !== true) return field(state, "ExitCode") === 0;
      await pause(POLL_MS, signal);
    }
  } catch (error) {
    if (error instanceof EngineError && error.status === IDLE) return false;
    throw error;
  }
}
