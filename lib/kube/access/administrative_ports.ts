/**
 * The administrative port of an identity server needs no password, and whoever reaches it makes a login that counts as
 * an operator. Once people have roles, only pods that need it reach it.
 */
import type { Decisions } from "../../decisions/decisions.ts";
import type { Conversion, ConvertedService } from "../conversion.ts";
import { list, record } from "../../values/json.ts";
import { containersOf, type KubeObject, type PlannedObject, podLabels } from "../object.ts";

/** Hydra's own: https://www.ory.com/docs/hydra/reference/configuration */
const ADMIN_PORT = 4445;
const LAST_PORT = 65535;
const NAME = "app.kubernetes.io/name";

/** Identity servers with their administrative ports, and the pods that need them, by their labels. */
export interface AdministrativePorts {
  readonly servers: readonly string[];
  readonly ports: readonly number[];
  readonly callers: readonly string[];
  /** Whether the other ports have policies of the stack's networks. */
  readonly isolated?: boolean;
}

/**
 * The servers of `identity:`, and who is allowed: they themselves, and every service whose files name one of them or that
 * waits for it. A server whose administrative port is published is left out, as is one that is routed: it is open on purpose.
 */
export function administrativePorts(
  { services, front, isolated }: Pick<Conversion, "services" | "front" | "isolated">,
  identity: Decisions["identity"] = {},
): AdministrativePorts {
  const decided = Object.entries(identity).flatMap(([name, { port = ADMIN_PORT }]) => {
    const service = services.get(name);
    return service === undefined || isPublished(service, front, port) ? [] : [{ name, port, service }];
  });
  const calls = ({ dependsOn }: ConvertedService): boolean =>
    decided.some(({ name }) => dependsOn.some((needed) => needed.service === name));
  const servers = decided.flatMap(({ service }) => podNames(service));
  return {
    servers,
    ports: [...new Set(decided.map(({ port }) => port))].toSorted((a, b) => a - b),
    ...(isolated ? { isolated } : {}),
    callers: [...new Set([...servers, ...[...services.values()].filter(calls).flatMap(podNames)])].toSorted(),
  };
}

/**
 * All other ports stay as they are; where the stack's networks have policies, those say who reaches them. Pods of this
 * program's own jobs are marked as such.
 */
export function administrativePortsPolicy(
  namespace: string,
  { servers, ports, callers, isolated = false }: AdministrativePorts,
): KubeObject[] {
  if (servers.length === 0) return [];
  const named = (values: readonly string[]): Record<string, unknown> => ({
    matchExpressions: [{ key: NAME, operator: "In", values }],
  });
  return [{
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "administrative-ports", namespace },
    spec: {
      podSelector: named(servers),
      policyTypes: ["Ingress"],
      ingress: [
        ...(isolated ? [] : [{ ports: otherPorts(ports) }]),
        {
          ports: ports.map((port) => ({ protocol: "TCP", port })),
          from: [
            { podSelector: named(callers) },
            { podSelector: { matchLabels: { "app.kubernetes.io/component": "job" } } },
          ],
        },
      ],
    },
  }];
}

/** Every port but these TCP ports, as ranges. */
export function otherPorts(ports: readonly number[]): Record<string, unknown>[] {
  const edges = [0, ...ports, LAST_PORT + 1];
  const between = edges.slice(1).flatMap((edge, index) => {
    const [first, last] = [(edges[index] ?? 0) + 1, edge - 1];
    return first > last ? [] : [{ protocol: "TCP", port: first, endPort: last }];
  });
  return [...between, { protocol: "UDP" }];
}

function podNames({ workload }: ConvertedService): readonly string[] {
  return workload.flatMap(({ object }) => {
    const name = podLabels(object)[NAME];
    return typeof name === "string" ? [name] : [];
  });
}

/** Whether the port is open to others than the stack: on the node, or by a route. */
function isPublished(
  { name, workload, routes, network }: ConvertedService,
  front: readonly PlannedObject[],
  port: number,
): boolean {
  const containers = workload.flatMap(({ object }) => containersOf(object));
  const onNode = containers.flatMap(({ ports }) => list(ports)).some(({ containerPort, hostPort }) =>
    containerPort === port && hostPort !== undefined
  );
  const isIt = (target: Record<string, unknown>): boolean =>
    [target["port"], target["targetPort"]].some((one) => Number(one) === port);
  const balanced = front.filter(({ service }) => service === name)
    .some(({ object }) => list(record(object["spec"])?.["ports"]).some(isIt));
  const own = new Set(network.map(({ object }) => object.metadata.name));
  return onNode || balanced || routes.flatMap(({ object }) => list(record(object["spec"])?.["routes"]))
    .flatMap((route) => list(route["services"]))
    .some((target) => own.has(String(target["name"])) && isIt(target));
}
