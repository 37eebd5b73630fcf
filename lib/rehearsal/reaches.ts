/** The last look before anything of a copy starts: whether its pods would reach what is live. No I/O. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { describeObject, type KubeObject } from "../kube/object.ts";
import { field, type Json, list, record } from "../values/json.ts";

/** What a copy may touch. */
export interface CopyBounds {
  readonly namespace: string;
  /** The copy's own folder. */
  readonly folder: string;
}

/**
 * An error for each planned object that is another namespace's, and for each directory of the node that is none of the
 * copies and that some pod may write to.
 */
export function reachesLive(
  objects: readonly KubeObject[],
  { namespace, folder }: CopyBounds,
): readonly Diagnostic[] {
  const claims = new Set(
    objects.flatMap((object) => writtenVolumes(object)).flatMap((volume) => {
      const name = field(volume["persistentVolumeClaim"], "claimName");
      return typeof name === "string" ? [name] : [];
    }),
  );
  return objects.flatMap((object) => {
    const elsewhere = object.metadata.namespace !== undefined && object.metadata.namespace !== namespace;
    if (elsewhere) return [reaches(object, `is in namespace "${object.metadata.namespace}"`)];
    return writtenPaths(object, claims).filter((path) => !path.startsWith(`${folder}/`)).map((path) =>
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

/** Directories of the node: of a volume that some pod may write to, and of a pod's own mounts. */
function writtenPaths(object: KubeObject, claims: ReadonlySet<string>): readonly string[] {
  if (object.kind !== "PersistentVolume") {
    return writtenVolumes(object).flatMap(({ hostPath }) => pathOf(hostPath));
  }
  const spec = record(object["spec"]);
  const claim = String(field(field(spec, "claimRef"), "name"));
  return claims.has(claim) ? ["hostPath", "local"].flatMap((kind) => pathOf(field(spec, kind))) : [];
}

/** Those of a workload's pods that one of their programs has not read-only. */
function writtenVolumes(object: KubeObject): readonly Json[] {
  const spec = record(object["spec"]);
  const job = record(field(field(spec, "jobTemplate"), "spec"));
  const pod = record(field(field(job ?? spec, "template"), "spec"));
  const mounts = ["containers", "initContainers"].flatMap((key) => list(pod?.[key]))
    .flatMap((container) => list(container["volumeMounts"]));
  return list(pod?.["volumes"]).filter(({ name }) =>
    mounts.some((mount) => mount["name"] === name && mount["readOnly"] !== true)
  );
}

function pathOf(source: unknown): readonly string[] {
  const path = field(source, "path");
  return typeof path === "string" ? [path] : [];
}
