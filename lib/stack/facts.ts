/** What is known of a stack before anything is made of it, each fact computed once. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Context, StackInput } from "./context.ts";
import { filesInCluster } from "./files_in_cluster.ts";
import { label } from "./names.ts";
import { type NeighbourName, neighbourNames } from "./network/neighbours.ts";
import { type Reach, reachOf } from "./reach.ts";
import { type OddName, oddNames } from "./network/odd_names.ts";
import { type HostReference, hostReferences } from "./network/references.ts";
import type { Publications } from "./published_port.ts";
import { publications } from "./published.ts";
import { secretRules, type Secrets } from "./secrets/classification.ts";
import type { BindTreatment } from "./storage/bind_treatment.ts";
import { type VolumeRole, volumeRoles } from "./storage/volume_roles.ts";
import { bindTreatments } from "./storage/bind_treatments.ts";

/** The facts, and what was found while they were looked for. */
export interface StackFacts extends StackInput {
  /** Decided, else the project's name. */
  readonly namespace: string;
  /** Which service names which other one. */
  readonly references: readonly HostReference[];
  /** Names of other projects' services on shared networks, by what programs call. */
  readonly neighbours: ReadonlyMap<string, NeighbourName>;
  /** Who reaches whom. */
  readonly reach: Reach;
  /** Names of services that no Service can have. */
  readonly odd: readonly OddName[];
  /** What becomes of the ports that compose publishes. */
  readonly published: Publications;
  /** What each bind mount's source is, by its path. */
  readonly roles: ReadonlyMap<string, BindTreatment>;
  /** Where each named volume lies, by its key. */
  readonly volumes: ReadonlyMap<string, VolumeRole>;
  /** What belongs into a Secret. */
  readonly secrets: Secrets;
  readonly findings: readonly Diagnostic[];
}

/** Looks at the whole stack. Pure, and never throws for bad input. */
export function stackFacts(input: StackInput): StackFacts {
  const { project, bindSources, decisions, routing, images } = input;
  const namespace = decisions.namespace ?? label(project.name);
  const findings: Diagnostic[] = [];
  const { otherProjects = [] } = input;
  const seen = input.seen === undefined ? {} : { seen: input.seen };
  const logins = input.logins === undefined ? {} : { logins: input.logins };
  const volumeSources = input.volumeSources === undefined ? {} : { volumeSources: input.volumeSources };
  const { movedWithoutPolicies = false } = input;
  const known = {
    project,
    bindSources,
    decisions,
    routing,
    images,
    otherProjects,
    namespace,
    ...seen,
    ...logins,
    ...volumeSources,
    movedWithoutPolicies,
  };
  const context: Context = { ...known, report: (finding) => findings.push(finding) };
  const files = filesInCluster(project, decisions, bindSources, bindTreatments(context));
  findings.push(...files.findings);
  const reach = reachOf(context);
  return {
    ...known,
    bindSources: files.bindSources,
    references: hostReferences(project, files.bindSources),
    neighbours: neighbourNames(project, otherProjects),
    reach,
    odd: oddNames(project, files.bindSources),
    published: publications(context, reach),
    roles: files.roles,
    volumes: volumeRoles(context),
    secrets: secretRules(project, bindSources, decisions),
    findings,
  };
}
