/** The last look before anything of a copy starts: whether its containers or pods would reach what is live. */
import { join } from "node:path";
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { realPathOf } from "../files/inside.ts";
import { describeObject, type KubeObject, podSpec } from "../kube/object.ts";
import { field, type Json, list, record } from "../values/json.ts";

/** What a copy may touch. */
export interface CopyBounds {
  readonly namespace: string;
  /** The copy's own folder. */
  readonly folder: string;
}

/** The copy, as its own files have it. */
export interface LaidOutCopy {
  readonly project: Project;
  /** All that is planned for the cluster. */
  readonly objects: readonly KubeObject[];
}

/**
 * An error for each planned object that is another namespace's, and for each directory that is none of the copies and
 * that some container or pod may write to. Links are followed, as engine and kubelet follow them.
 */
export async function reachesLive(
  { project, objects }: LaidOutCopy,
  { namespace, folder }: CopyBounds,
): Promise<readonly Diagnostic[]> {
  const claims = claimsToWrite(objects);
  const elsewhere = objects.flatMap((object) => {
    const { namespace: other = namespace } = object.metadata;
    return other === namespace ? [] : [reaches(describeObject(object), `is in namespace "${other}"`)];
  });
  const written = [
    ...Object.values(project.services).flatMap(({ name, volumes = [] }) =>
      volumes.flatMap(({ type, source, read_only: isReadOnly }) =>
        type === "bind" && source !== undefined && isReadOnly !== true
          ? [{ who: `Service "${name}"`, path: source }]
          : []
      )
    ),
    ...Object.entries(project.volumes).flatMap(([key, { driver_opts: { device = "" } = {} }]) =>
      device.startsWith("/") ? [{ who: `Volume "${key}"`, path: device }] : []
    ),
    ...objects.flatMap((object) =>
      writtenPaths(object, claims).map((path) => ({ who: describeObject(object), path }))
    ),
  ];
  const outside = await Promise.all(written.map(async ({ who, path }) => {
    const [real, root] = await Promise.all([path, folder].map(realPathOf));
    if (real?.startsWith(join(`${root}`, "/")) === true) return [];
    return [reaches(who, `writes to "${path}"${real === path ? "" : `, which leads to "${real}"`}`)];
  }));
  return [...elsewhere, ...outside.flat()];
}

/** Names of the claims that some pod may write to. */
function claimsToWrite(objects: readonly KubeObject[]): ReadonlySet<string> {
  return new Set(
    objects.flatMap((object) => writtenVolumes(object)).flatMap((volume) => {
      const name = field(volume["persistentVolumeClaim"], "claimName");
      return typeof name === "string" ? [name] : [];
    }),
  );
}

function reaches(who: string, what: string): Diagnostic {
  return {
    code: "run-rehearsal-reaches",
    severity: "error",
    message: `${who} of the copy ${what}, which is not the rehearsal's own`,
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
  const pod = podSpec(object);
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
