/**
 * A last look at the pods of a run. A container without a healthcheck is ready the moment it runs, so a program that
 * ends after a second was waited for in vain; at the end of the run it shows.
 */
import type { ContainerStatus, Pod } from "kubernetes-types/core/v1.d.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import type { LiveSets } from "../cluster/live_sets.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { redact } from "../diff/secrets.ts";
import type { PlannedObject } from "../kube/object.ts";
import { placeOf } from "./failure.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

const NAME_LABEL = "app.kubernetes.io/name";
const WORKLOADS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);
const LOG_LINES = 5;

/** Whose pods are looked at, and since when it matters that a container ended. */
export interface FallenInput {
  readonly client: ClusterClient;
  /** What the run looked at while it waited. */
  readonly sets?: LiveSets;
  readonly namespace: string;
  readonly planned: readonly PlannedObject[];
  /** RFC 3339 in UTC. */
  readonly since: string;
  /** Values that are masked in logs. */
  readonly secrets: readonly string[];
}

/** A warning for each container that ended since the run began. What cannot be looked at is not judged. */
export async function reportFallen(look: FallenInput): Promise<readonly Diagnostic[]> {
  const { planned } = look;
  const workloads = planned.filter(({ object }) => WORKLOADS.has(object.kind));
  if (workloads.length === 0) return [];
  const pods = await podsOf(look);
  const sources = new Map(
    workloads.map((workload) => [workload.object.metadata.labels?.[NAME_LABEL], workload]),
  );
  const fallen = pods.flatMap((pod) => {
    const workload = sources.get(pod.metadata.labels?.[NAME_LABEL]);
    return workload === undefined ? [] : fallenContainers(pod, look.since).map((container) => ({
      pod: pod.metadata.name,
      container,
      workload,
    }));
  });
  return await Promise.all(fallen.map((one) => finding(look, one)));
}

/** Those of services, as the run's own watch has them, or else as they are listed; none where they may not be. */
async function podsOf({ client, sets, namespace }: FallenInput): Promise<readonly LiveObject[]> {
  const kind = { apiVersion: "v1", kind: "Pod" };
  const pods = sets?.seen(kind, namespace) ??
    await client.list(kind, namespace, { labelSelector: NAME_LABEL }).then(({ items }) => items, () => []);
  return pods.filter(({ metadata }) => metadata.labels?.[NAME_LABEL] !== undefined);
}

/** Containers of a pod of a workload that ended after `since`, and are not known to be ready by a probe. */
export function fallenContainers(object: LiveObject, since: string): readonly ContainerStatus[] {
  // The edge: callers pass pods.
  const { metadata, spec, status } = object as unknown as Pod;
  if (metadata?.deletionTimestamp !== undefined) return [];
  if (metadata?.ownerReferences?.some(({ kind }) => kind === "Job") === true) return [];
  const probed = new Set(
    spec?.containers.filter(({ readinessProbe }) => readinessProbe !== undefined).map(({ name }) => name),
  );
  return (status?.containerStatuses ?? []).filter((container) => {
    const ended = endOf(container)?.finishedAt;
    return ended !== undefined && Date.parse(ended) >= Date.parse(since) &&
      !(container.ready && probed.has(container.name));
  });
}

function endOf({ state, lastState }: ContainerStatus): { finishedAt?: string; exitCode: number } | undefined {
  return state?.terminated ?? lastState?.terminated;
}

async function finding(
  { client, namespace, secrets }: FallenInput,
  { pod, container, workload }: {
    readonly pod: string;
    readonly container: ContainerStatus;
    readonly workload: PlannedObject;
  },
): Promise<Diagnostic> {
  const { name, restartCount } = container;
  const place = { name: pod, namespace };
  const previous = await client.logTail(place, name, { lines: LOG_LINES, previous: true });
  const log = previous.length > 0
    ? previous
    : await client.logTail(place, name, { lines: LOG_LINES, previous: false });
  const text = [
    `Container "${name}" of Pod ${namespace}/${pod} counted as ready and has ended since, with exit code ` +
    `${endOf(container)?.exitCode}; it was started again ${
      restartCount === 1 ? "once" : `${restartCount} times`
    }`,
    ...log.map((line) => `log: ${line}`),
  ];
  return {
    code: "run-ended-again",
    severity: "warning",
    message: redact(text.join("\n"), secrets),
    ...placeOf(workload.source),
    hint:
      (endOf(container)?.exitCode === 0 && workload.service !== undefined
        ? `If it ends by itself: services: { ${yamlWord(workload.service)}: { kind: Job } }\n`
        : "") +
      `See \`kubectl -n ${shellWord(namespace)} logs ${
        shellWord(pod)
      } --previous\`; with a healthcheck in the compose file, a run ` +
      "waits until the program really works",
  };
}
