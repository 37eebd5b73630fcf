/** Ports of the machine that a service's containers published, which its stand-in keeps open until the front moves. No I/O. */
import type { PublishedPort } from "../../docker/helper_containers.ts";
import { type KubeObject, podSpec } from "../../kube/object.ts";
import { field, fields, items } from "../../values/json.ts";
import { hostPorts } from "../guard/ports_in_use.ts";
import type { ForwardedPort } from "./forwarding.ts";

/** Whether a stand-in may take a port of the machine, such as `8001/tcp`. */
export type MayPublish = (port: string) => boolean;

/** What the pod itself takes of the node is its own; one on the node's network may take any. */
export function leftByPod(workload: KubeObject): MayPublish {
  if (podSpec(workload)?.["hostNetwork"] === true) return () => false;
  const taken = new Set(hostPorts(workload));
  return (port) => !taken.has(port);
}

/** One that containers had: `8001/tcp` of the container, and where it was open. */
export type HeldPort = PublishedPort & {
  /** Of the machine: `8001/tcp`. */
  readonly name: string;
};

/**
 * As the containers had them (Engine API, "ContainerInspect"), also when these have stopped. One that the engine was to
 * choose at each start is nobody's to rely on, and a range is one of several containers'.
 */
export function heldPorts(containers: readonly unknown[], mayPublish: MayPublish): readonly HeldPort[] {
  const found = new Map<string, HeldPort>();
  for (const [port, binding] of containers.flatMap(bindingsOf)) {
    const [hostAddress, hostPort] = [binding("HostIp"), binding("HostPort")];
    const name = `${hostPort}/${port.split("/")[1] ?? "tcp"}`;
    if (!/^[1-9]\d*$/.test(hostPort) || !mayPublish(name)) continue;
    found.set(`${hostAddress} ${name}`, { port, hostAddress, hostPort: Number(hostPort), name });
  }
  return [...found.values()];
}

/** Those that lead to a port which is passed on. */
export function carriedPorts(
  held: readonly HeldPort[],
  ways: readonly ForwardedPort[],
): readonly PublishedPort[] {
  const known = new Set(ways.map(({ port, protocol }) => `${port}/${protocol.toLowerCase()}`));
  return held.filter(({ port }) => known.has(port))
    .map(({ port, hostAddress, hostPort }) => ({ port, hostAddress, hostPort }));
}

function bindingsOf(container: unknown): readonly (readonly [string, (name: string) => string])[] {
  const bindings = fields(field(field(container, "HostConfig"), "PortBindings"));
  return Object.entries(bindings).flatMap(([port, some]) =>
    items(some).map((one) => [port, (name: string): string => String(field(one, name) ?? "")] as const)
  );
}
