/** The last look before anything of a copy starts: whether its pods would reach what is live. No I/O. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { describeObject, type KubeObject } from "../kube/object.ts";
import { field, list, record } from "../values/json.ts";

/** What a copy may touch. */
export interface CopyBounds {
  readonly namespace: string;
  /** The copy's own folder. */
  readonly folder: string;
}

/**
 * An error for each planned object that is another namespace's, and for each directory of the node that is none of the
 * copies and may be written to.
 */
export function reachesLive(
  objects: readonly KubeObject[],
  { namespace, folder }: CopyBounds,
): readonly Diagnostic[] {
  return objects.flatMap((object) => {
    const elsewhere = object.metadata.namespace !== undefined && object.metadata.namespace !== namespace;
    if (elsewhere) return [reaches(object, `is in namespace "${object.metadata.namespace}"`)];
    return writtenPaths(object).filter((path) => !path.startsWith(`${folder}/`)).map((path) =>
      reaches(object, `writes to "${path}"`)
    );
  });
}

function reaches(object: KubeObject, what: string): Diagnostic {
  return {
    code: "run-rehearsal-reaches",
    severity: "error",
    message: `${describeObject(object)} of the copy ${what}, which is not the rehearsal's own`,
    hint: "Nothing of the copy was started. Leave the service out with a decision (skip), or report this",
  };
}

/** Directories of the node: of a volume, and of a pod's own mounts that are not read-only. */
function writtenPaths(object: KubeObject): readonly string[] {
  const spec = record(object["spec"]);
  if (object.kind === "PersistentVolume") {
    const modes = (spec?.["accessModes"] ?? []) as readonly unknown[];
    const isReadOnly = modes.length > 0 && modes.every((mode) => mode === "ReadOnlyMany");
    return isReadOnly ? [] : ["hostPath", "local"].flatMap((kind) => pathOf(field(spec, kind)));
  }
  const job = record(field(field(spec, "jobTemplate"), "spec"));
  const pod = record(field(field(job ?? spec, "template"), "spec"));
  const mounts = ["containers", "initContainers"].flatMap((key) => list(pod?.[key]))
    .flatMap((container) => list(container["volumeMounts"]));
  return list(pod?.["volumes"]).flatMap(({ name, hostPath }) => {
    const isWritten = mounts.some((mount) => mount["name"] === name && mount["readOnly"] !== true);
    return isWritten ? pathOf(hostPath) : [];
  });
}

function pathOf(source: unknown): readonly string[] {
  const path = field(source, "path");
  return typeof path === "string" ? [path] : [];
}
