/** Converts what is known of a stack to Kubernetes objects: pure, and the same input gives the same bytes. */
import type { Service } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ConfigurationObjects } from "./configuration/objects.ts";
import { type Context, decided, isSkipped } from "../stack/context.ts";
import type { StackFacts } from "../stack/facts.ts";
import type { Conversion, ConvertedService } from "./conversion.ts";
import { Digests } from "./digests.ts";
import { dependenciesOf } from "../stack/dependencies.ts";
import { ofeliaCronJobs } from "./jobs/ofelia/cron_jobs.ts";
import { namespaceObjects, type PrivilegeNeed } from "./namespace.ts";
import { administrativePorts } from "./access/administrative_ports.ts";
import { namespaceNetworkLabels, podNetworkLabels } from "./network/network_label.ts";
import { neighbourServices } from "./network/neighbours.ts";
import { clusterNames } from "./network/cluster_names.ts";
import { loadBalancers, servicesOf, type TakenNames } from "./network/services.ts";
import { networkPolicies } from "./policies/network_policies.ts";
import { podLabel } from "./policies/pod_label.ts";
import { traefikPeer } from "./policies/parts.ts";
import { routedServices } from "./policies/routed.ts";
import type { PlannedObject } from "./object.ts";
import { traefikDecisions } from "../decisions/traefik.ts";
import { beyondBaseline, beyondRestricted } from "./pod_security.ts";
import { sharedAliases } from "../stack/network/shared_aliases.ts";
import { seenObjects } from "./seen.ts";
import { type PodGroups, podGroups } from "../stack/pod_groups.ts";
import { mergePorts, type ServicePort, servicePorts } from "../stack/ports.ts";
import { hasRoutes, routingConversionInput } from "./routing_input.ts";
import { roleOf } from "../stack/role.ts";
import { Claims } from "./storage/volumes.ts";
import type { ClusterTraefik } from "./traefik/cluster_traefik.ts";
import { convertRouting, type RoutingConversionInput } from "./traefik/convert_routing.ts";
import type { GivenCertificate } from "./traefik/default_certificate.ts";
import { reportSecrets, reportSplitStorage, reportWritable } from "./summaries.ts";
import { kindOf } from "../stack/kind.ts";
import { reportFilled } from "./workload/filled.ts";
import { type Member, onePod } from "./workload/one_pod.ts";
import type { ConversionState } from "./workload/conversion_state.ts";
import { reportCircles } from "./workload/pod_circles.ts";
import { podMembers, reportStrangers } from "./workload/pod_members.ts";
import { podOf } from "./workload/pod.ts";
import { aliasSelector, labelsOf, workloadOf } from "./workload/workload.ts";

/** What a conversion needs besides the facts. */
export interface ConversionOptions {
  /** The decided default certificate of Traefik, where it is decided as files. */
  readonly certificate?: GivenCertificate;
  /** What the cluster told of its Traefik, where one was asked. */
  readonly traefikThere?: ClusterTraefik;
}

/**
 * The whole conversion. Never throws for bad input: what is wrong is in `findings`, and where one of them is an error
 * the objects are not complete. Digests in it are symbols, which its `digests` resolve.
 */
