/** Converts a compose project to Kubernetes objects and findings: pure, and the same input gives the same bytes. */
import type { BindSources } from "../../compose/bind_source.ts";
import type { Project, Service } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Routing } from "../traefik/routing.ts";
import { ConfigurationObjects } from "./configuration/objects.ts";
import { secretRules } from "../stack/secrets/classification.ts";
import { type Context, decided, type ImageLookup } from "../stack/context.ts";
import type { Conversion, ConvertedService } from "./conversion.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { runChecks } from "../checks/all.ts";
import { checkQuota } from "../checks/quota.ts";
import { type LiveUsage, proposeLimits } from "../checks/proposed_limits.ts";
import { reportUncarried } from "../checks/coverage/report.ts";
import { dependenciesOf } from "../stack/dependencies.ts";
import { namespaceObjects, type PrivilegeNeed } from "./namespace.ts";
import { label } from "../stack/names.ts";
import { reportPorts } from "../checks/port_report.ts";
import { type Publications, publications } from "../stack/network/published.ts";
import { hostReferences } from "../stack/network/references.ts";
import { loadBalancers, servicesOf, type TakenNames } from "./network/services.ts";
import type { PlannedObject } from "./object.ts";
import { beyondBaseline } from "./pod_security.ts";
import { servicePorts } from "../stack/ports.ts";
import { hasRoutes, routingConversionInput, serviceFor } from "./routing_input.ts";
import { bindRoles } from "../stack/storage/roles.ts";
import { Claims } from "./storage/volumes.ts";
import type { GivenCertificate } from "../checks/check_certificate.ts";
import { convertRouting, requiredPorts, type RoutingConversion } from "./traefik/convert_routing.ts";
import { reportSecrets, reportSplitStorage, reportWritable, sorted } from "./summaries.ts";
import { kindOf } from "../stack/kind.ts";
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
  /** The decided default certificate of Traefik, where it is decided as files. */
  readonly certificate?: GivenCertificate;
  /** Keys the digests of configuration that pods carry, so that nobody guesses a secret from one. */
  readonly digestKey?: string;
  /** What running containers use now, by service, where an engine told it. */
  readonly usage?: ReadonlyMap<string, LiveUsage>;
}

/** The namespace of the objects: decided, else the project's name. */
export function namespaceOf(project: Project, decisions: Decisions): string {
  return decisions.namespace ?? label(project.name);
}

/**
 * The whole conversion. Never throws for bad input: what is wrong is in `findings`, and where one of them is an error
 * the objects are not complete.
 */
export function convert(input: ConvertInput): Conversion {
  const findings: Diagnostic[] = [];
  const { project, decisions } = input;
  const context: Context = {
    ...input,
    namespace: namespaceOf(project, decisions),
    report: (finding) => findings.push(finding),
  };
  const published = publications(context);
  const { ports, routed } = convertRoutes(context, input, published);
  findings.push(...routed.findings);
  const workshop = openWorkshop(context, input, { ports, hostPorts: published.hostPorts });
  const taken: TakenNames = new Map();
  const needs: PrivilegeNeed[] = [];
  const services = new Map(
    Object.values(project.services).map((service) => [
      service.name,
      convertService(workshop, service, {
        taken,
        needs,
        routes: routed.routes.get(service.name) ?? [],
      }),
    ]),
  );
  reportPorts(context, ports, workshop.references);
  checkStack(workshop, services, input.usage);
  return {
    namespace: context.namespace,
    services,
    namespaces: namespaceObjects(context, needs),
    storage: workshop.claims.objects(),
    configuration: workshop.objects.all(),
    traefik: hasRoutes(context, published) ? routed.shared : [],
    routes: routed.otherRoutes,
    front: [
      ...(hasRoutes(context, published) ? routed.front : []),
      ...loadBalancers(context, published.loadBalancers),
    ],
    findings: sorted(findings),
  };
}

/** The routes of Traefik, and the ports that the Services have for them and for all else. */
function convertRoutes(
  context: Context,
  { images, certificate }: ConvertInput,
  published: Publications,
): { readonly ports: Workshop["ports"]; readonly routed: RoutingConversion } {
  const { project, bindSources, decisions } = context;
  const input = {
    ...routingConversionInput(context, published),
    ...(certificate === undefined ? {} : { certificate }),
  };
  const ports = servicePorts(project, bindSources, decisions, images, requiredPorts(input));
  const routed = convertRouting({
    ...input,
    serviceFor: (service, port) => serviceFor(context, ports, service, port),
  });
  return { ports, routed };
}

function openWorkshop(
  context: Context,
  { digestKey }: ConvertInput,
  known: Pick<Workshop, "ports" | "hostPorts">,
): Workshop {
  const { project, bindSources, decisions, namespace } = context;
  return {
    context,
    secrets: secretRules(project, bindSources, decisions),
    objects: new ConfigurationObjects(namespace, digestKey ?? ""),
    claims: new Claims(context),
    roles: bindRoles(context),
    ...known,
    references: hostReferences(project, bindSources),
    writable: [],
    notes: [],
  };
}

/** What is said of the stack as a whole, once every service is converted. */
function checkStack(
  { context, references, notes, writable }: Workshop,
  services: ReadonlyMap<string, ConvertedService>,
  usage: ReadonlyMap<string, LiveUsage> | undefined,
): void {
  runChecks(context, references);
  checkQuota(context, services.values());
  if (usage !== undefined) proposeLimits(context, usage);
  reportUncarried(context);
  reportSecrets(context, notes);
  reportWritable(context, writable);
}

interface Surrounding {
  readonly taken: TakenNames;
  readonly needs: PrivilegeNeed[];
  readonly routes: readonly PlannedObject[];
}

function convertService(workshop: Workshop, service: Service, surrounding: Surrounding): ConvertedService {
  const { taken, needs, routes } = surrounding;
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
  for (const why of beyondBaseline(pod.template)) needs.push({ service: service.name, why });
  const span = context.project.span(["services", service.name]);
  reportSplitStorage(context, service, workshop.claims.storageIds(service.name));
  const workload: PlannedObject = {
    object: workloadOf(workshop, subject, kind, pod),
    ...(span === undefined ? {} : { source: span }),
    service: service.name,
  };
  return {
    name: service.name,
    kind,
    workload: [workload],
    network: servicesOf(context, service, workshop.ports.get(service.name) ?? [], taken),
    configuration: workshop.objects.of(service.name),
    routes,
    dependsOn,
  };
}
