/** Objects without what the server keeps for itself, so that two versions differ only where it matters. */
import type { KubeObject } from "../kube/object.ts";

const SERVER_METADATA: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);
/** Our own marks: they change with the object and say nothing a reader wants to see. */
const OWN_ANNOTATIONS = "compose-ferry/";
const SERVER_ANNOTATIONS: ReadonlySet<string> = new Set([
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/last-applied-configuration",
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
  "volume.kubernetes.io/selected-node",
]);

/** The object as a reader thinks of it: no status, no bookkeeping. */
export function normalise(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object;
  const { annotations, labels, ...others } = metadata;
  const kept = Object.fromEntries(Object.entries(others).filter(([name]) => !SERVER_METADATA.has(name)));
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...kept,
      name: metadata.name,
      ...withoutOwn("labels", labels),
      ...withoutOwn("annotations", annotations),
    },
  };
}

function withoutOwn(
  field: "labels" | "annotations",
  values: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, Record<string, string>>> {
  const entries = Object.entries(values ?? {})
    .filter(([name]) => !name.startsWith(OWN_ANNOTATIONS) && !SERVER_ANNOTATIONS.has(name));
  return entries.length === 0 ? {} : { [field]: Object.fromEntries(entries) };
}