export function convert(facts: StackFacts, options: ConversionOptions = {}): Conversion {
  const findings: Diagnostic[] = [];
  const context: Context = { ...facts, report: (finding) => findings.push(finding) };
  const { project, published } = facts;
  const routed = convertRouting({ ...routingConversionInput(facts), ...givenOf(options) });
  findings.push(...routed.findings);
  const ports = servicePorts(facts, facts.references, routed.requiredPorts);
  const groups = podGroups(project);
  const digests = new Digests();
  const state: ConversionState = {
    context,
    digests,
    secrets: facts.secrets,
    objects: new ConfigurationObjects(facts.namespace, digests),
    claims: new Claims(context),
    roles: facts.roles,
    volumes: facts.volumes,
    ports,
    hostPorts: published.hostPorts,
    references: facts.references,
    groups,
    reach: facts.reach,
    writable: [],
    filled: [],
    notes: [],
  };
  const names: TakenNames = new Map();
  const needs: PrivilegeNeed[] = [];
  reportStrangers(context);
  reportCircles(context, groups);
  const united = unitedPorts(ports, groups);
  const made = new Map(
    Object.values(project.services).filter(({ name }) => groups.hostOf(name) === name).flatMap((service) =>
      convertPod(state, service, { taken: names, needs, routes: routed.routes, ports: united })
    ).map((converted) => [converted.name, converted]),
  );
  const services = new Map(
    Object.values(project.services).map((service) => [
      service.name,
      made.get(service.name) ?? nothingOf(state, service, routed.routes),
    ]),
  );
  reportSecrets(context, state.notes);
  reportWritable(context, state.writable);
  reportFilled(context, state.filled);
  const front = [
    ...(hasRoutes(facts) ? routed.front : []),
    ...loadBalancers(context, facts.published.loadBalancers, groups),
  ];
  const own = [...services.values()].flatMap(({ network }) => network).concat(routed.shared, front);
  const taken = new Set(
    own.flatMap(({ object: { kind, metadata } }) => kind === "Service" ? [metadata.name] : []),
  );
  const { reach, namespace } = facts;
  const { isolated } = reach;
  return {
    namespace,
    digests,
    services,
    isolated,
    namespaces: [
      ...namespaceObjects(context, needs, isolated ? namespaceNetworkLabels(reach.networks) : {}),
      ...policiesOf(facts, groups, { services, front, isolated }, [...routed.shared, ...routed.otherRoutes]),
      ...seenObjects(namespace, facts.seen),
    ],
    storage: state.claims.objects(),
    configuration: state.objects.all(),
    secrets: state.objects.secrets(),
    traefik: hasRoutes(facts) ? routed.shared : [],
    usesNewerTraefik: routed.usesNewer,
    routes: routed.otherRoutes,
    neighbours: neighbourServices(facts.neighbours.values(), facts.namespace, taken),
    clusterNames: clusterNames(context, { odd: facts.odd, neighbours: facts.neighbours, services: taken }),
    front,
    scheduled: ofeliaCronJobs(context, services, facts.secrets),
    ports: united,
    findings,
  };
}

function givenOf(
  { certificate, traefikThere: there }: ConversionOptions,
): Pick<RoutingConversionInput, "certificate" | "there"> {
  return { ...(certificate === undefined ? {} : { certificate }), ...(there === undefined ? {} : { there }) };
}

function policiesOf(
  { project, namespace, reach, published, decisions }: StackFacts,
  groups: PodGroups,
  made: Pick<Conversion, "services" | "front" | "isolated">,
  shared: readonly PlannedObject[],
): readonly PlannedObject[] {
  const services = [...made.services.values()];
  const traefik = decisions.traefik ?? {};
  const routes = [...services.flatMap((service) => service.routes), ...shared];
  return networkPolicies({
    project,
    namespace,
    reach,
    published,
    podName: (service) => podLabel(decisions, groups.hostOf(service)),
    routed: routedServices(services, routes, namespace),
    traefik: traefikPeer(traefikDecisions(traefik), traefik.namespace !== undefined),
    ...(decisions.access === undefined
      ? {}
      : { administrative: administrativePorts(made, decisions.identity) }),
  });
}

interface Surrounding {
  readonly taken: TakenNames;
  readonly needs: PrivilegeNeed[];
  readonly routes: ReadonlyMap<string, readonly PlannedObject[]>;
  /** Of each service the ports of its pod. */
  readonly ports: ReadonlyMap<string, readonly ServicePort[]>;
}

/** A service without a workload: left out, in nobody's pod, or replaced by something named. */
function nothingOf(
  state: ConversionState,
  service: Service,
  routes: Surrounding["routes"],
): ConvertedService {
  return {
    name: service.name,
    kind: "none",
    variables: new Map(),
    role: "application",
    workload: [],
    network: [],
    configuration: [],
    routes: routes.get(service.name) ?? [],
    dependsOn: dependenciesOf(service, state.references, state.context.decisions),
  };
}

