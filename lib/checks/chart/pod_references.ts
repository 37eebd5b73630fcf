/** Which ConfigMaps and Secrets a pod reads, and which of them nobody makes. */
import { list, record } from "../../values/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { containersIn, type RenderedPod } from "./rendered_objects.ts";

/** One name in a pod, with the key that is read of it where one is named. */
export interface PodReference {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly key?: string;
  /** Where in the pod: `env RABBITMQ_PASSWORD of container "rabbitmq"`. */
  readonly place: string;
}

/** Everything a pod cannot start without; what is optional is left out. */
export function podReferences({ spec }: RenderedPod): PodReference[] {
  return [
    ...containersIn(spec).flatMap(ofContainer),
    ...list(spec["volumes"]).flatMap(ofVolume),
    ...list(spec["imagePullSecrets"]).flatMap((entry) =>
      reference("Secret", entry["name"], entry, "imagePullSecrets")
    ),
  ];
}

function ofContainer(container: Readonly<Record<string, unknown>>): PodReference[] {
  const owner = `of container "${String(container["name"])}"`;
  const variables = list(container["env"]).flatMap((variable) => {
    const from = record(variable["valueFrom"]) ?? {};
    const place = `env ${String(variable["name"])} ${owner}`;
    return [
      ...keyed("Secret", record(from["secretKeyRef"]), place),
      ...keyed("ConfigMap", record(from["configMapKeyRef"]), place),
    ];
  });
  const whole = list(container["envFrom"]).flatMap((source) => [
    ...named("Secret", record(source["secretRef"]), `envFrom ${owner}`),
    ...named("ConfigMap", record(source["configMapRef"]), `envFrom ${owner}`),
  ]);
  return [...variables, ...whole];
}

function ofVolume(volume: Readonly<Record<string, unknown>>): PodReference[] {
  const place = `volume "${String(volume["name"])}"`;
  const secret = record(volume["secret"]);
  const projected = list(record(volume["projected"])?.["sources"]);
  return [
    ...(secret === undefined ? [] : filed("Secret", { name: secret["secretName"], ...secret }, place)),
    ...filed("ConfigMap", record(volume["configMap"]), place),
    ...projected.flatMap((source) => [
      ...filed("Secret", record(source["secret"]), place),
      ...filed("ConfigMap", record(source["configMap"]), place),
    ]),
  ];
}

type Kind = PodReference["kind"];
type Source = Readonly<Record<string, unknown>> | undefined;

function keyed(kind: Kind, source: Source, place: string): PodReference[] {
  return source === undefined ? [] : reference(kind, source["name"], source, place, source["key"]);
}

function named(kind: Kind, source: Source, place: string): PodReference[] {
  return source === undefined ? [] : reference(kind, source["name"], source, place);
}

/** As files: each item's key, or the whole. */
function filed(kind: Kind, source: Source, place: string): PodReference[] {
  const items = list(source?.["items"]);
  if (source === undefined || items.length === 0) return named(kind, source, place);
  return items.flatMap((item) => reference(kind, source["name"], source, place, item["key"]));
}

function reference(kind: Kind, name: unknown, source: Source, place: string, key?: unknown): PodReference[] {
  if (typeof name !== "string" || name === "" || source?.["optional"] === true) return [];
  return [{ kind, name, place, ...(typeof key === "string" ? { key } : {}) }];
}

/** The keys that a ConfigMap or Secret has. */
export function keysOf(object: KubeObject): string[] {
  return ["data", "stringData", "binaryData"].flatMap((part) => Object.keys(record(object[part]) ?? {}));
}
