/** The side after the move: the real command moves the stack as it lies there, and its pods are asked. */
import type { RealNode } from "../ferry/node.ts";
import type { EngineSide } from "./engine_side.ts";
import { ADDRESSES, type Balanced, type Machine, machineNamespaces, must, waitSeldom } from "./machine.ts";
import { openLogs, type PodLogs } from "./pod_logs.ts";
import { probeEvents } from "./probe_log.ts";
import { publishedPorts } from "./project.ts";
import { askProbes, publishedAspects, publishedTargets, type Reach } from "./reach.ts";
import { untilSettled } from "./settled.ts";
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

export interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly restartPolicy?: string;
    readonly hostname?: string;
    readonly hostnameOverride?: string;
    readonly containers: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string; readonly restartPolicy?: string }[];
  };
  readonly status: {
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** One service's container, in a pod that may have others'. */
interface Program {
  readonly pod: Pod;
  readonly service: string;
  readonly container: string;
  readonly status: ContainerStatus | undefined;
}

/** The command failed, or a pod never began: what it said. */
export class NotMoved extends Error {}

const TIMEOUT_MS = 180_000;
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
      throw new NotMoved(`migrate ended with ${code}: ${ends(stderr.trim() || stdout.trim())}`);
    }
    const fronts = await servicesOf(node, namespace);
    await using _balancer = await machine.balance(balancedPorts(fronts));
    const programs = await restingPrograms(node, namespace, before);
    await untilSettled(machine, namespace);
    const processes = await processesOf(node);
    using logs = await openLogs(node, namespace);
    const reaches = Object.fromEntries(
      [...Map.groupBy(programs, ({ service }) => service)].map(([service, replicas]) =>
        [service, reachOf(machine, { namespace, fronts, before, processes, logs }, replicas)] as const
      ),
    );
    const services = await askProbes(reaches, project, ports);
    const outside = await machine.lookFromOutside(publishedTargets(publishedPorts(project), ADDRESSES));
    return {
      services: await endOf(node, namespace, { reaches, services }),
      machine: await machineNamespaces(node),
      published: publishedAspects(outside, ADDRESSES),
    };
  } finally {
    await remove(node, namespace);
  }
}

/** What failed stands at the beginning, and what to do at the end; between them a program's log may be long. */
function ends(text: string): string {
  return text.length <= 4000 ? text : `${text.slice(0, 2000)} … ${text.slice(-2000)}`;
}

export interface Service {
  readonly spec: {
    readonly type: string;
    readonly clusterIP: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports: readonly { readonly protocol: string; readonly port: number }[];
  };
}

async function servicesOf(node: RealNode, namespace: string): Promise<readonly Service[]> {
  const text = await node.kubectl("-n", namespace, "get", "services", "-o", "json");
  return (JSON.parse(text) as { readonly items: readonly Service[] }).items;
}

/** What k3s's servicelb would open on the node. */
function balancedPorts(services: readonly Service[]): readonly Balanced[] {
  return services
    .filter(({ spec }) => spec.type === "LoadBalancer")
    .flatMap(({ spec }) =>
      spec.ports.map(({ protocol, port }) => ({ protocol, port, address: spec.clusterIP }))
    );
}

/** The program of each service in each of its pods, once each runs, has ended for good, or has been started again. */
async function restingPrograms(
  node: RealNode,
  namespace: string,
  before: EngineSide,
): Promise<readonly Program[]> {
  const { side } = before;
  let pods: readonly Pod[] = [];
  let last: readonly Program[] = [];
  const resting = await waitSeldom(TIMEOUT_MS, async () => {
    const text = await node.kubectl("-n", namespace, "get", "pods", "-l", NAME, "-o", "json");
    const { items } = JSON.parse(text) as { readonly items: readonly Pod[] };
    pods = items;
    last = pods.flatMap((pod) => programsOf(pod, before));
    const enough = new Set(last.map(({ service }) => service)).size >= Object.keys(side.services).length;
    return (enough && last.every((program) => isResting(program, before))) || undefined;
  });
  if (resting) return last;
  const begun = last.filter((program) => isResting(program, before));
  if (begun.length > 0) return begun;
  throw new NotMoved(
    `No pod has begun: ${JSON.stringify(pods.map(({ metadata, status }) => [metadata.name, status]))}`,
  );
}

/** Containers that are services of the stack; one that others of its pod wait for is an init container. */
function programsOf(pod: Pod, before: EngineSide): readonly Program[] {
  const lasting = pod.spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === "Always") ?? [];
  const states = [...pod.status.initContainerStatuses ?? [], ...pod.status.containerStatuses ?? []];
  return [...lasting, ...pod.spec.containers].flatMap(({ name }): Program[] => {
    const service = serviceOf(name, before);
    const status = states.find((state) => state.name === name);
    return service === undefined ? [] : [{ pod, service, container: name, status }];
  });
}