/** The service with all that are in its pod; empty where it has none. */
function convertPod(state: ConversionState, host: Service, surrounding: Surrounding): ConvertedService[] {
  const { context, groups, reach } = state;
  const others = podMembers(state, host, (groups.members.get(host.name) ?? []).slice(1));
  if (isSkipped(context.decisions, host.name) || host.name === context.routing.traefikService) return [];
  const kind = kindOf(context, host);
  const shared = sharedAliases(context);
  const aliases = shared.size === 0
    ? []
    : [...shared].filter(([, owners]) => [host, ...others].some(({ name }) => owners.includes(name)));
  const labels = Object.assign(
    labelsOf(host.name, context.project.name),
    ...aliases.map(([alias]) => aliasSelector(alias)),
    ...(reach.isolated
      ? [podNetworkLabels(reach.networks, [host.name, ...others.map(({ name }) => name)])]
      : []),
  );
  const members = [host, ...others].flatMap((service): Member[] => {
    const subject = { service, decision: decided(context.decisions, service.name) };
    const pod = podOf(state, subject, kind, labels);
    return pod === undefined ? [] : [{ subject, pod }];
  });
  const [first, ...more] = members;
  if (first === undefined || first.subject.service !== host) return [];
  const pod = more.length === 0 ? first.pod : onePod(state, [first, ...more]);
  for (const why of beyondBaseline(pod.template)) {
    surrounding.needs.push({ service: host.name, why, level: "privileged" });
  }
  for (const why of beyondRestricted(pod.template)) {
    surrounding.needs.push({ service: host.name, why, level: "baseline" });
  }
  const span = context.project.span(["services", host.name]);
  const workload: PlannedObject = {
    object: workloadOf(state, first.subject, kind, pod),
    ...(span === undefined ? {} : { source: span }),
    service: host.name,
  };
  const converted = members.map((member) => convertMember(state, member, surrounding));
  const own = new Set(members.map(({ subject }) => subject.service.name));
  const needed = new Map(
    converted.flatMap(({ dependsOn }) => dependsOn).filter(({ service }) => !own.has(service))
      .map((dependency) => [dependency.service, dependency]),
  );
  return converted.map((service, index) =>
    index === 0
      ? {
        ...service,
        workload: [workload],
        network: converted.flatMap(({ network }) => network),
        dependsOn: more.length === 0 ? service.dependsOn : [...needed.values()],
      }
      : {
        ...service,
        network: [],
        inPodOf: host.name,
        dependsOn: [{ service: host.name, reason: "started" }],
      }
  );
}

function convertMember(
  state: ConversionState,
  { subject, pod }: Member,
  { taken, routes, ports }: Surrounding,
): ConvertedService {
  const { context, groups } = state;
  const { service } = subject;
  const host = groups.hostOf(service.name);
  const kind = kindOf(context, context.project.services[host] ?? service);
  reportSplitStorage(context, service, state.claims.storageIds(service.name));
  return {
    ...nothingOf(state, service, routes),
    kind,
    image: pod.image,
    variables: pod.variables,
    role: roleOf(service, kind, context.decisions),
    network: servicesOf(context, service, {
      ports: ports.get(service.name) ?? [],
      all: ports,
      taken,
      host,
      isJob: kind === "Job",
    }),
    configuration: state.objects.of(service.name),
  };
}

/** Each name of a pod leads to the ports of all its programs. */
function unitedPorts(
  ports: ReadonlyMap<string, readonly ServicePort[]>,
  groups: PodGroups,
): ReadonlyMap<string, readonly ServicePort[]> {
  const united = new Map(ports);
  for (const names of groups.members.values()) {
    const all = mergePorts(names.flatMap((name) => ports.get(name) ?? []));
    for (const name of names) united.set(name, all);
  }
  return united;
}
