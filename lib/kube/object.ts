/** A Kubernetes object as the plain JSON that is planned, diffed and sent, and the place it came from. */
import type { Span } from "../diagnostics/diagnostic.ts";
import { fields, type Json, list, record } from "../values/json.ts";

/** Any object of any API; only what every part needs to know is typed. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

/** An object with the compose line (or decision) that asked for it. */
export interface PlannedObject {
  readonly object: KubeObject;
  readonly source?: Span;
  /** The compose service it serves, if it is one service's. */
  readonly service?: string;
}

/** `Kind namespace/name`, for messages: `Deployment faf/faf-website`. */
export function describeObject(object: KubeObject): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Whether it is a Service that stands for a name outside of its namespace. */
export function isExternalName({ kind, spec }: KubeObject): boolean {
  return kind === "Service" && record(spec)?.["type"] === "ExternalName";
}

/** Identity on the server: group, kind, namespace and name (a version change is the same object). */
export function objectKey(object: KubeObject): string {
  const slash = object.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : object.apiVersion.slice(0, slash);
  return [group, object.kind, object.metadata.namespace ?? "", object.metadata.name].join("/");
}

/** What a workload makes its pods of, a CronJob by its Jobs; a pod itself. Nothing of other objects. */
export function podTemplate(object: Json): Json | undefined {
  if (object["kind"] === "Pod") return object;
  const spec = record(object["spec"]);
  return record((record(record(spec?.["jobTemplate"])?.["spec"]) ?? spec)?.["template"]);
}

/** The specification of these pods. */
export function podSpec(object: Json): Json | undefined {
  return record(podTemplate(object)?.["spec"]);
}

/** The labels of these pods. */
export function podLabels(object: Json): Json {
  return fields(fields(podTemplate(object)?.["metadata"])["labels"]);
}

/** The programs of a workload of any kind: also those that others of the pod wait for, which are init containers. */
export function containersOf(workload: KubeObject): readonly Record<string, unknown>[] {
  const pod = podSpec(workload);
  const lasting = list(pod?.["initContainers"]).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...list(pod?.["containers"]), ...lasting];
}
