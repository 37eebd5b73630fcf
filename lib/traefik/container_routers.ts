/** The routers that Traefik completes or drops for a container (pkg/provider/configuration.go). */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ContainerConfiguration, Section } from "./container.ts";
import { renderTemplate } from "./go_template.ts";
import { TemplateError, templateFunctions } from "./go_template_functions.ts";
import { droppedRouter, noRouter } from "./label_findings.ts";

/** Completes HTTP routers: an implicit one, the default rule, the only service. */
export function buildRouters(
  configuration: ContainerConfiguration,
  defaultRule: string,
  findings: Diagnostic[],
): void {
  const { container, http } = configuration;
  if (Object.keys(http.routers).length === 0) {
    if (Object.keys(http.services).length > 1) findings.push(noRouter(container));
    else http.routers[container.name] = {};
  }
  for (const [name, router] of Object.entries(http.routers)) {
    if (router["rule"] === undefined) {
      const rule = renderDefaultRule(configuration, defaultRule);
      if ("problem" in rule) {
        delete http.routers[name];
        findings.push(droppedRouter(configuration, "http", name, rule.problem, "Give the router a rule"));
        continue;
      }
      router["rule"] = rule.text;
    }
    linkService(configuration, "http", name, findings);
  }
}

/** Completes TCP routers: a rule is mandatory, the only service is implied. */
export function buildTcpRouters(configuration: ContainerConfiguration, findings: Diagnostic[]): void {
  const { routers } = configuration.tcp;
  for (const [name, router] of Object.entries(routers)) {
    if (router["rule"] === undefined) {
      delete routers[name];
      findings.push(
        droppedRouter(configuration, "tcp", name, "it has no rule", "Give it one, such as HostSNI(`*`)"),
      );
      continue;
    }
    linkService(configuration, "tcp", name, findings);
  }
}

/** Completes UDP routers: the only service is implied. */
export function buildUdpRouters(configuration: ContainerConfiguration, findings: Diagnostic[]): void {
  for (const name of Object.keys(configuration.udp.routers)) {
    linkService(configuration, "udp", name, findings);
  }
}

function linkService(
  configuration: ContainerConfiguration,
  protocol: "http" | "tcp" | "udp",
  name: string,
  findings: Diagnostic[],
): void {
  const { routers, services }: { routers: Section; services: Section } = configuration[protocol];
  const router = routers[name];
  if (router === undefined || router["service"] !== undefined) return;
  const [only, ...others] = Object.keys(services);
  if (others.length > 0) {
    delete routers[name];
    const reason = `it names no service and the container defines ${others.length + 1}`;
    findings.push(
      droppedRouter(configuration, protocol, name, reason, `Name one: ${Object.keys(services).join(", ")}`),
    );
    return;
  }
  if (only !== undefined) router["service"] = only;
}

function renderDefaultRule(
  { container }: ContainerConfiguration,
  template: string,
): { text: string } | { problem: string } {
  try {
    const data = { Name: container.name, ContainerName: container.containerName, Labels: container.labels };
    const text = renderTemplate(template, data, templateFunctions({}));
    return text === "" ? { problem: "the default rule is empty for it" } : { text };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { problem: `the default rule cannot be rendered: ${error.message}` };
  }
}
