/** Volumes that have no copy, which is said: a database that begins empty measures nothing. No I/O. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { CopiedPlaces } from "./copied_places.ts";

/** A warning for each volume that the engine does not have, other than in memory. @param title of the engine */
export function emptyVolumes({ copies, volumes }: CopiedPlaces, title: string): readonly Diagnostic[] {
  const copied = new Set(copies.map(({ volume }) => volume));
  return [...volumes].flatMap(([key, place]) =>
    place === undefined || copied.has(key) ? [] : [emptyVolume(key, `${title} does not have it`)]
  );
}

/** @param why a main clause */
export function emptyVolume(key: string, why: string): Diagnostic {
  return {
    code: "run-rehearsal-empty",
    severity: "warning",
    message: `Volume "${key}" is empty in the copy: ${why}`,
    hint: "If the stack has it, rehearse on its machine as root; set DOCKER_HOST to the right engine",
  };
}
