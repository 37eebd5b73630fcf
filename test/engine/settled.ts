/**
 * Waits until everything of the cluster knows the pods of a stack: what leads to them, what guards them, and what tells
 * their names follow the API server, each at its own pace.
 */
import type { RealNode } from "../ferry/node.ts";
import { type Machine, waitSeldom } from "./machine.ts";

interface Meta {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Pod {
  readonly kind: "Pod";
  readonly metadata: Meta;
  readonly spec: { readonly hostNetwork?: boolean };
  readonly status: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface Service {
  readonly kind: "Service";
  readonly metadata: Meta;
  readonly spec: {
    readonly clusterIP?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly publishNotReadyAddresses?: boolean;
  };
}

interface Slice {
  readonly kind: "EndpointSlice";
  readonly metadata: Meta;
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
  }[];
  readonly ports?: readonly { readonly port?: number }[];
}

interface ConfigMap {
  readonly kind: "ConfigMap";
  readonly metadata: Meta;
  readonly data?: Readonly<Record<string, string>>;
}

/** Nothing of it is read: where there is none, nobody guards a pod. */
interface Policy {
  readonly kind: "NetworkPolicy";
  readonly metadata: Meta;
}

/** A namespace's objects that matter here. */
export type Objects = readonly (Pod | Service | Slice | ConfigMap | Policy)[];

const TIMEOUT_MS = 180_000;
const NAME_OF_SLICE = "kubernetes.io/service-name";

/** @throws when they do not within three minutes, with what is missing. */
export async function untilSettled(machine: Machine, namespace: string): Promise<void> {
  const { node } = machine;
  let missing: readonly string[] = [];
  const settled = await waitSeldom(TIMEOUT_MS, async () => {
    const kinds = "pods,services,endpointslices,configmaps,networkpolicies";
    const { items } = JSON.parse(await node.kubectl("-n", namespace, "get", kinds, "-o", "json")) as {
      readonly items: Objects;
    };
    missing = [
      ...missingEndpoints(items),
      ...missingRules(items, namespace, await rulesOf(node)),
    ];
    if (missing.length === 0) missing = await missingNames(machine, namespace, items);
    return missing.length === 0 || undefined;
  });
  if (!settled) throw new Error(`Not in force after three minutes: ${missing.join("; ")}`);
}

/** Rules of the kernel; while sets that they name are exchanged it tells none. */
async function rulesOf(node: RealNode): Promise<readonly string[]> {
  return (await node.run(["iptables-save"])).stdout.split("\n");
}

/** Endpoints of pods that a Service is to lead to, and which the controller has not written. */
export function missingEndpoints(objects: Objects): readonly string[] {
  return servicesOf(objects).flatMap((service) => {
    const written = new Set(addressesOf(objects, service));
    return chosenBy(objects, service).flatMap(({ status: { podIP } }) =>
      podIP === undefined || written.has(podIP) ? [] : [`endpoint ${podIP} of ${service.metadata.name}`]
    );
  });
}

/**
 * Rules of kube-proxy for each endpoint, and of kube-router for each pod, which the kernel does not have. kube-router
 * writes those of all pods and policies at once: where a pod runs through a policy, the policies know the pod.
 *
 * @param rules lines of iptables-save.
 */
export function missingRules(
  objects: Objects,
  namespace: string,
  rules: readonly string[],
): readonly string[] {
  const led = new Set(rules.flatMap((rule) => / --to-destination (\S+)$/.exec(rule)?.[1] ?? []));
  const ways = servicesOf(objects).filter(({ spec }) => spec.clusterIP !== "None").flatMap((service) =>
    slicesOf(objects, service).flatMap((slice) =>
      readyIn(slice).flatMap((address) => (slice.ports ?? []).map(({ port }) => `${address}:${port}`))
    )
  );
  const isGuarding = objects.some(({ kind }) => kind === "NetworkPolicy");
  const guarded = running(objects).filter(({ spec }) => isGuarding && spec.hostNetwork !== true);
  return [
    ...ways.filter((way) => !led.has(way)).map((way) => `way to ${way}`),
    ...guarded.filter(({ status }) => !isGuarded(status.podIP ?? "", namespace, rules))
      .map(({ metadata }) => `policies of ${metadata.name}`),
  ];
}

function isGuarded(address: string, namespace: string, rules: readonly string[]): boolean {
  const jump = rules.find((rule) =>
    rule.startsWith("-A KUBE-ROUTER-FORWARD ") && rule.includes(` -d ${address}/32 `) &&
    rule.includes(` namespace: ${namespace} `)
  );
  const chain = jump?.split(" ").at(-1);
  return chain !== undefined &&
    rules.some((rule) => rule.startsWith(`-A ${chain} `) && rule.includes('"run through nw policy '));
}

/** Names of Services without an address of their own, and those that CoreDNS has been told to answer. */
async function missingNames(
  { askNames }: Machine,
  namespace: string,
  objects: Objects,
): Promise<readonly string[]> {
  const full = (name: string): string => `${name}.${namespace}.svc.cluster.local`;
  const headless = servicesOf(objects).filter(({ spec }) => spec.clusterIP === "None")
    .map((service) => ({ name: full(service.metadata.name), addresses: addressesOf(objects, service) }));
  const told = objects.flatMap((object) => object.kind === "ConfigMap" ? rewritten(object) : []);
  const answers = await askNames([
    ...headless.map(({ name }) => name),
    ...told.flatMap(({ name, target }) => [name, target]),
  ]);
  const text = (addresses: readonly string[] = []): string => [...new Set(addresses)].toSorted().join(" ");
  return [
    ...headless.filter(({ name, addresses }) => text(answers[name]) !== text(addresses)),
    ...told.filter(({ name, target }) => text(answers[name]) !== text(answers[target])),
  ].map(({ name }) => `name ${name}`);
}

/** The lines of a project's names that no Service can have. */
function rewritten({ data }: ConfigMap): readonly { readonly name: string; readonly target: string }[] {
  const lines = Object.values(data ?? {}).flatMap((text) => text.split("\n"));
  return lines.flatMap((line) => {
    const [, name, target] = /^rewrite stop name exact (\S+) (\S+) answer auto$/.exec(line) ?? [];
    return name === undefined || target === undefined ? [] : [{ name, target }];
  });
}

function servicesOf(objects: Objects): readonly Service[] {
  return objects.filter((object) => object.kind === "Service").filter(({ spec }) => spec.selector);
}

function running(objects: Objects): readonly Pod[] {
  return objects.filter((object) => object.kind === "Pod").filter(({ status }) =>
    status.phase === "Running" && status.podIP !== undefined
  );
}

/** Pods that are led to at this moment. */
function chosenBy(objects: Objects, { spec }: Service): readonly Pod[] {
  return running(objects).filter(({ metadata, status }) =>
    Object.entries(spec.selector ?? {}).every(([key, value]) => metadata.labels?.[key] === value) &&
    (spec.publishNotReadyAddresses === true ||
      status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true)
  );
}

function slicesOf(objects: Objects, { metadata }: Service): readonly Slice[] {
  return objects.filter((object) => object.kind === "EndpointSlice")
    .filter(({ metadata: { labels } }) => labels?.[NAME_OF_SLICE] === metadata.name);
}

function addressesOf(objects: Objects, service: Service): readonly string[] {
  return slicesOf(objects, service).flatMap(readyIn);
}

function readyIn({ endpoints }: Slice): readonly string[] {
  return (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses);
}
