/** The workload object around a pod template. */
import type { WorkloadKind } from "../../stack/role.ts";
import { at } from "../../stack/context.ts";
import { isAnnotationKey, label, serviceLabel } from "../../stack/names.ts";
import type { KubeObject } from "../object.ts";
import { optional, record } from "../../values/json.ts";
import { mayOverlap } from "../../stack/kind.ts";
import { replicasOf } from "../../stack/replicas.ts";
import { aliasServiceName } from "../../stack/network/shared_aliases.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import type { Pod } from "./pod.ts";

/** The controller puts the name with a hash behind it into a label of its pods, which has at most 63 letters. */
const LONGEST_OF_SET = 52;

/** Labels of every object of a service; the first alone selects its pods, for a selector never changes. */
export function labelsOf(service: string, project: string): Record<string, string> {
  return { ...selectorOf(service), "app.kubernetes.io/part-of": label(project) };
}

/** What selects the pods of all services that have an alias: each of them has it as a label. */
export function aliasSelector(alias: string): Record<string, string> {
  return { [`alias.compose-ferry/${aliasServiceName(alias)}`]: "" };
}

/** What selects the pods of a service, and nothing else: a selector can never be changed. */
export function selectorOf(service: string): Record<string, string> {
  return { "app.kubernetes.io/name": label(service) };
}

/**
 * The Deployment, StatefulSet, DaemonSet or Job that keeps a pod of the service running. Its strategy is `Recreate`
 * where two pods at once would fight over a directory or a port.
 */
export function workloadOf(
  state: ConversionState,
  subject: DecidedService,
  kind: Exclude<WorkloadKind, "none" | "CronJob">,
  pod: Pod,
): KubeObject {
  const { context } = state;
  const { service } = subject;
  const metadata = {
    name: label(service.name, kind === "StatefulSet" ? LONGEST_OF_SET : undefined),
    namespace: context.namespace,
    labels: labelsOf(service.name, context.project.name),
    ...optional("annotations", serviceLabels(state, subject)),
  };
  const selector = { matchLabels: selectorOf(service.name) };
  const replicas = replicasOf(context.decisions, service);
  const template = pod.template;
  switch (kind) {
    case "Deployment": {
      const strategy = mayOverlap(context, service, pod.exclusive)
        ? { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
        : { type: "Recreate" };
      const spec = { replicas, selector, strategy, ...progressDeadline(pod), template };
      return { apiVersion: "apps/v1", kind, metadata, spec };
    }
    case "StatefulSet":
      return {
        apiVersion: "apps/v1",
        kind,
        metadata,
        spec: { replicas, selector, serviceName: serviceLabel(service.name), template },
      };
    case "DaemonSet":
      return { apiVersion: "apps/v1", kind, metadata, spec: { selector, template } };
    case "Job":
      return {
        apiVersion: "batch/v1",
        kind,
        metadata,
        spec: { backoffLimit: backoffLimit(service.restart), template },
      };
  }
}

/** `deploy.labels`, which are a swarm service's and none of its containers'. */
function serviceLabels(
  { context, secrets }: ConversionState,
  { service }: DecidedService,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(service.deploy?.labels ?? {})) {
    const isTraefiks = /^traefik(\.|$)/i.test(name);
    if (!isTraefiks && isAnnotationKey(name) && secrets.ofPair(name, value) === undefined) {
      kept[name] = value;
      continue;
    }
    if (isTraefiks && context.routing.readsDeployLabels === true) continue;
    context.report({
      code: "kube-label-not-carried",
      severity: isTraefiks ? "question" : "warning",
      message: isTraefiks
        ? `Label "${name}" of service "${service.name}" makes no route: below deploy it is swarm's, and Traefik's Docker provider does not read it`
        : `Label "${name}" of service "${service.name}" is not carried: it holds a secret, or its name cannot be an annotation's`,
      ...at(context.project, ["services", service.name, "deploy", "labels", name]),
      hint: isTraefiks
        ? "Write it below labels of the service"
        : "If something reads it, add an annotation of another name",
    });
  }
  return kept;
}

/** Kubernetes' own deadline for a rollout, in seconds, and the longest end of a pod that it leaves time for. */
const PROGRESS_DEADLINE = 600;
const LONG_END = 300;

/** A rollout that waits for an old pod makes no progress until that has ended, which is no failure. */
function progressDeadline({ template }: Pod): { readonly progressDeadlineSeconds?: number } {
  const grace = Number(record(template["spec"])?.["terminationGracePeriodSeconds"] ?? 0);
  return grace > LONG_END ? { progressDeadlineSeconds: PROGRESS_DEADLINE + grace } : {};
}

/** `on-failure:3` is tried three times more; `on-failure` as often as Kubernetes does by default; else once. */
function backoffLimit(restart: string | undefined): number {
  const match = /^on-failure(?::(\d+))?$/.exec(restart ?? "");
  if (match === null) return 0;
  return match[1] === undefined ? 6 : Number(match[1]);
}
