/** A port of the node as the plan opens it, and where that is now: by a load balancer, or by the pod itself. */
import type { ClusterClient } from "../../cluster/client.ts";
import type { KubeObject } from "../../kube/object.ts";
import { type ObjectRef, refOf } from "../../migration/step.ts";
import { field, type Json, list } from "../../values/json.ts";
import type { Place } from "./ask.ts";
import type { PortQuestion } from "./questions.ts";

/** What opens a port. */
export type Opener =
  | { readonly kind: "balancer"; readonly service: ObjectRef }
  | { readonly kind: "pod"; readonly namespace: string; readonly labels: Readonly<Record<string, string>> };

/** Nobody is to be asked. */
export interface Nowhere {
  readonly silence: string;
}

/** Undefined where the plan opens the port to nobody outside of the cluster. */
export function openerOf(
  objects: readonly KubeObject[],
  { hostPort }: Pick<PortQuestion, "hostPort">,
): Opener | undefined {
  const balancer = objects.find(({ kind, ...object }) =>
    kind === "Service" && field(object["spec"], "type") === "LoadBalancer" &&
    list(field(object["spec"], "ports")).some(({ port, protocol }) => port === hostPort && protocol === "TCP")
  );
  if (balancer !== undefined) return { kind: "balancer", service: refOf(balancer) };
  const workload = objects.find((object) =>
    nodePorts(field(field(object["spec"], "template"), "spec"), hostPort).length > 0
  );
  const spec = workload?.["spec"];
  const labels = field(field(spec, "selector"), "matchLabels") ??
    field(field(field(spec, "template"), "metadata"), "labels");
  if (workload === undefined || labels === undefined) return undefined;
  // The edge: labels of an object that was planned here.
  const texts = labels as Readonly<Record<string, string>>;
  return { kind: "pod", namespace: workload.metadata.namespace ?? "default", labels: texts };
}

/**
 * Where it is opened now. Before a service has moved nobody opens it, and its port of the node leads to Docker.
 *
 * @throws ApiError
 */
export async function openedPlace(
  client: ClusterClient,
  opener: Opener,
  { hostPort }: Pick<PortQuestion, "hostPort">,
): Promise<Place | Nowhere> {
  if (opener.kind === "balancer") {
    const live = await client.get(opener.service);
    const [ingress] = list(field(field(live?.["status"], "loadBalancer"), "ingress"));
    const hostname = ingress?.["ip"] ?? ingress?.["hostname"];
    return typeof hostname === "string"
      ? { hostname, port: hostPort }
      : { silence: `Service "${opener.service.name}" does not open it` };
  }
  const { namespace, labels } = opener;
  const labelSelector = Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(",");
  const { items } = await client.list({ apiVersion: "v1", kind: "Pod" }, namespace, { labelSelector });
  const places = items.filter(({ metadata, status }) =>
    metadata.deletionTimestamp === undefined && field(status, "phase") === "Running"
  ).flatMap((pod) =>
    nodePorts(pod["spec"], hostPort).map(({ hostIP }) =>
      typeof hostIP === "string" && !/^(|0\.0\.0\.0|::)$/.test(hostIP)
        ? hostIP
        : field(pod["status"], "hostIP")
    )
  );
  const [hostname] = places.filter((one) => typeof one === "string");
  return hostname === undefined ? { silence: "no pod that opens it runs" } : { hostname, port: hostPort };
}

/** The ports of a pod's containers that take this one of the node. */
function nodePorts(pod: unknown, hostPort: number): readonly Json[] {
  return [...list(field(pod, "containers")), ...list(field(pod, "initContainers"))]
    .flatMap(({ ports }) => list(ports))
    .filter((port) => port["hostPort"] === hostPort && (port["protocol"] ?? "TCP") === "TCP");
}
