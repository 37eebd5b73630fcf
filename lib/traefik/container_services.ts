/** The servers that Traefik's docker provider puts into a container's services (pkg/provider/docker/config.go). */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ContainerConfiguration } from "./container.ts";
import { assumedPort, containerProblem, unknownPort } from "./label_findings.ts";
import { loadBalancer as httpLoadBalancer } from "./shapes/http_shape.ts";
import { type Json } from "../values/json.ts";

type Protocol = "http" | "tcp" | "udp";

/**
 * Gives every service of the container its one server; where labels name no service, an implicit one is made.
 * A port that only the compose files name is said where the image may expose a lower one, which Traefik would take.
 * Addresses are not known here, so the compose service's name stands for them: `http://web:80`.
 *
 * @returns the problems for which Traefik drops the whole container
 */
export function buildServices(
  configuration: ContainerConfiguration,
  protocol: Protocol,
  findings: Diagnostic[],
): Diagnostic[] {
  const services = configuration[protocol].services;
  if (Object.keys(services).length === 0) {
    services[configuration.container.name] = {
      loadBalancer: protocol === "http" ? structuredClone({ ...httpLoadBalancer.defaults }) : {},
    };
  }
  return Object.entries(services).flatMap(([name, service]) => {
    const balancer = service["loadBalancer"] as Record<string, unknown> | undefined;
    if (balancer !== undefined) return addServer(configuration, protocol, name, balancer, findings);
    return [containerProblem(
      configuration.container,
      configuration.origins.get(`${protocol}.services.${name}`),
      `the ${protocol} service "${name}" has no load balancer`,
      `Labels can only define "loadbalancer"; move the other kinds into a dynamic file and refer to "${name}@file"`,
    )];
  });
}

function addServer(
  configuration: ContainerConfiguration,
  protocol: Protocol,
  name: string,
  balancer: Record<string, unknown>,
  findings: Diagnostic[],
): Diagnostic[] {
  const { container, origins, ports } = configuration;
  const origin = origins.get(`${protocol}.services.${name}`);
  const [first] = (balancer["servers"] ?? [{}]) as Json[];
  const { scheme, port: label, ...server } = first ?? {};
  if (typeof server["url"] === "string") {
    if (scheme === undefined && label === undefined) return [];
    const reason = `the service "${name}" has a URL and a scheme or port`;
    return [containerProblem(container, origin, reason, "Keep the URL, or the scheme and port")];
  }
  const port = label === undefined ? container.ports[0] : Number(label);
  if (port === undefined) return [unknownPort(container, name, origin)];
  if (label === undefined && container.mayExposeMore && container.isLabelled) {
    findings.push(assumedPort(container, port, origin));
  }
  const address = `${container.service}:${label ?? port}`;
  balancer["servers"] = [
    protocol === "http" ? { url: `${scheme ?? "http"}://${address}`, ...server } : { address, ...server },
  ];
  ports.set(`${protocol}.services.${name}`, port);
  return [];
}
