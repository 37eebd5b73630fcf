/** A Kubernetes object as the plain JSON that is planned, diffed and sent, and the place it came from. */
import type { Span } from "../diagnostics/diagnostic.ts";
import { list, record } from "../values/json.ts";

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

/** The programs of a workload of any kind: also those that others of the pod wait for, which are init containers. */
export function containersOf(workload: KubeObject): readonly Record<string, unknown>[] {
  const template = record(record(workload["spec"])?.["template"]);
  const pod = record(template?.["spec"]);
  const lasting = list(pod?.["initContainers"]).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...list(pod?.["containers"]), ...lasting];
}
