/**
 * When a HelmChart of k3s is installed. Its controller makes a Job that runs helm, names it in `status.jobName`, and
 * sets the conditions `JobCreated` and `Failed`; it notes nowhere which version of the chart a Job belongs to
 * (github.com/k3s-io/helm-controller, pkg/controllers/chart/chart.go).
 */
import { FIELD_MANAGER } from "../migration/record_names.ts";
import type { LiveObject } from "./live_object.ts";
import type { Readiness } from "./readiness_state.ts";
import type { Companions } from "./companions.ts";

/** The controller answers within a second; a k3s that starts anew takes longer. */
const TAKE_UP_GRACE_MS = 60_000;
/** So long may a Job and a failure be those of the version before; after it, the controller saw nothing to change. */
const FORMER_GRACE_MS = 10_000;
/** Set on a Job that is about to be made anew. */
const REPLACED = "helmcharts.helm.cattle.io/replace-wait";

/**
 * Whether the chart is installed.
 *
 * @param ofJob judges the Job that installs the chart
 * @param written what this program wrote: the chart, or the configuration of a chart that k3s brings
 */
export function helmChart(
  chart: LiveObject,
  { all, sightings }: Companions,
  ofJob: (job: LiveObject) => Readiness,
  written = chart,
): Readiness {
  // The edge: `status` of helm.cattle.io/v1.
  const status = chart["status"] as {
    readonly jobName?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  } | undefined;
  const { uid } = chart.metadata;
  const failed = status?.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
  if (status?.jobName === undefined && failed === undefined) {
    const reason = "no helm-controller handles it: is this k3s, with its helm-controller?";
    const isLate = sightings.since(`${uid} taken up`) > TAKE_UP_GRACE_MS;
    return isLate
      ? { state: "failed", reason }
      : { state: "waiting", reason: "no helm-controller took it up yet" };
  }
  const job = all("Job").find(({ metadata }) => metadata.name === status?.jobName);
  const isSettled = sightings.since(`${uid} job ${job?.metadata.uid}`) > FORMER_GRACE_MS;
  const isReplaced = job?.metadata.annotations?.[REPLACED] !== undefined;
  if (isReplaced || !isSettled && (job === undefined || isOlder(job, written))) {
    return { state: "waiting", reason: "its controller has not created the Job for this version yet" };
  }
  const verdict = job === undefined ? undefined : ofJob(job);
  // The condition is taken back a moment after another Job took the place of the failed one.
  if (failed !== undefined && isSettled && verdict?.state !== "ready" && verdict?.state !== "failed") {
    return { state: "failed", reason: failed.message ?? "helm could not install it" };
  }
  return verdict ?? { state: "waiting", reason: `its Job "${status?.jobName}" is not there` };
}

/**
 * Whether a chart that k3s brings runs as its HelmChartConfig has it: installed with it, and its Deployment rolled out.
 * Where no such chart is, nobody installs one, and there is nothing to wait for.
 *
 * @param of judges the chart's Job and its Deployment
 */
export function helmChartConfig(
  config: LiveObject,
  companions: Companions,
  of: (object: LiveObject) => Readiness,
): Readiness {
  const named = ({ metadata }: LiveObject): boolean => metadata.name === config.metadata.name;
  const chart = companions.all("HelmChart").find(named);
  if (chart === undefined) return { state: "ready" };
  const installed = helmChart(chart, companions, of, config);
  if (installed.state !== "ready") return installed;
  const deployment = companions.all("Deployment").find(named);
  if (deployment === undefined) return { state: "ready" };
  const readiness = of(deployment);
  return readiness.state === "ready"
    ? readiness
    : { ...readiness, reason: `its Deployment: ${readiness.reason}` };
}

/** Whether the Job was there before this program's last change; both times are the server's, in UTC. */
function isOlder(job: LiveObject, changed: LiveObject): boolean {
  const written = changed.metadata.managedFields?.find(({ manager, subresource }) =>
    manager === FIELD_MANAGER && subresource === undefined
  )?.time;
  return written !== undefined && (job.metadata.creationTimestamp ?? "") < written;
}
