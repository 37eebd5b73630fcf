/** Converts what is known of a stack to Kubernetes objects: pure, and the same input gives the same bytes. */
import type { Service } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ConfigurationObjects } from "./configuration/objects.ts";
import { type Context, decided } from "../stack/context.ts";
import type { StackFacts } from "../stack/facts.ts";
import type { Conversion, ConvertedService } from "./conversion.ts";
import { Digests } from "./digests.ts";
import { dependenciesOf } from "../stack/dependencies.ts";
import { namespaceObjects, type PrivilegeNeed } from "./namespace.ts";
import { neighbourServices } from "./network/neighbours.ts";
import { loadBalancers, servicesOf, type TakenNames } from "./network/services.ts";
import type { PlannedObject } from "./object.ts";
import { beyondBaseline, beyondRestricted } from "./pod_security.ts";
import { seenObjects } from "./seen.ts";
import { servicePorts } from "../stack/ports.ts";
import { hasRoutes, routingConversionInput } from "./routing_input.ts";
import { roleOf } from "../stack/role.ts";
import { Claims } from "./storage/volumes.ts";
import { convertRouting } from "./traefik/convert_routing.ts";
import type { GivenCertificate } from "./traefik/default_certificate.ts";
import { reportSecrets, reportSplitStorage, reportWritable } from "./summaries.ts";
import { kindOf } from "../stack/kind.ts";
import { reportFilled } from "./workload/filled.ts";
import type { Subject, Workshop } from "./workload/parts.ts";
import { podOf } from "./workload/pod.ts";
import { labelsOf, workloadOf } from "./workload/workload.ts";

/** What a conversion needs besides the facts. */
export interface ConversionOptions {
  /** The decided default certificate of Traefik, where it is decided as files. */
  readonly certificate?: GivenCertificate;
}

/**
 * The whole conversion. Never throws for bad input: what is wrong is in `findings`, and where one of them is an error
 * the objects are not complete. Digests in it are symbols, which its `digests` resolve.
 */
export function convert(facts: StackFacts, options: ConversionOptions = {}): Conversion {
  const findings: Diagnostic[] = [];
  const context: Context = { ...facts, report: (finding) => findings.push(finding) };
  const { project, published } = facts;
  const routed = convertRouting(routingConversionInput(facts, options.certificate));
  findings.push(...routed.findings);
  const ports = servicePorts(facts, facts.references, routed.requiredPorts);
  const digests = new Digests();
  const workshop: Workshop = {
    context,
    digests,
    secrets: facts.secrets,
    objects: new ConfigurationObjects(facts.namespace, digests),
    claims: new Claims(context),
    roles: facts.roles,
    volumes: facts.volumes,
    ports,
    hostPorts: published.hostPorts,
    references: facts.references,
    writable: [],
    filled: [],
    notes: [],
  };
  const names: TakenNames = new Map();
  const needs: PrivilegeNeed[] = [];
  const services = new Map(
    Object.values(project.services).map((service) => [
      service.name,
      convertService(workshop, service, {
        taken: names,
        needs,
        routes: routed.routes.get(service.name) ?? [],
      }),
    ]),
  );
  reportSecrets(context, workshop.notes);
  reportWritable(context, workshop.writable);
  reportFilled(context, workshop.filled);
  const front = [
    ...(hasRoutes(facts) ? routed.front : []),
    ...loadBalancers(context, facts.published.loadBalancers),
  ];
  const own = [...services.values()].flatMap(({ network }) => network).concat(routed.shared, front);
  const taken = new Set(
    own.flatMap(({ object: { kind, metadata } }) => kind === "Service" ? [metadata.name] : []),
  );
  return {
    namespace: facts.namespace,
    digests,
    services,
    namespaces: [...namespaceObjects(context, needs), ...seenObjects(facts.namespace, facts.seen)],
    storage: workshop.claims.objects(),
    configuration: workshop.objects.all(),
    secrets: workshop.objects.secrets(),
    traefik: hasRoutes(facts) ? routed.shared : [],
    routes: routed.otherRoutes,
    neighbours: neighbourServices(facts.neighbours.values(), facts.namespace, taken),
    front,
    ports,
    findings,
  };
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
    variables: new Map(),
    role: "application",
    workload: [],
    network: [],
    configuration: [],
    routes,
    dependsOn,
  };
  if (decision.skip !== undefined || service.name === context.routing.traefikService) return nothing;
  const subject: Subject = { service, decision };
  const kind = kindOf(context, service);
  const pod = podOf(workshop, subject, kind, labelsOf(service.name, context.project.name));
  if (pod === undefined) return nothing;
  for (const why of beyondBaseline(pod.template)) {
    needs.push({ service: service.name, why, level: "privileged" });
  }
  for (const why of beyondRestricted(pod.template)) {
    needs.push({ service: service.name, why, level: "baseline" });
  }
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
    image: pod.image,
    variables: pod.variables,
    role: roleOf(service, kind, context.decisions),
    workload: [workload],
    network: servicesOf(context, service, {
      ports: workshop.ports.get(service.name) ?? [],
      taken,
      isJob: kind === "Job",
    }),
    configuration: workshop.objects.of(service.name),
    routes,
    dependsOn,
  };
}
