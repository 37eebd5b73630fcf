/** Several services in one pod: what `network_mode: service:X` and its like are in Kubernetes. */
import { mayOverlap } from "../../stack/kind.ts";
import { label, shortHash } from "../../stack/names.ts";
import { sharingsOf } from "../../stack/pod_groups.ts";
import { fields, type Json, list, optional } from "../../values/json.ts";
import { hasSymbol } from "../digests.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { digestAnnotation, type Pod } from "./pod.ts";
import { podOrder } from "./pod_order.ts";

/** One service with the pod that it would have alone. */
export interface Member {
  readonly subject: DecidedService;
  readonly pod: Pod;
}

/** Docker's and Kubernetes' own time for an end are both known to differ by image; the longest of the pod counts. */
const GRACE = "terminationGracePeriodSeconds";

/**
 * The pod of the first with the containers of all, in the order in which they start. What only a pod has is the first's,
 * or of all together: times to end, system settings, further groups and lines of the hosts file.
 *
 * A service that another one waits for until it is healthy, and what it needs itself, become init containers that go on
 * running: the kubelet starts what comes after such a one when its startup probe succeeds, and starts it anew when it ends.
 */
export function onePod(state: ConversionState, members: readonly [Member, ...Member[]]): Pod {
  const [first] = members;
  const own = members.map(({ subject, pod }) => renamed(state, subject, pod, members));
  const parts = withPortsOnce(withMemoryOf(state, members, own));
  const specs = parts.map((part) => fields(part["spec"]));
  const { initContainers, containers } = containersOf(state, members, specs);
  const volumes = new Map(specs.flatMap(({ volumes }) => list(volumes)).map((one) => [one["name"], one]));
  const metadata = fields(first.pod.template["metadata"]);
  const digests = members.flatMap(({ pod }) => pod.digests);
  const annotations = {
    ...Object.assign({}, ...parts.map((part) => fields(fields(part["metadata"])["annotations"])).reverse()),
    ...digestAnnotation(state, digests),
  };
  const grace = Math.max(...specs.map((spec) => Number(spec[GRACE] ?? 0)));
  const { initContainers: _, containers: __, volumes: ___, shareProcessNamespace: ____, ...rest } =
    specs[0] ?? {};
  return {
    ...first.pod,
    template: {
      metadata: { labels: metadata["labels"], ...optional("annotations", annotations) },
      spec: {
        ...rest,
        ...sharedBy(specs, sharesProcesses(members)),
        ...(grace === 0 ? {} : { [GRACE]: grace }),
        securityContext: securityOf(specs),
        ...optional("hostAliases", aliasesOf(specs)),
        ...optional("imagePullSecrets", pullSecretsOf(specs)),
        ...optional("initContainers", initContainers),
        containers,
        ...optional("volumes", [...volumes.values()]),
      },
    },
    digests,
    exclusive: members.some(({ subject, pod }) =>
      pod.exclusive || !mayOverlap(state.context, subject.service, pod.exclusive)
    ),
  };
}

/** All containers in the order in which they start; those that others need first of all. */
function containersOf(
  { context }: ConversionState,
  members: readonly Member[],
  specs: readonly Json[],
): { readonly initContainers: readonly Json[]; readonly containers: readonly Json[] } {
  const { started, early } = podOrder(context.project, members.map(({ subject }) => subject));
  const byName = new Map(members.map(({ subject }, index) => [subject.service.name, specs[index] ?? {}]));
  const specOf = (name: string): Json => byName.get(name) ?? {};
  const late = started.filter((name) => !early.has(name));
  const first = started.filter((name) => early.has(name)).map(specOf);
  const opened = first.flatMap((spec) => list(spec["containers"])).flatMap(openedOnNode);
  return {
    initContainers: [
      ...first.flatMap((spec) => [
        ...list(spec["initContainers"]),
        ...list(spec["containers"]).map((container) => ({
          ...closedOnNode(container),
          restartPolicy: "Always",
        })),
      ]),
      ...late.map(specOf).flatMap((spec) => list(spec["initContainers"])),
    ],
    containers: late.map(specOf).flatMap((spec) => list(spec["containers"]))
      .map((container, index) => index === 0 ? withPorts(container, opened) : container),
  };
}

