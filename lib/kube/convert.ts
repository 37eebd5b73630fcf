/** Converts a compose project to Kubernetes objects and findings: pure, and the same input gives the same bytes. */
import type { BindSources } from "../../compose/bind_source.ts";
import type { Project, Service } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Routing } from "../traefik/routing.ts";
import { ConfigurationObjects } from "./configuration/objects.ts";
import { type SecretNote, secretRules } from "./configuration/secrets.ts";
import { type Context, decided, type ImageLookup, isSkipped } from "./context.ts";
import type { Conversion, ConvertedService } from "./conversion.ts";
import type { Decisions } from "./decisions.ts";
import { runChecks } from "./checks/all.ts";
import { reportUncarried } from "./coverage/report.ts";
import { dependenciesOf } from "./dependencies.ts";
import { namespaceObjects, type PrivilegeNeed } from "./namespace.ts";
import { label } from "./names.ts";
import { reportPorts } from "./network/port_report.ts";
import { type Publications, publications, type Published } from "./network/published.ts";
import { hostReferences, textFiles } from "./network/references.ts";
import { servicesOf, type TakenNames } from "./network/services.ts";
import type { PlannedObject } from "./object.ts";
import { type ServicePort, servicePorts } from "./ports.ts";
import { bindRoles } from "./storage/roles.ts";
import { Claims } from "./storage/volumes.ts";
import { convertRouting, requiredPorts, type RoutingConversionInput } from "./traefik/convert_routing.ts";
import type { ServiceTarget } from "./traefik/context.ts";
import { traefikDecisions } from "./traefik/decisions.ts";
import { kindOf } from "./workload/kind.ts";
import type { Subject, Workshop } from "./workload/parts.ts";
import { podOf } from "./workload/pod.ts";
import { labelsOf, workloadOf } from "./workload/workload.ts";

/** What a conversion is made from. */
export interface ConvertInput {
  readonly project: Project;
  readonly bindSources: BindSources;
  readonly decisions: Decisions;
  readonly routing: Routing;
  readonly images: ImageLookup;
  /** Keys the digests of configuration that pods carry, so that nobody guesses a secret from one. */
  readonly digestKey?: string;
}

/** The namespace of the objects: decided, else the project's name. */
export function namespaceOf(project: Project, decisions: Decisions): string {
  return decisions.namespace ?? label(project.name);
}

export function convert(input: ConvertInput): Conversion {
  const findings: Diagnostic[] = [];
  const { project, decisions } = input;
  const context: Context = {
    ...input,
    namespace: namespaceOf(project, decisions),
    report: (finding) => findings.push(finding),
  };
  const published = publications(context);
  const routingInput = routingConversionInput(context, published);
  const ports = servicePorts(
    project,
    input.bindSources,
    decisions,
    input.images,
    requiredPorts(routingInput),
  );
  const routed = convertRouting({
    ...routingInput,
    serviceFor: (service, port) => serviceFor(context, ports, service, port),
  });
  findings.push(...routed.findings);
  const workshop: Workshop = {
    context,
    secrets: secretRules(project, input.bindSources, decisions),
    objects: new ConfigurationObjects(context.namespace, input.digestKey ?? ""),
    claims: new Claims(context),
    roles: bindRoles(context),
    ports,
    hostPorts: published.hostPorts,
    references: hostReferences(project, input.bindSources),
    notes: [],
  };
  const taken: TakenNames = new Map();
  const needs: PrivilegeNeed[] = [];
  const services = new Map(
    Object.values(project.services).map((service) => [
      service.name,
      convertService(workshop, service, {
        loadBalancers: published.loadBalancers,
        taken,
        needs,
        routes: routed.routes.get(service.name) ?? [],
      }),
    ]),
  );
  reportPorts(context, ports, workshop.references);
  runChecks(context, workshop.references);
  reportUncarried(context);
  reportSecrets(context, workshop.notes);
  return {
    namespace: context.namespace,
    services,
    namespaces: namespaceObjects(context, needs),
    storage: workshop.claims.objects(),
    configuration: workshop.objects.all(),
    traefik: routed.shared,
    routes: routed.otherRoutes,
    findings: sorted(findings),
  };
}

interface Surrounding {
  readonly loadBalancers: readonly Published[];
  readonly taken: TakenNames;
  readonly needs: PrivilegeNeed[];
  readonly routes: readonly PlannedObject[];
}

