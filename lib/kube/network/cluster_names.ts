/** Names that no Service can have, as lines for the cluster's CoreDNS: below the namespace's own domain, and nowhere else. */
import { type Context, isSkipped } from "../../stack/context.ts";
import { isQuestion, isServiceName, serviceLabel } from "../../stack/names.ts";
import { traefikDecisions } from "../../decisions/traefik.ts";
import { dnsNames, isKeptName } from "../../stack/network/dns_names.ts";
import {
  clusterAddress,
  type NeighbourName,
  networksOf,
  projectNetworks,
} from "../../stack/network/neighbours.ts";
import { findTraefik } from "../../traefik/find_traefik.ts";
import type { OddName } from "../../stack/network/odd_names.ts";
import { aliasServiceName, sharedAliases } from "../../stack/network/shared_aliases.ts";
import { podGroups } from "../../stack/pod_groups.ts";
import type { ClusterNames } from "../conversion.ts";
import type { PlannedObject } from "../object.ts";

/** The ConfigMap that holds a project's lines, in its own namespace. */
export const CLUSTER_NAMES = "cluster-names";
/** Marks it, for the run hands its content to the cluster's CoreDNS. */
export const CLUSTER_NAMES_LABEL = "compose-ferry/cluster-names";

/** What names are made from. */
export interface Named {
  readonly odd: readonly OddName[];
  readonly neighbours: ReadonlyMap<string, NeighbourName>;
  /** Services of the namespace. */
  readonly services: ReadonlySet<string>;
}

interface Answer {
  readonly host: string;
  /** The Service's own full name. */
  readonly address: string;
  readonly name?: OddName;
}

/**
 * A ConfigMap with one line of CoreDNS for each name, or nothing where each name is a Service's; and a remark that says
 * which names they are. Pods ask for `NAME.NAMESPACE.svc.cluster.local` first, whatever dots the name has.
 */
export function clusterNames(context: Context, { odd, neighbours, services }: Named): ClusterNames {
  const answers = new Map<string, Answer>();
  for (const name of odd) {
    const service = serviceOf(context, name, services);
    if (service === undefined) continue;
    const first = answers.get(name.host);
    const address = clusterAddress({ name: service, namespace: context.namespace });
    if (first === undefined) answers.set(name.host, { host: name.host, address, name });
    else if (first.address !== address) reportTaken(context, name, first);
  }
  for (const [written, found] of neighbours) {
    const host = written.toLowerCase();
    if (isServiceName(host) || !isQuestion(host) || answers.has(host)) continue;
    answers.set(host, { host, address: clusterAddress(found) });
  }
  for (const { host, name } of traefikNames(context)) {
    if (!answers.has(host)) {
      answers.set(host, { host, address: traefikAddress(context), ...(name === undefined ? {} : { name }) });
    }
  }
  const hosts = new Set(answers.keys());
  if (answers.size === 0) return { objects: [], hosts };
  const { namespace, project } = context;
  const lines = [...answers.values()].map(({ host, address }) =>
    `rewrite stop name exact ${host}.${namespace}.svc.cluster.local ${address} answer auto`
  );
  report(context, [...answers.values()]);
  const text = [
    `# Names of the project ${serviceLabel(project.name)} that no Service can have`,
    ...lines,
    "",
  ];
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: CLUSTER_NAMES, namespace, labels: { [CLUSTER_NAMES_LABEL]: "" } },
    data: { [clusterNamesKey(namespace)]: text.join("\n") },
  };
  return { objects: [{ object }], hosts };
}

/**
 * What Traefik is called by a name with dots: that of a host that it serves, so that pods reach it by the host's own name
 * and certificate without a way over the outside. Of its own project, or of one on a network of the project's.
 */
function traefikNames(context: Context): readonly Pick<Answer, "host" | "name">[] {
  const { project, routing, otherProjects = [] } = context;
  const shared = projectNetworks(project);
  const own = routing.traefikService === undefined ? [] : [{ project, traefik: routing.traefikService }];
  const others = otherProjects.flatMap((other) => {
    const traefik = findTraefik(other.project)?.service;
    const service = other.project.services[traefik ?? ""];
    const isNear = service !== undefined &&
      networksOf(other.project, service).some((network) => shared.has(network));
    return traefik === undefined || !isNear ? [] : [{ project: other.project, traefik }];
  });
  return [...own, ...others].flatMap((one) => {
    const service = one.project.services[one.traefik];
    const names = service === undefined ? [] : dnsNames(one.project, service);
    return names.filter(({ name }) => isKeptName(one.project, one.traefik, name))
      .map(({ name, kind, path }) => {
        const host = name.toLowerCase();
        return one.project === project
          ? { host, name: { host, service: one.traefik, kind, path } }
          : { host };
      });
  });
}

function traefikAddress({ decisions }: Context): string {
  return clusterAddress({ name: "traefik", namespace: traefikDecisions(decisions.traefik).namespace });
}

/** The key of a project's lines, in its own ConfigMap and in that of the cluster's CoreDNS: one for each namespace. */
export function clusterNamesKey(namespace: string): string {
  return `${namespace}.override`;
}

/** The Service that answers to the name; undefined where there is none, or no server can be asked for it. */
function serviceOf(context: Context, name: OddName, services: ReadonlySet<string>): string | undefined {
  const { project, decisions, routing } = context;
  if (isSkipped(decisions, name.service) || name.service === routing.traefikService) return undefined;
  if (!isQuestion(name.host)) {
    context.report({
      code: "kube-name-not-dns",
      severity: "warning",
      message: `"${name.host}" of service "${name.service}" is not a valid DNS name`,
      ...spanOf(context, name),
      hint: "Use letters, digits, hyphens, underscores and dots, here and where it is called",
    });
    return undefined;
  }
  const isGiven = name.kind === "alias" || name.kind === "hostname";
  const shared = isGiven && sharedAliases(context).has(name.host);
  const service = shared
    ? aliasServiceName(name.host)
    : serviceLabel(podGroups(project).nameOf(name.service));
  return services.has(service) ? service : undefined;
}

function spanOf({ project }: Context, { path }: OddName): { span?: NonNullable<PlannedObject["source"]> } {
  const span = project.span(path);
  return span === undefined ? {} : { span };
}

function reportTaken(context: Context, name: OddName, first: Answer): void {
  context.report({
    code: "kube-name-collision",
    severity: "warning",
    message:
      `"${name.host}" of service "${name.service}" leads to service "${first.name?.service}" alone, which has it too; in Docker both answer`,
    ...spanOf(context, name),
    hint: "Give it another alias, and write that where it is called",
  });
}

function report(context: Context, answers: readonly Answer[]): void {
  const [first, ...others] = answers.flatMap(({ name }) => name ?? []);
  context.report({
    code: "kube-name-by-dns",
    severity: "info",
    message: `Answered by the cluster's CoreDNS, as no Service can be called so: ${
      answers.map(({ host }) => `"${host}"`).join(", ")
    }`,
    ...(first === undefined ? {} : spanOf(context, first)),
    hint:
      `k3s reads them from key "${
        clusterNamesKey(context.namespace)
      }" of ConfigMap coredns-custom in kube-system, where the run ` +
      `puts them; for another cluster put the lines of ConfigMap ${context.namespace}/${CLUSTER_NAMES} into its Corefile`,
    related: others.flatMap((name) => {
      const { span } = spanOf(context, name);
      return span === undefined ? [] : [{ message: `"${name.host}" of service "${name.service}"`, span }];
    }),
  });
}
