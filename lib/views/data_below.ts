/** Data of a stack that lies below an engine's own root, where it goes when the engine does. Pure. */
import type { Conversion } from "../kube/conversion.ts";
import { type KubeObject, podLabels, podSpec } from "../kube/object.ts";
import { claimPaths } from "../run/guard/written.ts";
import { anonymousKey } from "../stack/anonymous_volumes.ts";
import type { StackFacts } from "../stack/facts.ts";
import { list, record } from "../values/json.ts";

/** A volume whose directory lies there. */
export interface DataBelow {
  readonly path: string;
  /** Of the engine. */
  readonly root: string;
  /** How it is called under `storage` in `decisions.yaml`. */
  readonly key: string;
  /** Of the PersistentVolume and its claim. */
  readonly volume: string;
  readonly claim: string;
  readonly services: readonly string[];
  /** Their workloads. */
  readonly workloads: readonly Mounting[];
}

/** A workload that mounts it. */
export interface Mounting {
  /** In small letters, as kubectl has it. */
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
  /** By which its pods are found. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * By path.
 *
 * @param objects of the plan, its volumes as the cluster has them where it has them
 * @param roots of engines
 */
export function dataBelow(
  { facts, conversion }: { readonly facts: StackFacts; readonly conversion: Conversion },
  objects: readonly KubeObject[],
  roots: readonly string[],
): readonly DataBelow[] {
  const byPath = new Map([...claimPaths(objects)].map(([claim, path]) => [path, claim.split("/")[1] ?? ""]));
  const services = [...conversion.services.values()];
  return objects.flatMap((object): readonly DataBelow[] => {
    const spec = object.kind === "PersistentVolume" ? record(object["spec"]) : undefined;
    const path = record(spec?.["local"])?.["path"] ?? record(spec?.["hostPath"])?.["path"];
    if (typeof path !== "string") return [];
    const root = roots.find((one) => one !== "" && path.startsWith(`${one.replace(/\/+$/, "")}/`));
    const claim = byPath.get(path);
    if (root === undefined || claim === undefined) return [];
    const mounting = services.flatMap(({ name, workload }) =>
      workload.flatMap(({ object }) => mountsOf(object, claim).map((target) => ({ name, object, target })))
    );
    const [first] = mounting;
    if (first === undefined) return [];
    const named = [...facts.volumes].find(([, role]) => role.kind === "directory" && role.path === path)?.[0];
    return [{
      path,
      root,
      key: named ?? anonymousKey(first.name, first.target),
      volume: object.metadata.name,
      claim,
      services: [...new Set(mounting.map(({ name }) => name))],
      workloads: [...new Set(mounting.map(({ object }) => object))].map(mountingOf),
    }];
  }).sort((left, right) => left.path < right.path ? -1 : 1);
}

/** Where its containers have the claim. */
function mountsOf(object: KubeObject, claim: string): readonly string[] {
  const pod = podSpec(object);
  const names = new Set(
    list(pod?.["volumes"]).filter((one) => record(one["persistentVolumeClaim"])?.["claimName"] === claim)
      .map(({ name }) => name),
  );
  return list(pod?.["containers"]).flatMap((container) =>
    list(container["volumeMounts"]).filter(({ name }) => names.has(name)).map(({ mountPath }) =>
      String(mountPath)
    )
  );
}

/** Of a Job or CronJob, which name no selector, with the labels of the pods that it makes. */
function mountingOf(object: KubeObject): Mounting {
  const { kind, metadata } = object;
  const spec = record(object["spec"]);
  const labels = record(record(spec?.["selector"])?.["matchLabels"]) ?? podLabels(object);
  return {
    kind: kind.toLowerCase(),
    name: metadata.name,
    replicas: Number(spec?.["replicas"] ?? 1),
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)])),
  };
}
