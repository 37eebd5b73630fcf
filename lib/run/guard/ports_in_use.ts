/** Ports of the machine that containers hold and that the cluster is about to serve. */
import { parse } from "yaml";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Container } from "../../docker/containers.ts";
import { list, record } from "../../kube/json.ts";
import type { KubeObject, PlannedObject } from "../../kube/object.ts";
import { isActive, stopCommand } from "./container_words.ts";
import { podSpec } from "./written.ts";

/** One warning for each container that holds a port which these objects need on the node. */
export function portsInUse(
  containers: readonly Container[],
  objects: readonly PlannedObject[],
): readonly Diagnostic[] {
  const ports = new Set(objects.flatMap(({ object }) => nodePorts(object)));
  return containers.filter(isActive).flatMap((container) => {
    const held = container.ports.filter((port) => ports.has(port));
    return held.length === 0 ? [] : [{
      code: "run-port-in-use",
      severity: "warning",
      message: `Container "${container.name}" still holds ${
        held.join(", ")
      } of this machine, which the cluster cannot serve until it stops`,
      hint: `Stop it when the cluster shall take over: ${stopCommand(container)}`,
    }];
  });
}

/** Ports of the node that the object takes: a pod's own, a load balancer's, and those of Traefik's entry points. */
function nodePorts(object: KubeObject): readonly string[] {
  const protocol = (port: Record<string, unknown>): string => String(port["protocol"] ?? "TCP").toLowerCase();
  if (object.kind === "HelmChartConfig") return entryPointPorts(object);
  if (object.kind === "Service") {
    const spec = record(object["spec"]);
    if (spec?.["type"] !== "LoadBalancer") return [];
    return list(spec["ports"]).map((port) => `${port["port"]}/${protocol(port)}`);
  }
  return list(podSpec(object)?.["containers"]).flatMap((container) => list(container["ports"])).flatMap((
    port,
  ) => port["hostPort"] === undefined ? [] : [`${port["hostPort"]}/${protocol(port)}`]);
}

function entryPointPorts(object: KubeObject): readonly string[] {
  const values: unknown = parse(String(record(object["spec"])?.["valuesContent"] ?? ""));
  const ports = Object.values(record(record(values)?.["ports"]) ?? {}).map(record);
  return ports.flatMap((port) =>
    port?.["exposedPort"] === undefined || record(port["expose"])?.["default"] === false
      ? []
      : [`${port["exposedPort"]}/${String(port["protocol"] ?? "TCP").toLowerCase()}`]
  );
}
