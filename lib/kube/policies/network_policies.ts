/** Docker's networks as network policies: what shares none does not meet, and what is published is open to all. */
import type { Project } from "../../../compose/project.ts";
import type { Json } from "../../values/json.ts";
import { label, shortHash } from "../../stack/names.ts";
import { isShutIn, type Reach, type StackNetwork } from "../../stack/reach.ts";
import type { Publications, Published } from "../../stack/published_port.ts";
import { isLoopback } from "../../stack/network/host_address.ts";
import { type AdministrativePorts, otherPorts } from "../access/administrative_ports.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import {
  DNS,
  DOCKER,
  named,
  notNamed,
  othersOn,
  OWN_JOBS,
  policy,
  portRanges,
  WHOLE_NAMESPACE,
} from "./parts.ts";

/** The policy that every stack has: its presence in a target says that the target has policies. */
export const BORDER_POLICY = "networks";

/** What the policies are made from. */
export interface PolicyInput {
  readonly project: Project;
  readonly namespace: string;
  readonly reach: Reach;
  readonly published: Publications;
  /** What the label of a service's pods says. */
  podName(service: string): string;
  /** Services that Traefik is led to, whatever network it is on. */
  readonly routed: ReadonlySet<string>;
  readonly traefik: Json;
  /** Ports of identity servers that few may reach; another policy opens them to those. */
  readonly administrative?: AdministrativePorts;
}

/**
 * None where the stack is not isolated. Policies only add to one another: `networks` closes the namespace, and each of
 * the others opens something. Without a second network it opens the namespace to itself, and there is no policy inside.
 */
export function networkPolicies(input: PolicyInput): readonly PlannedObject[] {
  const { reach } = input;
  if (!reach.isolated) return [];
  const whole = wholeNetwork(reach);
  const named = policyNames(reach.networks);
  return [
    ...border(input, whole),
    ...reach.networks.filter((network) => network !== whole)
      .flatMap((network) => membersPolicies(input, network, `network-${named.get(network)}`)),
    ...reach.networks.flatMap((network) => shutIn(input, network, `internal-${named.get(network)}`)),
    ...withoutNetwork(input),
    ...published(input),
    ...routes(input),
  ];
}

/** The network that every pod is on which policies can speak of, and so the one that counts. */
function wholeNetwork({ networks }: Reach): StackNetwork | undefined {
  const all = new Set(networks.flatMap(({ services }) => services));
  return networks.find(({ services }) => services.length === all.size);
}

/** Chooses every pod, but for those that have policies of their own. */
function border(input: PolicyInput, whole: StackNetwork | undefined): readonly PlannedObject[] {
  const { namespace, reach, administrative } = input;
  const inside = whole === undefined
    ? [OWN_JOBS]
    : [WHOLE_NAMESPACE, ...othersOn(whole), ...traefikOn(input, whole)];
  const from = [...inside, ...DOCKER];
  const servers = administrative?.servers ?? [];
  const left = [...new Set([...pods(input, reach.alone), ...servers])].toSorted();
  const source = whole === undefined ? {} : sourceOf(input, whole.key);
  return [
    { object: policy(namespace, BORDER_POLICY, ingress(notNamed(left), [{ from }])), ...source },
    ...serversPolicy(input, servers, `identity-${BORDER_POLICY}`, from),
  ];
}

function membersPolicies(input: PolicyInput, network: StackNetwork, name: string): PlannedObject[] {
  const own = pods(input, network.services);
  const servers = serversAmong(input, network.services);
  const members = own.filter((pod) => !servers.includes(pod));
  const from = peers(input, network);
  return [
    ...(members.length === 0
      ? []
      : [planned(input, network.key, policy(input.namespace, name, ingress(named(members), [{ from }])))]),
    ...serversPolicy(input, servers, `identity-${name}`, from),
  ];
}

/** All that is on a network: the stack's own, other projects' and Traefik. */
function peers(input: PolicyInput, network: StackNetwork): readonly Json[] {
  return [
    // A network that others have is on the stack's own pods as a label.
    ...(network.shared ? [] : [{ podSelector: named(pods(input, network.services)) }]),
    ...othersOn(network),
    ...traefikOn(input, network),
  ];
}

function traefikOn({ traefik }: PolicyInput, { hasTraefik }: StackNetwork): readonly Json[] {
  return hasTraefik ? [traefik] : [];
}

function serversAmong(input: PolicyInput, services: readonly string[]): readonly string[] {
  const servers = input.administrative?.servers ?? [];
  return pods(input, services).filter((pod) => servers.includes(pod));
}

/** Of identity servers all ports but the administrative ones. */
function serversPolicy(
  { namespace, administrative }: PolicyInput,
  servers: readonly string[],
  name: string,
  from: readonly Json[],
): readonly PlannedObject[] {
  if (servers.length === 0) return [];
  const ports = otherPorts(administrative?.ports ?? []);
  return [{ object: policy(namespace, name, ingress(named(servers), [{ ports, from }])) }];
}