/**
 * Ports that the kubelet opens on the node, which it does for those of `containers` alone, and not of init containers
 * that go on running (generatePodSandboxConfig): any container can declare them, as all have one network.
 */
function openedOnNode({ ports }: Json): readonly Json[] {
  return list(ports).filter(({ hostPort }) => hostPort !== undefined);
}

function closedOnNode(container: Json): Json {
  const opened = openedOnNode(container);
  if (opened.length === 0) return container;
  const { ports, ...rest } = container;
  return { ...rest, ...optional("ports", list(ports).filter((port) => !opened.includes(port))) };
}

function withPorts(container: Json, more: readonly Json[]): Json {
  return more.length === 0 ? container : { ...container, ports: [...list(container["ports"]), ...more] };
}

const SHARED_MEMORY = "/dev/shm";

/** Who has another's memory has its `/dev/shm`, too, where that has a size: else the pod's own is the same for all. */
function withMemoryOf(
  { context }: ConversionState,
  members: readonly Member[],
  parts: readonly Json[],
): readonly Json[] {
  const names = members.map(({ subject }) => subject.service.name);
  const memoryOf = (index: number, asked: readonly number[] = []): Json | undefined => {
    const service = members[index]?.subject.service;
    if (service === undefined || asked.includes(index)) return undefined;
    const ipc = sharingsOf(context.project, service).find(({ key }) => key === "ipc");
    if (ipc !== undefined) return memoryOf(names.indexOf(ipc.with ?? ""), [...asked, index]);
    const mounts = list(fields(parts[index]?.["spec"])["containers"]).flatMap((one) =>
      list(one["volumeMounts"])
    );
    return service.shm_size === undefined
      ? undefined
      : mounts.find(({ mountPath }) => mountPath === SHARED_MEMORY);
  };
  return parts.map((part, index) => {
    const memory = memoryOf(index);
    if (memory === undefined) return part;
    return withContainers(part, (container) => ({
      ...container,
      volumeMounts: [
        ...list(container["volumeMounts"]).filter(({ mountPath }) => mountPath !== SHARED_MEMORY),
        memory,
      ],
    }));
  });
}

/** Each port is declared once in a pod, which on the machine's network the API insists on; the one that is published. */
function withPortsOnce(parts: readonly Json[]): readonly Json[] {
  const numberOf = ({ containerPort, protocol }: Json): string =>
    `${String(containerPort)}/${String(protocol)}`;
  const all = parts.flatMap((part) => list(fields(part["spec"])["containers"])).flatMap(({ ports }) =>
    list(ports)
  );
  const kept = new Map(all.toReversed().map((port) => [numberOf(port), port]));
  for (const port of all) if ("hostPort" in port) kept.set(numberOf(port), port);
  return parts.map((part) =>
    withContainers(part, ({ ...container }: Record<string, unknown>) => {
      const ports = list(container["ports"]).filter((port) => kept.get(numberOf(port)) === port);
      if (ports.length === 0) delete container["ports"];
      else container["ports"] = ports;
      return container;
    })
  );
}

function withContainers(part: Json, change: (container: Json) => Json): Json {
  const spec = fields(part["spec"]);
  return { ...part, spec: { ...spec, containers: list(spec["containers"]).map(change) } };
}

