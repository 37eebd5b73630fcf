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
/** A Job's own, by which it finds its pods: made anew with every Job. */
const JOB_LABELS: ReadonlySet<string> = new Set([
  "batch.kubernetes.io/controller-uid",
  "batch.kubernetes.io/job-name",
  "controller-uid",
  "job-name",
]);
const SERVER_ANNOTATIONS: ReadonlySet<string> = new Set([
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/last-applied-configuration",
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
  "volume.kubernetes.io/selected-node",
]);

/** The object as a reader thinks of it: no status, no bookkeeping. */
export function normalise(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object.kind === "Job" ? withoutSelector(object) : object;
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

/** Without what the API server writes into each Job: a selector by its uid, unless that is one's own. */
function withoutSelector(job: KubeObject): KubeObject {
  // The edge: `spec` of a Job.
  const spec = job["spec"] as JobSpec | undefined;
  if (spec?.template === undefined || spec.manualSelector === true) return job;
  const { selector: _, ...rest } = spec;
  const { metadata, ...template } = spec.template;
  const { labels, ...others } = metadata ?? {};
  const left = { ...others, ...withoutJobLabels(labels) };
  return {
    ...job,
    metadata: { ...job.metadata, labels: withoutJobLabels(job.metadata.labels).labels ?? {} },
    spec: {
      ...rest,
      template: { ...template, ...(Object.keys(left).length === 0 ? {} : { metadata: left }) },
    },
  };
}

interface JobSpec {
  readonly manualSelector?: boolean;
  readonly selector?: unknown;
  readonly template?: { readonly metadata?: { readonly labels?: Record<string, string> } };
}

function withoutJobLabels(
  labels: Readonly<Record<string, string>> = {},
): { readonly labels?: Record<string, string> } {
  const left = Object.entries(labels).filter(([name]) => !JOB_LABELS.has(name));
  return left.length === 0 ? {} : { labels: Object.fromEntries(left) };
}

function withoutOwn(
  field: "labels" | "annotations",
  values: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, Record<string, string>>> {
  const entries = Object.entries(values ?? {})
    .filter(([name]) => !name.startsWith(OWN_ANNOTATIONS) && !SERVER_ANNOTATIONS.has(name));
  return entries.length === 0 ? {} : { [field]: Object.fromEntries(entries) };
}