/** Runs, where its container ran on; has ended for good or been started again, where that one had ended. */
function isResting({ pod, service, status }: Program, before: EngineSide): boolean {
  if (status === undefined) return false;
  const { running, terminated } = status.state;
  if (!endsByItself(service, before)) return running !== undefined || status.restartCount > 0;
  return status.restartCount > 0 || (terminated !== undefined && pod.spec.restartPolicy !== "Always");
}

function endsByItself(service: string, before: EngineSide): boolean {
  return before.side.services[service]?.restarted !== undefined;
}

/** A service that is called otherwise in the cluster keeps the letters that a name there can have. */
function serviceOf(name: string, { project }: EngineSide): string | undefined {
  const folded = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return Object.keys(project.services).find((service) => service === name || folded(service) === name);
}

/** The first process of each container that runs, by the container's id. */
async function processesOf(node: RealNode): Promise<ReadonlyMap<string, number>> {
  const lines = (await must(node, ["ctr", "--namespace", "k8s.io", "tasks", "ls"])).split("\n").slice(1);
  return new Map(lines.map((line) => line.split(/\s+/)).map(([id = "", process]) => [id, Number(process)]));
}

/** What is known of all programs when they are asked. */
interface Known {
  readonly namespace: string;
  readonly fronts: readonly Service[];
  readonly before: EngineSide;
  /** The first process of each container, by its id. */
  readonly processes: ReadonlyMap<string, number>;
  readonly logs: PodLogs;
}

/** Addresses that lead to the pod: its own, and those of the Services that choose it. */
export function addressesOf({ metadata, status }: Pod, fronts: readonly Service[]): readonly string[] {
  const choosing = fronts.filter(({ spec: { selector } }) =>
    selector !== undefined &&
    Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value)
  );
  return [
    ...(status.podIPs ?? []).map(({ ip }) => ip),
    ...choosing.map(({ spec }) => spec.clusterIP).filter((address) => address !== "None"),
  ];
}

/** The pod's name, and the hostname that it is given where the stack says none: Docker takes the container's id there. */
export function madeUp({ metadata, spec }: Pod, written: string | undefined): readonly string[] {
  const given = written === undefined ? [spec.hostname ?? [], spec.hostnameOverride ?? []].flat() : [];
  return [metadata.name, ...given];
}

function reachOf(
  { node, askProbe }: Machine,
  { namespace, fronts, before, processes, logs }: Known,
  [program, ...others]: readonly Program[],
): Reach {
  if (program === undefined) throw new Error("A service without a program is not looked at");
  const { pod, service, container, status } = program;
  const processOf = (each: Program): number =>
    processes.get(each.status?.containerID?.replace("containerd://", "") ?? "") ?? 0;
  const { name } = pod.metadata;
  const running = !endsByItself(service, before) && status?.state.running !== undefined;
  const checked = (before.side.services[service]?.calls.length ?? 0) > 0;
  return {
    generated: madeUp(pod, before.project.services[service]?.hostname),
    addresses: [program, ...others].flatMap((each) => addressesOf(each.pod, fronts)),
    running,
    checked: running && checked,
    ...(running ? {} : {
      restarted: pod.spec.restartPolicy !== "Never" && (status?.restartCount ?? 0) > 0 ? "again" : "once",
    }),
    log: () =>
      running ? logs.of(name, container) : node.kubectl("logs", name, "-n", namespace, "-c", container),
    ask: (kind, body) => askProbe(processOf(program), kind, body),
    askOthers: (kind, body) => Promise.all(others.map((each) => askProbe(processOf(each), kind, body))),
  };
}

/** What the namespace still has to take away nobody waits for: the next stack has another. */
async function remove(node: RealNode, namespace: string): Promise<void> {
  // The server asks every policy about all that is written.
  const fence = ["validatingadmissionpolicybinding", "validatingadmissionpolicy"]
    .map((kind) => `${kind}/${namespace}-fence`);
  await node.kubectl("delete", `namespace/${namespace}`, ...fence, "--ignore-not-found", "--wait=false");
}

/** What was seen until the end, and by what its last words are known. */
interface Ending {
  readonly reaches: Readonly<Record<string, Reach>>;
  readonly services: Readonly<Record<string, ServiceView>>;
}

/** Ends all pods as a person would who removes the stack, and reads their last words. */
async function endOf(
  node: RealNode,
  namespace: string,
  { reaches, services }: Ending,
): Promise<Readonly<Record<string, ServiceView>>> {
  await remove(node, namespace);
  const ended = await waitSeldom(
    TIMEOUT_MS,
    async () => (await node.kubectl("-n", namespace, "get", "pods", "-o", "name")).trim() === "" || undefined,
  );
  if (!ended) throw new Error(`Pods of "${namespace}" have not ended`);
  const all = Object.entries(services).map(async ([name, service]) => {
    const reach = reaches[name];
    if (reach?.running !== true) return [name, service] as const;
    const signal = probeEvents(await reach.log()).find(({ event }) => event === "signal")?.signal;
    return [name, { ...service, signal: signal ?? "SIGKILL" }] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}
