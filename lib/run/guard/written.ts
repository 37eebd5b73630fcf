/** The directories that a workload writes to, from the objects alone. */
import { parse } from "yaml";
import { list, record } from "../../values/json.ts";
import { type KubeObject, podSpec } from "../../kube/object.ts";
import { isSystemPath } from "../../stack/storage/path_words.ts";

/** The directory of the node behind each claim, by `namespace/name`. */
export type ClaimPaths = ReadonlyMap<string, string>;

/** The claims of these PersistentVolumes, planned or live. */
export function claimPaths(objects: readonly KubeObject[]): ClaimPaths {
  return new Map(objects.flatMap((object): [string, string][] => {
    const spec = object.kind === "PersistentVolume" ? record(object["spec"]) : undefined;
    const claim = record(spec?.["claimRef"]);
    const path = record(spec?.["local"])?.["path"] ?? record(spec?.["hostPath"])?.["path"];
    return typeof path === "string" ? [[`${claim?.["namespace"]}/${claim?.["name"]}`, path]] : [];
  }));
}

/** Whether applying the object starts pods: at once, at a time, or by way of a chart. */
export function isWorkload({ kind }: KubeObject): boolean {
  return ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "HelmChart"].includes(kind);
}

/**
 * Directories of the node that a container of the workload mounts to write to: claims, and paths of the node, but for
 * those of the machine itself (`/var/run`, `/dev`), which belong to nobody alone.
 */
export function writtenPaths(object: KubeObject, claims: ClaimPaths): readonly string[] {
  return pathsOfMounts(object, claims, (mount) => mount["readOnly"] !== true);
}

/** Those that it mounts in whatever way: it has a part in them. */
export function mountedPaths(object: KubeObject, claims: ClaimPaths): readonly string[] {
  return pathsOfMounts(object, claims, () => true);
}

function pathsOfMounts(
  object: KubeObject,
  claims: ClaimPaths,
  counts: (mount: Record<string, unknown>) => boolean,
): readonly string[] {
  if (object.kind === "HelmChart") return chartPaths(object, claims);
  const spec = podSpec(object);
  const { namespace = "", name } = object.metadata;
  const own = (claim: unknown): readonly string[] => pathsOf([`${namespace}/${claim}`], claims);
  const templates = list(record(object["spec"])?.["volumeClaimTemplates"]).flatMap((template) => {
    const prefix = `${namespace}/${record(template["metadata"])?.["name"]}-${name}-`;
    const keys = [...claims.keys()].filter((key) =>
      key.startsWith(prefix) && /^\d+$/.test(key.slice(prefix.length))
    );
    return [[record(template["metadata"])?.["name"], pathsOf(keys, claims)] as const];
  });
  const byVolume = new Map([
    ...list(spec?.["volumes"]).map((volume) => [volume["name"], volumePaths(volume, own)] as const),
    ...templates,
  ]);
  const mounts = ["initContainers", "containers", "ephemeralContainers"]
    .flatMap((key) => list(spec?.[key])).flatMap((container) => list(container["volumeMounts"]));
  const paths = mounts.filter(counts).flatMap((mount) => {
    const subPath = typeof mount["subPath"] === "string" ? `/${mount["subPath"]}` : "";
    return (byVolume.get(mount["name"]) ?? []).map((path) => `${path.replace(/\/+$/, "")}${subPath}` || "/");
  });
  return [...new Set(paths)];
}

function volumePaths(
  volume: Record<string, unknown>,
  own: (claim: unknown) => readonly string[],
): readonly string[] {
  const claim = record(volume["persistentVolumeClaim"]);
  if (claim !== undefined) return claim["readOnly"] === true ? [] : own(claim["claimName"]);
  const path = record(volume["hostPath"])?.["path"];
  return typeof path === "string" && !isSystemPath(path) ? [path] : [];
}

function pathsOf(keys: readonly string[], claims: ClaimPaths): readonly string[] {
  return keys.flatMap((key) => claims.get(key) ?? []);
}

/** Charts are told of a claim that is there by one key, whatever else they are told. */
function chartPaths(object: KubeObject, claims: ClaimPaths): readonly string[] {
  const spec = record(object["spec"]);
  const namespace = spec?.["targetNamespace"] ?? object.metadata.namespace;
  const values: unknown = parse(String(spec?.["valuesContent"] ?? ""));
  const claim = record(record(values)?.["persistence"])?.["existingClaim"];
  return typeof claim === "string" ? pathsOf([`${namespace}/${claim}`], claims) : [];
}