function convertService(workshop: Workshop, service: Service, surrounding: Surrounding): ConvertedService {
  const { loadBalancers, taken, needs, routes } = surrounding;
  const { context } = workshop;
  const decision = decided(context.decisions, service.name);
  const dependsOn = dependenciesOf(service, workshop.references, context.decisions);
  const nothing: ConvertedService = {
    name: service.name,
    kind: "none",
    workload: [],
    network: [],
    configuration: [],
    routes,
    dependsOn,
  };
  if (decision.skip !== undefined || service.name === context.routing.traefikService) return nothing;
  const subject: Subject = { service, decision };
  const kind = kindOf(workshop, subject);
  const pod = podOf(workshop, subject, kind, labelsOf(service.name, context.project.name));
  if (pod === undefined) return nothing;
  if (pod.needs.hostPath) needs.push({ service: service.name, why: "hostPath" });
  if (service.network_mode === "host") needs.push({ service: service.name, why: "host network" });
  if (service.privileged === true) needs.push({ service: service.name, why: "privileged" });
  if (service.pid === "host" || service.ipc === "host") {
    needs.push({ service: service.name, why: "host namespaces" });
  }
  const span = context.project.span(["services", service.name]);
  const workload: PlannedObject = {
    object: workloadOf(workshop, subject, kind, pod),
    ...(span === undefined ? {} : { source: span }),
    service: service.name,
  };
  return {
    name: service.name,
    kind,
    workload: [workload],
    network: servicesOf(context, service, workshop.ports.get(service.name) ?? [], loadBalancers, taken),
    configuration: workshop.objects.of(service.name),
    routes,
    dependsOn,
  };
}

function routingConversionInput(
  context: Context,
  published: Publications,
): Omit<RoutingConversionInput, "serviceFor"> {
  const { routing, project, namespace, decisions } = context;
  const acme = acmeOf(context);
  return {
    routing,
    project,
    namespace,
    decisions: traefikDecisions(decisions.traefik),
    published: published.entryPoints.flatMap((port) =>
      port.protocol === "SCTP" ? [] : [{ ...port, protocol: port.protocol }]
    ),
    ...(acme === undefined ? {} : { acme }),
  };
}

/** The certificates that the stack's Traefik has fetched, from the file among its mounts. */
function acmeOf({ routing, project, bindSources }: Context): string | undefined {
  const traefik = routing.traefikService === undefined ? undefined : project.services[routing.traefikService];
  for (const { source } of traefik?.volumes ?? []) {
    const found = textFiles(source ?? "", bindSources.get(source ?? "")).find(({ path }) =>
      path.endsWith("acme.json")
    );
    if (found !== undefined) return found.text;
  }
  return undefined;
}

/** The Service by which a route reaches a port of a compose service. */
function serviceFor(
  context: Context,
  ports: ReadonlyMap<string, readonly ServicePort[]>,
  service: string,
  port: number,
): ServiceTarget | undefined {
  if (isSkipped(context.decisions, service)) return undefined;
  const known = ports.get(service)?.some((candidate) => candidate.port === port) ?? false;
  return known ? { name: label(service), port } : undefined;
}

/** One remark that lists everything kept in Secrets, so that each decision can be seen and overruled. */
function reportSecrets(context: Context, notes: readonly SecretNote[]): void {
  const [first] = notes;
  if (first === undefined) return;
  context.report({
    code: "kube-secrets",
    severity: "info",
    message: `${notes.length} values and files are kept in Secrets`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint: `To overrule one: secrets: { "${first.what}": plain }`,
    related: notes.flatMap(({ what, why, span }) =>
      span === undefined ? [] : [{ message: `"${what}": ${why}`, span }]
    ),
  });
}

const SEVERITIES = ["error", "question", "warning", "info"];

/** By severity, then place, then code: independent of the order in which they were found. */
function sorted(findings: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ severity, span, code, message }: Diagnostic): string =>
    [
      SEVERITIES.indexOf(severity),
      span?.file ?? "",
      String(span?.line ?? 0).padStart(7, "0"),
      String(span?.column ?? 0).padStart(5, "0"),
      code,
      message,
    ].join("\0");
  return [...findings].sort((left, right) => key(left) < key(right) ? -1 : 1);
}