/** The way out of services that are on internal networks alone: to their networks, and to the name servers. */
function shutIn(input: PolicyInput, network: StackNetwork, name: string): readonly PlannedObject[] {
  const inside = network.services.filter((service) => network.internal && isShutIn(input.reach, service));
  if (inside.length === 0) return [];
  const to = peers(input, network);
  const spec = { podSelector: named(pods(input, inside)), policyTypes: ["Egress"], egress: [DNS, { to }] };
  return [planned(input, network.key, policy(input.namespace, name, spec))];
}

/** `network_mode: none`: nobody in, nothing out; who waits until another is healthy may ask for its name. */
function withoutNetwork(input: PolicyInput): readonly PlannedObject[] {
  const { namespace, reach, project } = input;
  if (reach.alone.length === 0) return [];
  const podSelector = named(pods(input, reach.alone));
  const waiting = reach.alone.filter((name) =>
    Object.values(project.services[name]?.depends_on ?? {}).some(({ condition }) =>
      condition === "service_healthy"
    )
  );
  const asking = { podSelector: named(pods(input, waiting)), policyTypes: ["Egress"], egress: [DNS] };
  return [
    { object: policy(namespace, "no-network", { podSelector, policyTypes: ["Ingress", "Egress"] }) },
    ...(waiting.length === 0 ? [] : [{ object: policy(namespace, "no-network-waits", asking) }]),
  ];
}

/** What is published on the node is for everybody; what is on its loopback alone comes from the node, which always may. */
function published(input: PolicyInput): readonly PlannedObject[] {
  const { published: { loadBalancers, hostPorts } } = input;
  const open = [...loadBalancers, ...[...hostPorts.values()].flat()].filter(({ hostIp }) =>
    !isLoopback(hostIp)
  );
  return [...Map.groupBy(open, ({ service }) => input.podName(service))].flatMap(([pod, ports]) =>
    isOpenable(input, ports) ? [openPolicy(input, pod, ports)] : []
  );
}

function isOpenable({ reach: { onHost, alone } }: PolicyInput, ports: readonly Published[]): boolean {
  return ports.every(({ service }) => !onHost.includes(service) && !alone.includes(service));
}

function openPolicy({ namespace }: PolicyInput, pod: string, ports: readonly Published[]): PlannedObject {
  const span = ports[0]?.span;
  const spec = ingress(named([pod]), [{ ports: portRanges(ports) }]);
  return {
    object: policy(namespace, `published-${pod}`, spec),
    ...(span === undefined ? {} : { source: span }),
  };
}

/** A route whose service shares no network with Traefik leads there all the same. */
function routes(input: PolicyInput): readonly PlannedObject[] {
  const { namespace, reach, routed, traefik } = input;
  const met = new Set(
    reach.networks.filter(({ hasTraefik }) => hasTraefik).flatMap(({ services }) => services),
  );
  const left = [...routed].filter((service) => !met.has(service) && !reach.onHost.includes(service));
  if (left.length === 0) return [];
  const servers = serversAmong(input, left);
  const others = pods(input, left).filter((pod) => !servers.includes(pod));
  const from = [traefik];
  return [
    ...(others.length === 0
      ? []
      : [{ object: policy(namespace, "traefik", ingress(named(others), [{ from }])) }]),
    ...serversPolicy(input, servers, "identity-traefik", from),
  ];
}

function ingress(podSelector: Json, rules: readonly Json[]): Json {
  return { podSelector, policyTypes: ["Ingress"], ingress: rules };
}

function pods({ podName }: Pick<PolicyInput, "podName">, services: readonly string[]): readonly string[] {
  return [...new Set(services.map(podName))].toSorted();
}

function planned(input: PolicyInput, key: string, object: KubeObject): PlannedObject {
  return { object, ...sourceOf(input, key) };
}

function sourceOf({ project }: PolicyInput, key: string): Pick<PlannedObject, "source"> {
  const source = project.networks[key] === undefined ? undefined : project.span(["networks", key]);
  return source === undefined ? {} : { source };
}

/** By the key of the file; where two would be the same, with a hash. */
function policyNames(networks: readonly StackNetwork[]): ReadonlyMap<StackNetwork, string> {
  const short = (key: string): string => label(key, 40);
  const alike = Map.groupBy(networks, ({ key }) => short(key));
  const isTaken = (key: string): boolean => (alike.get(short(key)) ?? []).length > 1;
  return new Map(networks.map((network) => [
    network,
    isTaken(network.key) ? `${short(network.key)}-${shortHash(network.key)}` : short(network.key),
  ]));
}
