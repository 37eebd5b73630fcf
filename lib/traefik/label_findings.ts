/** What is said about labels: who, which, where, what Traefik does with it, and the fix. */
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import type { Container, ContainerConfiguration } from "./container.ts";
import { passesFilter } from "./label_tree.ts";
import type { DecodeProblem, Node } from "./node.ts";
import { asksSwarmAlone } from "./docker_options.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

const dropsAll = "Traefik ignores every router, service and middleware of this container";

/** The place of a finding, where it is known. */
export function at(span: Span | undefined): { span?: Span } {
  return span === undefined ? {} : { span };
}

/** A label that Traefik cannot decode. */
export function refusedLabel(container: Container, problem: DecodeProblem): Diagnostic {
  return {
    code: "traefik-label-refused",
    severity: "warning",
    message:
      `Cannot use the label "${problem.origin}" of the service "${container.service}" as ${problem.reason}: ${dropsAll}`,
    ...at(problem.span),
    hint: problem.hint,
  };
}

/** A container that Traefik drops for another reason than the form of a label. */
export function containerProblem(
  container: Container,
  origin: string | undefined,
  reason: string,
  hint: string,
): Diagnostic {
  return {
    code: "traefik-container-refused",
    severity: "warning",
    message: `Cannot use the labels of the service "${container.service}" as ${reason}: ${dropsAll}`,
    ...at(spanOf(container, origin)),
    hint,
  };
}

/** How labels of routes begin (pkg/config/label). */
export const dynamicFilters = ["traefik.http", "traefik.tcp", "traefik.udp", "traefik.tls.stores.default"];

/** The first label of a route, a service or a middleware. */
function dynamicLabel({ labels }: Container): string | undefined {
  return Object.keys(labels).find((key) => passesFilter(key, dynamicFilters));
}

/** A container with routes that the constraints of this Traefik leave to another one; nothing where it has none. */
export function excludedContainer(container: Container, constraints: string): Diagnostic[] {
  const first = dynamicLabel(container);
  if (first === undefined) return [];
  return [{
    code: "traefik-constraint-excluded",
    severity: "question",
    message:
      `The labels of the service "${container.service}" are for another Traefik, as the constraints ${constraints} ` +
      "leave it out: it has no routes in the cluster",
    ...at(container.spanOf(first)),
    hint:
      "The cluster has one Traefik: for its routes give it the labels that the constraints ask for, or take the " +
      "constraints away where one Traefik is to serve both",
  }];
}

/** A container with routes that is not enabled, which nobody decided: `exposedByDefault` is off, and a label is missing. */
export function notEnabled(container: Container): Diagnostic[] {
  const reason = "this Traefik takes services with the label traefik.enable=true alone";
  return withoutEffect(container, reason, "Add traefik.enable=true where it is to have routes");
}

/** A container with routes of which Traefik does not know, as no provider of it asks an engine. */
export function unreadLabels(container: Container): Diagnostic[] {
  const reason = "this Traefik asks no engine for labels, as its configuration has no providers.docker";
  const hint =
    "Write its routes into a file of the file provider, or add providers.docker where it is to have them";
  return /^(?:0|f|false)$/i.test(container.labels["traefik.enable"] ?? "")
    ? []
    : withoutEffect(container, reason, hint);
}

function withoutEffect(container: Container, reason: string, hint: string): Diagnostic[] {
  const first = dynamicLabel(container);
  if (first === undefined) return [];
  return [{
    code: "traefik-not-enabled",
    severity: "info",
    message:
      `The labels of the service "${container.service}" have no effect, in Docker as in the cluster: ${reason}`,
    ...at(container.spanOf(first)),
    hint,
  }];
}

/** The code of what only the one who asks does not know. */
export const PORT_UNKNOWN = "traefik-port-unknown";

