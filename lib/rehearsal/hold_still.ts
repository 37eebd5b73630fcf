/** Holds the live containers of a directory still while it is copied, where that was asked for. */
import { join } from "node:path";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { plural } from "../diagnostics/plural.ts";
import type { Container } from "../docker/containers.ts";
import type { Engine } from "../docker/engine.ts";
import { field } from "../values/json.ts";

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
  // An engine names what it was given, which may be a link.
  const place = await real(path);
  const writers: Container[] = [];
  for (const container of containers.filter(({ state }) => state === "running")) {
    const sources = await Promise.all(container.writes.flatMap((mount) => mount.sources.map(real)));
    if (sources.some((source) => isIn(source, place) || isIn(place, source))) writers.push(container);
  }
  try {
    await Deno.writeTextFile(join(folder, HELD), writers.map(({ id }) => `${id}\n`).join(""));
    for (const { id } of writers) await engine.change("POST", `/containers/${id}/pause`);
    return await work();
  } finally {
    await letGo(folder, [engine]);
  }
}

async function real(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}

/** A container that a rehearsal holds. */
export interface Held {
  readonly engine: Engine;
  readonly id: string;
  readonly name: string;
}

/** Those that are paused now; whoever goes on already, or is gone, is none. @throws EngineError */
export async function findHeld(folder: string, engines: readonly Engine[]): Promise<readonly Held[]> {
  const found = await Promise.all(
    (await idsIn(folder)).flatMap((id) =>
      engines.map(async (engine): Promise<readonly Held[]> => {
        const answer = await engine.json(`/containers/${id}/json`);
        if (field(field(answer, "State"), "Paused") !== true) return [];
        return [{ engine, id, name: String(field(answer, "Name") ?? id).replace(/^\//, "") }];
      })
    ),
  );
  return found.flat();
}

/**
 * May be repeated. It is remembered who is held until all of them go on.
 *
 * @returns the names of those that go on. @throws EngineError for one that stays paused, after the others were let go.
 *   Failure (1) where no engine is there that could be asked
 */
export async function letGo(folder: string, engines: readonly Engine[]): Promise<readonly string[]> {
  const ids = await idsIn(folder);
  if (ids.length > 0 && engines.length === 0) throw new Failure(1, [unknownHeld(ids)]);
  const held = await findHeld(folder, engines);
  const refusals: unknown[] = [];
  for (const { engine, id } of held) {
    await engine.change("POST", `/containers/${id}/unpause`).catch((error) => refusals.push(error));
  }
  // An engine refuses one that goes on already as it refuses anything else (500).
  if (refusals.length > 0 && (await findHeld(folder, engines)).length > 0) throw refusals[0];
  await Deno.remove(join(folder, HELD)).catch(unlessNotFound);
  return held.map(({ name }) => name);
}

async function idsIn(folder: string): Promise<readonly string[]> {
  const text = await Deno.readTextFile(join(folder, HELD)).catch(unlessNotFound) ?? "";
  return text.split("\n").filter((line) => /^[0-9a-f]+$/.test(line));
}

function unlessNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function unknownHeld(ids: readonly string[]): Diagnostic {
  return {
    code: "run-rehearsal-remains",
    severity: "error",
    message: `No Docker Engine answers that could let ${plural(ids.length, "paused container")} go on`,
    hint: `Start it, and run rehearse --clean again; by hand: docker unpause ${
      ids.map((id) => id.slice(0, 12)).join(" ")
    }`,
  };
}
