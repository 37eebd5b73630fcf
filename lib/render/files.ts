/** Which file each object of a plan gets: a folder for each migration, one for each of its phases, a file for each object. */
import type { KubeObject, PlannedObject } from "../kube/object.ts";
import { waveOf } from "../run/waves.ts";
import { sha256 } from "../values/sha256.ts";
import type { Phase } from "./phases.ts";

/** A file to be written, by its path below the folder that was asked for. */
export interface RenderedFile {
  readonly path: string;
  readonly text: string;
  /** Set where a person is to fill it in: once it is there it is theirs. */
  readonly isTemplate?: true;
  /** Set where a secret stands in it. */
  readonly isPrivate?: true;
}

/** An object with its file, relative to the folder of its phase. */
export interface ObjectFile {
  readonly name: string;
  readonly planned: PlannedObject;
}

/** A phase with its folder, such as `050_databases/1`, and its files. */
export interface PhaseFiles {
  readonly phase: Phase;
  readonly folder: string;
  readonly files: readonly ObjectFile[];
}

/** All phases that have objects; the phases of a migration have folders only where there are several. */
export function arrange(phases: readonly Phase[], namespace: string): readonly PhaseFiles[] {
  const counts = new Map<string, number>();
  for (const { migration, number } of phases) counts.set(migration, number);
  return phases.map((phase) => {
    const most = counts.get(phase.migration) ?? 1;
    const number = String(phase.number).padStart(String(most).length, "0");
    return {
      phase,
      folder: most === 1 ? phase.migration : `${phase.migration}/${number}`,
      files: filesOf(phase.objects, namespace),
    };
  });
}

/**
 * Named by kind and name, behind the number of the wave in which a run would apply it: in the order of their names
 * everything comes after what it refers to.
 */
function filesOf(objects: readonly PlannedObject[], namespace: string): readonly ObjectFile[] {
  const taken = new Set<string>();
  const files = objects.map((planned) => {
    const base = `${waveOf(planned.object.kind) + 1}-${baseName(planned.object, namespace)}`;
    let name = `${base}.yaml`;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}.yaml`;
    taken.add(name);
    return { name, planned };
  });
  return files.sort((left, right) => left.name < right.name ? -1 : 1);
}

const LONGEST = 120;

/** Kind and name as a part of a file name; the namespace only where it is not the stack's own. */
export function baseName({ kind, metadata }: KubeObject, namespace: string): string {
  const place = metadata.namespace === undefined || metadata.namespace === namespace
    ? ""
    : `${metadata.namespace}-`;
  const name = `${kind}-${place}${metadata.name}`.toLowerCase().replace(/[^a-z0-9.-]/g, "_");
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, LONGEST)}-${sha256(name).slice(0, 8)}`;
}