/** No label says the port, and what the image exposes is not known (or the network is not the container's own). */
export function unknownPort(container: Container, service: string, origin: string | undefined): Diagnostic {
  const label = `traefik.http.services.${service}.loadbalancer.server.port`;
  const isOfSwarm = asksSwarmAlone(container.provider);
  if (isOfSwarm || !container.hasOwnNetwork) {
    const reason = `${
      isOfSwarm ? "swarm tells Traefik no ports" : "the Engine lists no ports for its network mode"
    } and no label names the port of "${service}"`;
    const finding = containerProblem(
      container,
      origin,
      reason,
      `Add the label ${label}${isOfSwarm ? " below deploy" : ""}`,
    );
    return container.isLabelled ? finding : {
      ...finding,
      severity: "info",
      message: `Traefik exposes every container and had no route to "${container.service}", as ${reason}`,
      hint: "Nothing is to be done",
    };
  }
  return {
    code: PORT_UNKNOWN,
    severity: "question",
    message:
      `The port of the service "${container.service}" is not known: no label names it and the image's exposed ports are not at hand, so it has no routes`,
    ...at(spanOf(container, origin)),
    hint: `Add to decisions.yaml: services: { ${
      yamlWord(container.service)
    }: { ports: [PORT] } } with the port that the image exposes`,
  };
}

/** The port is the lowest of the compose files, and the image may expose a lower one. */
export function assumedPort(container: Container, port: number, origin: string | undefined): Diagnostic {
  return {
    code: "traefik-port-assumed",
    severity: "question",
    message:
      `The routes of the service "${container.service}" lead to port ${port}, the lowest of its compose file: what its image exposes is not at hand, and Traefik takes the lowest of all`,
    ...at(spanOf(container, origin)),
    hint: `Where the image exposes a lower one, or to accept ${port}: services: { ${
      yamlWord(container.service)
    }: { ports: [${port}] } }`,
  };
}

/** A label that Traefik reads over. */
export function ignoredLabel(container: Container, node: Node): Diagnostic {
  return {
    code: "traefik-label-ignored",
    severity: "warning",
    message:
      `The label "${node.origin}" of the service "${container.service}" has no effect: labels cannot set it`,
    ...at(node.span),
    hint: "Remove it, or define the element in a dynamic file and refer to it by name@file",
  };
}

/** Labels that begin like Traefik's and that Traefik's decoder does not look at. */
export function warnOfIgnoredLabels(container: Container, isRead: (key: string) => boolean): Diagnostic[] {
  return Object.keys(container.labels)
    .filter((key) => key.toLowerCase().startsWith("traefik.") && !isRead(key))
    .map((key) => ({
      code: "traefik-label-ignored",
      severity: "warning",
      message:
        `The label "${key}" of the service "${container.service}" has no effect: Traefik does not read it`,
      ...at(container.spanOf(key)),
      hint: /^traefik\.(frontend|backend|port|protocol|weight)/i.test(key)
        ? "It is a label of Traefik 1: write it as traefik.http.routers and traefik.http.services"
        : "Remove it; TLS options and certificates belong into a dynamic file",
    }));
}

/** A router that Traefik deletes, while the rest of the container stays. */
export function droppedRouter(
  { container, origins }: ContainerConfiguration,
  protocol: string,
  name: string,
  reason: string,
  hint: string,
): Diagnostic {
  return {
    code: "traefik-router-dropped",
    severity: "warning",
    message:
      `Cannot use the ${protocol} router "${name}" of the service "${container.service}" as ${reason}: Traefik deletes it`,
    ...at(spanOf(container, origins.get(`${protocol}.routers.${name}`))),
    hint,
  };
}

/** Labels of the service itself where Traefik asks swarm alone. */
export function unseenLabels({ service, unseen }: Container): Diagnostic[] {
  return unseen.map(({ label, span }) => ({
    code: "traefik-label-ignored",
    severity: "warning",
    message:
      `The label "${label}" of the service "${service}" has no effect: this Traefik asks swarm alone, which has those below deploy`,
    ...at(span),
    hint: "Write it below deploy: labels of the service",
  }));
}

/** Several services and no router: Traefik makes none. */
export function noRouter(container: Container): Diagnostic {
  return {
    code: "traefik-no-router",
    severity: "warning",
    message:
      `The service "${container.service}" defines several Traefik services and no router: nothing leads to them`,
    ...at(container.spanOf("traefik.enable")),
    hint: "Add a router for each that is to be reached",
  };
}

function spanOf(container: Container, origin: string | undefined): Span | undefined {
  return container.spanOf(origin ?? "traefik.enable");
}
