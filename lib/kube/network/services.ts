/** Services: one for each name by which a container is reached, on each of its ports. */
import type { Service } from "../../../compose/project.ts";
import { at, type Context } from "../../stack/context.ts";
import { isServiceName, label } from "../../stack/names.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import type { ServicePort } from "../../stack/ports.ts";
import { labelsOf, selectorOf } from "../workload/workload.ts";
import { dnsNames } from "../../stack/network/dns_names.ts";
import type { Published } from "../../stack/published.ts";

/** The names that are taken, with who took them, over a whole conversion. */
export type TakenNames = Map<string, { readonly service: string; readonly written: string }>;

/** The Services of one compose service: none where it has no port. */
export function servicesOf(
  context: Context,
  service: Service,
  ports: readonly ServicePort[],
  taken: TakenNames,
): PlannedObject[] {
  if (ports.length === 0) return [];
  return dnsNames(context.project, service).flatMap(({ name, kind, path }): PlannedObject[] => {
    const wanted = kind === "service" ? label(name) : name.toLowerCase();
    if (!isServiceName(wanted)) {
      if (kind === "hostname") return [];
      context.report({
        code: "kube-name-not-dns",
        severity: kind === "service" ? "error" : "warning",
        message: `${describe(kind)} "${name}" of service "${service.name}" cannot be the name of a Service`,
        ...at(context.project, path),
        hint: name.includes(".")
          ? `If callers inside need it: a rewrite to ${
            label(service.name)
          }.${context.namespace}.svc.cluster.local in the cluster's DNS (k3s: ConfigMap coredns-custom)`
          : "Use lower-case letters, digits and hyphens, beginning with a letter",
      });
      return [];
    }
    const first = taken.get(wanted);
    if (first !== undefined) {
      if (first.service !== service.name && kind !== "service") {
        reportCollision(context, service.name, name, path, wanted, first);
      }
      return [];
    }
    taken.set(wanted, { service: service.name, written: name });
    const span = context.project.span(path);
    return [{
      object: clusterService(context, service.name, wanted, ports),
      ...(span === undefined ? {} : { source: span }),
      service: service.name,
    }];
  });
}

function describe(kind: string): string {
  return { service: "Name", container_name: "Container name", alias: "Alias", link: "Link" }[kind] ?? "Name";
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
  service: string,
  name: string,
  ports: readonly ServicePort[],
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: context.namespace, labels: labelsOf(service, context.project.name) },
    spec: {
      type: "ClusterIP",
      selector: selectorOf(service),
      ports: ports.map(({ port, protocol, appProtocol }) => ({
        name: `${protocol.toLowerCase()}-${port}`,
        port,
        protocol,
        targetPort: port,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      })),
    },
  };
}

/** A Service of type LoadBalancer for each service with ports that decisions open this way, callers' addresses kept. */
export function loadBalancers(context: Context, ports: readonly Published[]): PlannedObject[] {
  const byService = Map.groupBy(ports, ({ service }) => service);
  return [...byService].map(([service, own]): PlannedObject => {
    const object: KubeObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: label(`${service}-public`),
        namespace: context.namespace,
        labels: labelsOf(service, context.project.name),
      },
      spec: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        selector: selectorOf(service),
        ports: own.map(({ port, protocol, hostPort }) => ({
          name: `${protocol.toLowerCase()}-${hostPort}`,
          port: hostPort,
          protocol,
          targetPort: port,
        })),
      },
    };
    const span = own[0]?.span;
    return { object, ...(span === undefined ? {} : { source: span }), service };
  });
}
