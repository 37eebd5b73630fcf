/** Holds the live containers of a directory still while it is copied, where that was asked for. */
import { join } from "node:path";
import type { Container } from "../docker/containers.ts";
import { type Engine, EngineError } from "../docker/engine.ts";

/** Which are held, so that whoever comes after a killed run lets them go on. */
const HELD = "held";

/** Pauses whoever writes there, for as long as the work takes. @throws EngineError */
export async function holdStill<T>(
  path: string,
  containers: readonly Container[],
  { engine, folder }: { readonly engine: Engine; readonly folder: string },
  work: () => Promise<T>,
): Promise<T> {
  const isIn = (one: string, other: string): boolean => one === other || one.startsWith(`${other}/`);
  const writers = containers.filter(({ state, writes }) =>
    state === "running" &&
    writes.some(({ sources }) => sources.some((source) => isIn(source, path) || isIn(path, source)))
  );
  try {
    await Deno.writeTextFile(join(folder, HELD), writers.map(({ id }) => `${id}\n`).join(""));
    for (const { id } of writers) await engine.change("POST", `/containers/${id}/pause`);
    return await work();
  } finally {
    await letGo(folder, [engine]);
  }
}

/** May be repeated; whoever goes on already is left alone. @throws EngineError */
export async function letGo(folder: string, engines: readonly Engine[]): Promise<void> {
  const held = await Deno.readTextFile(join(folder, HELD)).catch(() => "");
  for (const id of held.split("\n").filter((line) => /^[0-9a-f]+$/.test(line))) {
    for (const engine of engines) {
      await engine.change("POST", `/containers/${id}/unpause`).catch((error) => {
        // It is not paused, or another engine's.
        if (!(error instanceof EngineError && error.status !== undefined)) throw error;
      });
    }
  }
  if (held !== "") await Deno.remove(join(folder, HELD));
}