/** A pod's flags: one that a member has, all have. */
function sharedBy(specs: readonly Json[], sharesProcesses: boolean): Json {
  const has = (key: string): boolean => specs.some((spec) => spec[key] === true);
  const flags = ["hostNetwork", "hostPID", "hostIPC"].filter(has).map((key) => [key, true]);
  const isOwn = !has("hostPID") && (sharesProcesses || has("shareProcessNamespace"));
  const selector = Object.assign({}, ...specs.map((spec) => fields(spec["nodeSelector"])).reverse());
  const runtimeClass = specs.map((spec) => spec["runtimeClassName"]).find((name) => name !== undefined);
  return {
    ...Object.fromEntries(flags),
    ...(isOwn ? { shareProcessNamespace: true } : {}),
    ...optional("nodeSelector", selector),
    ...optional("runtimeClassName", runtimeClass),
  };
}

function sharesProcesses(members: readonly Member[]): boolean {
  return members.some(({ subject }) => /^(service|container):/.test(subject.service.pid ?? ""));
}

function securityOf(specs: readonly Json[]): Json {
  const all = specs.map((spec) => fields(spec["securityContext"]));
  const groups = [...new Set(all.flatMap(({ supplementalGroups: own }) => Array.isArray(own) ? own : []))];
  const sysctls = new Map(
    all.toReversed().flatMap((one) => list(one["sysctls"])).map((one) => [one["name"], one]),
  );
  return {
    ...Object.assign({}, ...all.toReversed()),
    ...optional("supplementalGroups", groups),
    ...optional("sysctls", [...sysctls.values()]),
  };
}

/** One line for each address: the API refuses a second. */
function aliasesOf(specs: readonly Json[]): Json[] {
  const lines = specs.flatMap((spec) => list(spec["hostAliases"]));
  return [...Map.groupBy(lines, ({ ip }) => ip)].map(([ip, own]) => ({
    ip,
    hostnames: [...new Set(own.flatMap(({ hostnames }) => Array.isArray(hostnames) ? hostnames : []))],
  }));
}

/** Each Secret once: the images of all members are pulled with them. */
function pullSecretsOf(specs: readonly Json[]): Json[] {
  const all = specs.flatMap((spec) => list(spec["imagePullSecrets"]));
  return [...new Map(all.map((one) => [one["name"], one])).values()];
}

/** A member's pod with its volumes and init containers under names that no other member has. */
function renamed(
  state: ConversionState,
  { service }: DecidedService,
  pod: Pod,
  members: readonly Member[],
): Json {
  const others = members.slice(0, members.findIndex((member) => member.pod === pod))
    .map((member) => fields(member.pod.template["spec"]));
  const spec = fields(pod.template["spec"]);
  const taken = new Map(others.flatMap((other) => list(other["volumes"])).map((one) => [one["name"], one]));
  const names = new Set(
    others.flatMap((other) => [...list(other["initContainers"]), ...list(other["containers"])])
      .map(({ name }) => name),
  );
  const rename = (name: unknown): string => ownName(state, service.name, String(name));
  // Two empty directories look the same and are not.
  const clashing = new Set(
    list(spec["volumes"]).filter((one) => {
      const other = taken.get(one["name"]);
      return other !== undefined && ("emptyDir" in one || JSON.stringify(other) !== JSON.stringify(one));
    }).map(({ name }) => name),
  );
  const volume = (one: Json): Json => clashing.has(one["name"]) ? { ...one, name: rename(one["name"]) } : one;
  const container = (one: Json): Json => ({
    ...one,
    ...(names.has(one["name"]) ? { name: rename(one["name"]) } : {}),
    ...optional("volumeMounts", list(one["volumeMounts"]).map(volume)),
  });
  return {
    ...pod.template,
    spec: {
      ...spec,
      ...optional("volumes", list(spec["volumes"]).map(volume)),
      ...optional("initContainers", list(spec["initContainers"]).map(container)),
      containers: list(spec["containers"]).map(container),
    },
  };
}

function ownName({ digests }: ConversionState, service: string, name: string): string {
  const named = (text: string): string =>
    label(`${service}-${text}`.slice(0, 50) + `-${shortHash(`${service}/${text}`)}`);
  return hasSymbol(name) ? digests.symbol((key) => named(digests.resolve(name, key))) : named(name);
}
