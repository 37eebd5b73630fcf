/** Services: one for each name by which a container is reached, on each of its ports. */
import type { Project, Service } from "../../../compose/project.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { at, type Context, isSkipped } from "../../stack/context.ts";
import { aliasServiceName, sharedAliases } from "../../stack/network/shared_aliases.ts";
import { fields, optional } from "../../values/json.ts";
import { oncePerPair } from "../../values/once_per.ts";
import { isServiceName, label, serviceLabel } from "../../stack/names.ts";
import { isNodePort } from "../node_port.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import { mergePorts, type ServicePort } from "../../stack/ports.ts";
import { answersAlways, hasReadiness, readyServiceName } from "../workload/readiness.ts";
import { aliasSelector, labelsOf, selectorOf } from "../workload/workload.ts";
import { dnsNames } from "../../stack/network/dns_names.ts";
import { type PodGroups, podGroups } from "../../stack/pod_groups.ts";
import type { Published } from "../../stack/published_port.ts";

/** The names that are taken, with who took them, over a whole conversion. */
export type TakenNames = Map<string, { readonly service: string; readonly written: string }>;

/** What the Services of one compose service are made from. */
export interface Reached {
  readonly ports: readonly ServicePort[];
  readonly taken: TakenNames;
  /** Those of all services. */
  readonly all: ReadonlyMap<string, readonly ServicePort[]>;
  /** The service in whose pod it runs; itself, where it has its own. */
  readonly host: string;
  /** It ends by itself: nobody calls it where no port is known. */
  readonly isJob: boolean;
}

/** The Services of one compose service; without a known port they lead from the name to every port of it. */
export function servicesOf(context: Context, service: Service, reached: Reached): PlannedObject[] {
  const { ports, taken, isJob } = reached;
  if (ports.length === 0 && (isJob || !answersAlways(context, service.name))) return [];
  const aliases = sharedAliases(context);
  const isNamed = podGroups(context.project).nameOf(service.name) === service.name;
  const objects = (isNamed ? dnsNames(context.project, service) : []).flatMap(
    ({ name, kind, path }): PlannedObject[] => {
      const plain = kind === "service" ? serviceLabel(name) : name.toLowerCase();
      const owners = kind === "service" ? undefined : aliases.get(plain);
      const wanted = owners === undefined ? plain : aliasServiceName(plain);
      // What no Service can be called the cluster's DNS answers: `clusterNames`.
      if (!isServiceName(wanted)) return [];
      const first = taken.get(wanted);
      const owner = kind === "service" ? undefined : ownerOf(context, wanted);
      if (owner !== undefined && owner !== service.name) {
        reportOwned(context, service.name, name, path, owner);
        return [];
      }
      if (first !== undefined) {
        if (first.service !== service.name && kind !== "service" && owners === undefined) {
          if (kind === "hostname") reportHostname(context, service.name, name, path, first.service);
          else reportCollision(context, service.name, name, path, wanted, first);
        }
        return [];
      }
      taken.set(wanted, { service: service.name, written: name });
      const span = context.project.span(path);
      return [{
        object: owners === undefined
          ? clusterService(context, service, wanted, reached)
          : aliasService(context, service, plain, reached, owners),
        ...(span === undefined ? {} : { source: span }),
        service: service.name,
      }];
    },
  );
  return [...objects, ...readyService(context, service, reached)];
}

/** The service whose own name it is, which is there whoever else has it for an alias. */
function ownerOf({ project, decisions }: Context, wanted: string): string | undefined {
  return owners(project, decisions).get(wanted);
}

/** The first service of each Service that is called by a service's own name. */
const owners = oncePerPair((project: Project, decisions: Decisions): ReadonlyMap<string, string> => {
  const { nameOf } = podGroups(project);
  return new Map(
    Object.keys(project.services).filter((name) => nameOf(name) === name && !isSkipped(decisions, name))
      .toReversed().map((name) => [serviceLabel(name), name] as const),
  );
});

function reportOwned(
  context: Context,
  service: string,
  name: string,
  path: readonly (string | number)[],
  owner: string,
): void {
  context.report({
    code: "kube-name-collision",
    severity: "warning",
    message:
      `"${name}" of service "${service}" is the name of service "${owner}", and leads to that one alone; in Docker both answer`,
    ...at(context.project, path),
    hint: "Give it another alias, and write that where it is called",
  });
}

