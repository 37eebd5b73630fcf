/** The side after the move: the real command moves the stack with no decisions, and its pods are asked. */
import type { RealNode } from "../ferry/node.ts";
import type { EngineSide } from "./engine_side.ts";
import { ADDRESSES, type Balanced, type Machine, machineNamespaces, must, waitSeldom } from "./machine.ts";
import { probeEvents } from "./probe_log.ts";
import { publishedPorts } from "./project.ts";
import { askProbes, publishedAspects, publishedTargets, type Reach } from "./reach.ts";
import type { ServiceView, SideView } from "./view.ts";

interface ContainerStatus {
  readonly name: string;
  /** `containerd://ID` */
  readonly containerID?: string;
  readonly restartCount: number;
  readonly state: {
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
  };
}

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly restartPolicy?: string;
    readonly containers: readonly {
      readonly name: string;
      readonly readinessProbe?: object;
      readonly startupProbe?: object;
    }[];
  };
  readonly status: {
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** The command failed, or a pod never began: what it said. */
export class NotMoved extends Error {}

const TIMEOUT_MS = 120_000;
const NAME = "app.kubernetes.io/name";

/** Moves the stack, looks at it and takes it away again. */
export async function seeNodeSide(machine: Machine, stack: string, before: EngineSide): Promise<SideView> {
  const { node } = machine;
  const { project, ports } = before;
  const namespace = project.name;
  try {
    const { code, stdout, stderr } = await machine.ferry(
      ...["migrate", stack, "--kubeconfig", node.kubeconfigPath, "--yes"] as const,
    );
    if (code !== 0) {
      throw new NotMoved(`migrate ended with ${code}: ${(stderr.trim() || stdout.trim()).slice(-3000)}`);
    }
    await using _balancer = await machine.balance(await balancedPorts(node, namespace));
    const pods = await restingPods(node, namespace, before);
    const processes = await processesOf(node);
    const reaches = Object.fromEntries(
      pods.map((pod) => [serviceOf(pod, before), reachOf(machine, namespace, pod, before, processes)]),
    );
    const services = await askProbes(reaches, project, ports);
    const outside = await machine.lookFromOutside(publishedTargets(publishedPorts(project), ADDRESSES));
    return {
      services: await endOf(node, namespace, reaches, services),
      machine: await machineNamespaces(node),
      published: publishedAspects(outside, ADDRESSES),
    };
  } finally {
    await node.kubectl(
      "delete",
      "namespace",
      namespace,
      "--ignore-not-found",
      "--wait=false",
    );
  }
}

interface Service {
  readonly spec: {
    readonly type: string;
    readonly clusterIP: string;
    readonly ports: readonly { readonly protocol: string; readonly port: number }[];
  };
}

/** What k3s's servicelb would open on the node. */
async function balancedPorts(node: RealNode, namespace: string): Promise<readonly Balanced[]> {
  const text = await node.kubectl("-n", namespace, "get", "services", "-o", "json");
  return (JSON.parse(text) as { readonly items: readonly Service[] }).items
    .filter(({ spec }) => spec.type === "LoadBalancer")
    .flatMap(({ spec }) =>
      spec.ports.map(({ protocol, port }) => ({ protocol, port, address: spec.clusterIP }))
    );
}

/** One pod of each service, once each runs, has ended for good, or has been started again. */
async function restingPods(
  node: RealNode,
  namespace: string,
  before: EngineSide,
): Promise<readonly Pod[]> {
  const { side } = before;
  let last: readonly Pod[] = [];
  const resting = await waitSeldom(TIMEOUT_MS, async () => {
    const text = await node.kubectl("-n", namespace, "get", "pods", "-l", NAME, "-o", "json");
    const { items } = JSON.parse(text) as { readonly items: readonly Pod[] };
    last = [...new Map(items.map((pod) => [pod.metadata.labels?.[NAME] ?? "", pod])).values()];
    const enough = last.length >= Object.keys(side.services).length;
    return (enough && last.every((pod) => isResting(pod, before))) || undefined;
  });
  if (resting) return last;
  const begun = last.filter((pod) => isResting(pod, before));
  if (begun.length > 0) return begun;
  throw new NotMoved(
    `No pod has begun: ${JSON.stringify(last.map(({ metadata, status }) => [metadata.name, status]))}`,
  );
}

/** Runs, where its container ran on; has ended for good or been started again, where that one had ended. */
function isResting(pod: Pod, before: EngineSide): boolean {
  const [container] = pod.status.containerStatuses ?? [];
  if (container === undefined) return false;
  const { running, terminated } = container.state;
  if (!endsByItself(pod, before)) return running !== undefined || container.restartCount > 0;
  return container.restartCount > 0 || (terminated !== undefined && pod.spec.restartPolicy !== "Always");
}

function endsByItself(pod: Pod, before: EngineSide): boolean {
  return before.side.services[serviceOf(pod, before)]?.restarted !== undefined;
}

/** A service that is called otherwise in the cluster keeps the letters that a name there can have. */
function serviceOf({ metadata }: Pod, { project }: EngineSide): string {
  const name = metadata.labels?.[NAME] ?? metadata.name;
  const folded = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return Object.keys(project.services).find((service) => service === name || folded(service) === name) ??
    name;
}

/** The first process of each container that runs, by the container's id. */
async function processesOf(node: RealNode): Promise<ReadonlyMap<string, number>> {
  const lines = (await must(node, ["ctr", "--namespace", "k8s.io", "tasks", "ls"])).split("\n").slice(1);
  return new Map(lines.map((line) => line.split(/\s+/)).map(([id = "", process]) => [id, Number(process)]));
}

function reachOf(
  { node, askProbe }: Machine,
  namespace: string,
  pod: Pod,
  before: EngineSide,
  processes: ReadonlyMap<string, number>,
): Reach {
  const { name } = pod.metadata;
  const [container] = pod.spec.containers;
  const status = pod.status.containerStatuses?.find((each) => each.name === container?.name);
  const running = !endsByItself(pod, before) && status?.state.running !== undefined;
  const checked = (before.side.services[serviceOf(pod, before)]?.calls.length ?? 0) > 0;
  const process = processes.get(status?.containerID?.replace("containerd://", "") ?? "") ?? 0;
  const inside = ["-n", namespace, "-c", container?.name ?? ""] as const;
  return {
    generated: [name, pod.metadata.labels?.[NAME] ?? name],
    addresses: (pod.status.podIPs ?? []).map(({ ip }) => ip),
    running,
    checked: running && checked,
    ...(running ? {} : {
      restarted: pod.spec.restartPolicy !== "Never" && (status?.restartCount ?? 0) > 0 ? "again" : "once",
    }),
    log: () => node.kubectl("logs", name, ...inside),
    ask: (kind, body) => askProbe(process, kind, body),
  };
}

/** Ends all pods as a person would who removes the stack, and reads their last words. */
async function endOf(
  node: RealNode,
  namespace: string,
  reaches: Readonly<Record<string, Reach>>,
  services: Readonly<Record<string, ServiceView>>,
): Promise<Readonly<Record<string, ServiceView>>> {
  const running = Object.entries(reaches).filter(([, { running }]) => running);
  const logs = running.map(async ([name, { generated }]) => {
    const text = await node.kubectl(
      "-n",
      namespace,
      "logs",
      "--follow",
      "--all-containers",
      generated[0] ?? "",
    );
    return [name, probeEvents(text).find(({ event }) => event === "signal")?.signal] as const;
  });
  // What the namespace still has to take away nobody waits for: the next stack has another.
  await node.kubectl("delete", "namespace", namespace, "--wait=false");
  const signals = new Map(await Promise.all(logs));
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      signals.has(name) ? { ...service, signal: signals.get(name) ?? "SIGKILL" } : service,
    ]),
  );
}
