/** Converts a compose project to Kubernetes objects and findings: pure, and the same input gives the same bytes. */
import type { BindSources } from "../../compose/bind_source.ts";
import type { Project, Service } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Routing } from "../traefik/routing.ts";
import { ConfigurationObjects } from "./configuration/objects.ts";
import { type SecretNote, secretRules } from "./configuration/secrets.ts";
import { type Context, decided, type ImageLookup } from "./context.ts";
import type { Conversion, ConvertedService } from "./conversion.ts";
import type { Decisions } from "./decisions.ts";
import { dependenciesOf } from "./dependencies.ts";
import { namespaceObjects, type PrivilegeNeed } from "./namespace.ts";
import { label } from "./names.ts";
import { publications } from "./network/published.ts";
import { hostReferences } from "./network/references.ts";
import { servicesOf, type TakenNames } from "./network/services.ts";
import type { PlannedObject } from "./object.ts";
import { servicePorts } from "./ports.ts";
import { bindRoles } from "./storage/roles.ts";
import { Claims } from "./storage/volumes.ts";
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
  const workshop: Workshop = {
    context,
    secrets: secretRules(project, input.bindSources, decisions),
    objects: new ConfigurationObjects(context.namespace, input.digestKey ?? ""),
    claims: new Claims(context),
    roles: bindRoles(context),
    ports: servicePorts(project, input.bindSources, decisions, input.images, []),
    hostPorts: published.hostPorts,
    references: hostReferences(project, input.bindSources),
    notes: [],
  };
  const taken: TakenNames = new Map();
  const needs: PrivilegeNeed[] = [];
  const services = new Map(
    Object.values(project.services).map((service) => [
      service.name,
      convertService(workshop, service, published.loadBalancers, taken, needs),
    ]),
  );
  reportSecrets(context, workshop.notes);
  return {
    namespace: context.namespace,
    services,
    namespaces: namespaceObjects(context, needs),
    storage: workshop.claims.objects(),
    configuration: workshop.objects.all(),
    traefik: [],
    routes: [],
    findings: sorted(findings),
  };
}

function convertService(
  workshop: Workshop,
  service: Service,
  loadBalancers: Parameters<typeof servicesOf>[3],
  taken: TakenNames,
  needs: PrivilegeNeed[],
): ConvertedService {
  const { context } = workshop;
  const decision = decided(context.decisions, service.name);
  const dependsOn = dependenciesOf(service, workshop.references, context.decisions);
  const nothing: ConvertedService = {
    name: service.name,
    kind: "none",
    workload: [],
    network: [],
    configuration: [],
    routes: [],
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
    routes: [],
    dependsOn,
  };
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