/** One Service for the pods of all that have the alias, on the ports of all. */
function aliasService(
  context: Context,
  service: Service,
  alias: string,
  reached: Reached,
  owners: readonly string[],
): KubeObject {
  const ports = mergePorts(owners.flatMap((owner) => reached.all.get(owner) ?? []));
  const object = clusterService(context, service, aliasServiceName(alias), { ...reached, ports });
  const isEarly = owners.flatMap((owner) => context.project.services[owner] ?? [])
    .some((owner) => answersAlways(context, owner.name) && hasReadiness(context, owner));
  return {
    ...object,
    spec: {
      ...fields(object["spec"]),
      ...(isEarly ? { publishNotReadyAddresses: true } : {}),
      selector: aliasSelector(alias),
    },
  };
}

/** Seldom does anybody call another by it: Docker answers it only from version 25 on. */
function reportHostname(
  context: Context,
  service: string,
  name: string,
  path: readonly (string | number)[],
  first: string,
): void {
  context.report({
    code: "kube-name-collision",
    severity: "warning",
    message:
      `Hostname "${name}" of service "${service}" leads others to service "${first}" alone, which has that name, too`,
    ...at(context.project, path),
    hint: `Where others call "${service}" by it, write the service's name there`,
  });
}

function reportCollision(
  context: Context,
  service: string,
  name: string,
  path: readonly (string | number)[],
  wanted: string,
  first: { service: string; written: string },
): void {
  const span = context.project.span(["services", first.service]);
  context.report({
    code: "kube-name-collision",
    severity: "error",
    message:
      `"${name}" of service "${service}" and "${first.written}" of service "${first.service}" would both be the Service "${wanted}"`,
    ...at(context.project, path),
    hint: "Rename one of them, and what refers to it",
    ...(span === undefined ? {} : { related: [{ message: `"${first.service}" is here`, span }] }),
  });
}

function clusterService(
  context: Context,
  service: Service,
  name: string,
  { ports, host }: Reached,
): KubeObject {
  const isEarly = answersAlways(context, service.name) &&
    (ports.length === 0 || hasReadiness(context, service));
  return {
    ...named(context, service.name, name),
    spec: {
      type: "ClusterIP",
      ...(ports.length === 0 ? { clusterIP: "None" } : {}),
      ...(isEarly ? { publishNotReadyAddresses: true } : {}),
      selector: selectorOf(host),
      ...portsOf(ports),
    },
  };
}

/**
 * What leads to ready pods alone, where the names lead to all: for routes, and for who waits until it is healthy. It is
 * headless, as its name then has an address while a pod is ready, and none else.
 */
function readyService(
  context: Context,
  service: Service,
  { ports, host }: Reached,
): PlannedObject[] {
  const name = readyServiceName(context, service);
  if (name === undefined || host !== service.name) return [];
  const span = context.project.span(["services", service.name, "healthcheck"]);
  const spec = {
    type: "ClusterIP",
    clusterIP: "None",
    selector: selectorOf(host),
    ...portsOf(ports),
  };
  return [{
    object: { ...named(context, service.name, name), spec },
    ...(span === undefined ? {} : { source: span }),
    service: service.name,
  }];
}

function named(context: Context, service: string, name: string): KubeObject {
  const labels = labelsOf(service, context.project.name);
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: context.namespace, labels } };
}

function portsOf(ports: readonly ServicePort[]): Record<string, unknown> {
  return optional(
    "ports",
    ports.map(({ port, protocol, appProtocol }) => ({
      name: `${protocol.toLowerCase()}-${port}`,
      port,
      protocol,
      targetPort: port,
      ...(appProtocol === undefined ? {} : { appProtocol }),
    })),
  );
}

/**
 * A Service of type LoadBalancer for each service with ports that decisions open this way, callers' addresses kept. It leads
 * to its program whatever a health check says where the names do: to Docker a published port has nothing to do with health.
 */
export function loadBalancers(
  context: Context,
  ports: readonly Published[],
  groups: PodGroups,
): PlannedObject[] {
  return [...Map.groupBy(ports, ({ service }) => service)].map(([service, own]): PlannedObject => {
    const known = context.project.services[service];
    const isEarly = known !== undefined && answersAlways(context, service) && hasReadiness(context, known);
    const object: KubeObject = {
      ...named(context, service, label(`${service}-public`)),
      spec: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        ...(isEarly ? { publishNotReadyAddresses: true } : {}),
        selector: selectorOf(groups.hostOf(service)),
        ports: own.map(({ port, protocol, hostPort }) => ({
          name: `${protocol.toLowerCase()}-${hostPort}`,
          port: hostPort,
          protocol,
          targetPort: port,
          ...(isNodePort(hostPort) ? { nodePort: hostPort } : {}),
        })),
      },
    };
    const span = own[0]?.span;
    return { object, ...(span === undefined ? {} : { source: span }), service };
  });
}
