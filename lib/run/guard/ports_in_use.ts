/** Ports of the machine that containers hold and that the cluster is about to serve. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Container } from "../../docker/containers.ts";
import { list, record } from "../../values/json.ts";
import { containersOf, describeObject, type KubeObject, type PlannedObject } from "../../kube/object.ts";
import { isActive, stopCommand } from "./container_words.ts";

/**
 * A remark for each container whose ports a load balancer takes over, which kube-proxy does although they are held, and
 * a warning for each that holds a port which a pod needs of the machine itself.
 */
export function portsInUse(
  containers: readonly Container[],
  objects: readonly PlannedObject[],
): readonly Diagnostic[] {
  const balancers = objects.map(({ object }) => object).filter(isBalancer);
  const needed = new Set(objects.flatMap(({ object }) => hostPorts(object)));
  return containers.filter(isActive).flatMap((container) => [
    ...balancers.flatMap((balancer) => takenOver(container, balancer)),
    ...stillHeld(container, needed),
  ]);
}

function takenOver(container: Container, balancer: KubeObject): readonly Diagnostic[] {
  const ports = new Set(
    list(record(balancer["spec"])?.["ports"]).map((port) => portText(port["port"], port)),
  );
  const held = container.ports.filter((port) => ports.has(port));
  return held.length === 0 ? [] : [{
    code: "run-port-in-use",
    severity: "info",
    message: `Container "${container.name}" answers on ${held.join(", ")} of this machine until ${
      describeObject(balancer)
    } is applied: from then on the cluster does, also while the container runs`,
    hint: "No action needed; a rollback to the previous migration gives the container its ports back",
  }];
}

function stillHeld(container: Container, needed: ReadonlySet<string>): readonly Diagnostic[] {
  const held = container.ports.filter((port) => needed.has(port));
  return held.length === 0 ? [] : [{
    code: "run-port-in-use",
    severity: "warning",
    message: `Container "${container.name}" still holds ${
      held.join(", ")
    } of this machine, which the cluster cannot serve until it stops`,
    hint: `Stop it when the cluster should take over: ${stopCommand(container)}`,
  }];
}

function isBalancer(object: KubeObject): boolean {
  return object.kind === "Service" && record(object["spec"])?.["type"] === "LoadBalancer";
}

/** Ports of the node that a pod itself takes, such as `80/tcp`. */
export function hostPorts(object: KubeObject): readonly string[] {
  return containersOf(object).flatMap((container) => list(container["ports"])).flatMap((
    port,
  ) => port["hostPort"] === undefined ? [] : [portText(port["hostPort"], port)]);
}

/** As the engine writes it: `80/tcp`. */
function portText(number: unknown, port: Record<string, unknown>): string {
  return `${number}/${String(port["protocol"] ?? "TCP").toLowerCase()}`;
}
