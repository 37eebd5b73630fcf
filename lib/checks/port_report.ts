/** Says which ports are known from elsewhere than the compose files, and asks where one is needed and unknown. */
import { at, type Context, isSkipped } from "../stack/context.ts";
import { answersAlways } from "../kube/workload/readiness.ts";
import { plural } from "../diagnostics/plural.ts";
import type { PortEvidence, ServicePort } from "../stack/ports.ts";
import { type HostReference } from "../stack/network/references.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

/** One remark for all ports with their evidence; one question for each service that is named but has no port. */
export function reportPorts(
  context: Context,
  ports: ReadonlyMap<string, readonly ServicePort[]>,
  references: readonly HostReference[],
): void {
  const found = [...ports].filter(([service]) => !isLeftOut(context, service)).flatMap(([service, all]) =>
    all.filter(isFound).map((port) => ({ service, port }))
  );
  const places = found.flatMap(({ service, port }) => {
    const [first] = port.evidence;
    const span = first?.span ?? context.project.span(["services", service, "image"]);
    if (first === undefined || span === undefined) return [];
    const protocol = port.protocol === "TCP" ? "" : `/${port.protocol.toLowerCase()}`;
    return [{ message: `"${service}" on ${port.port}${protocol}: ${first.text}`, span }];
  });
  if (places.length > 0) {
    context.report({
      code: "kube-port-found",
      severity: "info",
      message: `Found elsewhere than in a compose file: ${plural(places.length, "port")}`,
      ...(places[0] === undefined ? {} : { span: places[0].span }),
      hint: "To add others: services: { NAME: { ports: [PORT] } }",
      related: places,
    });
  }
  for (const service of Object.keys(context.project.services)) {
    askForPort(context, service, ports, references);
  }
}

/** What a compose file, a decision or a route says needs no word. */
const WRITTEN: ReadonlySet<PortEvidence["kind"]> = new Set(["ports", "expose", "decision", "route"]);

function isFound({ evidence }: ServicePort): boolean {
  return !evidence.some(({ kind }) => WRITTEN.has(kind));
}

function askForPort(
  context: Context,
  service: string,
  ports: ReadonlyMap<string, readonly ServicePort[]>,
  references: readonly HostReference[],
): void {
  if ((ports.get(service) ?? []).length > 0 || isLeftOut(context, service)) return;
  if (context.project.services[service]?.network_mode === "host" || answersAlways(context, service)) return;
  const uses = references.filter(({ to, from }) => to === service && !isSkipped(context.decisions, from));
  const [first, ...others] = uses;
  if (first === undefined) return;
  const related = others.flatMap(({ from, span }) =>
    span === undefined ? [] : [{ message: `Also named by service "${from}"`, span }]
  );
  context.report({
    code: "kube-port-unknown",
    severity: "question",
    message: `Service "${first.from}" calls "${first.host}", but no port of service "${service}" is known`,
    ...(first.span === undefined ? at(context.project, ["services", service]) : { span: first.span }),
    hint: `Add to decisions.yaml: services: { ${yamlWord(service)}: { ports: [PORT] } }`,
    ...(related.length === 0 ? {} : { related }),
  });
}

function isLeftOut(context: Context, service: string): boolean {
  return isSkipped(context.decisions, service) || service === context.routing.traefikService;
}
