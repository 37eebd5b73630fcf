/** Reads everything that a plan is made of, in the order of the data flow, and collects every problem on the way. */
import { readBindSources } from "../../compose/mod.ts";
import type { BindSources } from "../../compose/bind_source.ts";
import type { Project } from "../../compose/project.ts";
import { withAccepted } from "../checks/accepted.ts";
import { secretValues } from "../diff/secrets.ts";
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import type { Conversion } from "../kube/conversion.ts";
import type { ClusterTraefik } from "../kube/traefik/cluster_traefik.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { checkBackupDirectories } from "./backup_directories.ts";
import { asInCluster } from "../stack/as_in_cluster.ts";
import type { Neighbour } from "../stack/context.ts";
import type { Routing } from "../traefik/routing.ts";
import { stackRouting } from "../stack/stack_routing.ts";
import { planLoaded } from "../migration/plan_loaded.ts";
import type { Plan } from "../migration/step.ts";
import { maskDiagnostics, maskSources } from "../report/mask_sources.ts";
import type { StackFacts } from "../stack/facts.ts";
import { withoutLeftovers } from "../run/secrets/leftovers.ts";
import { withNeighboursFiles } from "../stack/external_files.ts";
import type { RegistryLogins } from "../stack/registry_logins.ts";
import type { Seen } from "../stack/seen.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import { readDefaultCertificate } from "./certificate_files.ts";
import type { DecisionsFile } from "./decisions_file.ts";
import { readDockerLogins } from "./docker_logins.ts";
import { askEngine, type EngineFacts } from "./engine_facts.ts";
import type { KnownStack } from "./known_stack.ts";
import { loadStack, type ReadingSurroundings } from "./load_stack.ts";
import { loadScripts } from "./migration_files.ts";
import { readVolumeSources } from "./volume_sources.ts";
import { withTemplateHints } from "./template_hints.ts";
import type { InputOptions } from "./options.ts";
import {
  namedProjects,
  otherDefinitions,
  type OtherProjects,
  otherTraefik,
  readOtherProjects,
  withTraefikDecisions,
} from "./other_projects.ts";

/** The input, read and planned; `plan` is absent where errors forbid going on. */
export interface PlannedStack {
  /** The folder of the stack, absolute. */
  readonly directory: string;
  readonly project?: Project;
  /** The same as the files have it: hosts as they are written, images without a name of compose's own. */
  readonly inFiles?: Project;
  readonly bindSources?: BindSources;
  readonly decisions: Decisions;
  /** The stack that this one was recognised as, whose scripts are in force, and its decisions where it has none. */
  readonly known?: KnownStack;
  /** The other projects that it was told of. */
  readonly otherProjects?: readonly Neighbour[];
  /** What the stack's Traefik would have learnt. */
  readonly routing?: Routing;
  readonly conversion?: Conversion;
  readonly plan?: Plan;
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that diagnostics point into. */
  readonly sources: ReadonlyMap<string, string>;
  /**
   * The same plan for a target whose digests have this key: pods carry a digest of the configuration they read,
   * and without a key it would tell something of a short secret.
   */
  planFor(digestKey: string): Plan | undefined;
  /** What is known of the stack before anything is made of it; absent where there is no project. */
  readonly facts?: StackFacts;
  /** Its strong secrets, which nothing may show. */
  readonly secrets: readonly string[];
  /** What an engine told; absent where there is no project. */
  readonly seen?: Seen;
  /** The same input read again, with what its target has of it. */
  withRecorded(recorded: Recorded): Promise<PlannedStack>;
}

/** What a target has of a stack. */
export interface Recorded {
  /** What was concluded from an engine when the stack was first moved. */
  readonly recorded?: Seen;
  /** It has the stack already, and no network policies for it. */
  readonly movedWithoutPolicies?: boolean;
  /** What it told of its Traefik. */
  readonly traefikThere?: ClusterTraefik;
}

/** What a command looks at besides, or in place of what lies on disk. */
export interface PlanStackOptions extends Recorded {
  readonly measure?: boolean;
  readonly decisions?: DecisionsFile;
  /** What is known of images, where no engine is to be asked. */
  readonly engine?: EngineFacts;
  /** What was read from the same mounts before: other decisions do not change it, unless they decide variables. */
  readonly bindSources?: BindSources;
  /** Docker's logins, where no file of this machine is to be read. */
  readonly logins?: RegistryLogins;
  /** Contents by real path. */
  readonly edited?: ReadonlyMap<string, Uint8Array>;
}

/**
 * From a stack's files, as flags name them, to a plan. Never throws for bad input: everything wrong is in `diagnostics`.
 * `measure` also asks an engine what running containers use; `edited` holds contents, by real path, that take the
 * place of what lies on disk.
 */
export async function planStack(
  options: InputOptions,
  surroundings: ReadingSurroundings,
  extra: PlanStackOptions = {},
): Promise<PlannedStack> {
  const edited = extra.edited ?? new Map<string, Uint8Array>();
  const given = {
    ...(extra.decisions === undefined ? {} : { decisions: extra.decisions }),
    load: { edited },
  };
  const { directory, decided, loaded, sources, migrations, known } = await loadStack(
    options,
    surroundings,
    given,
  );
  const scripts = await loadScripts(migrations, known?.directory);
  const diagnostics = [...loaded.diagnostics, ...scripts.diagnostics, ...decided.diagnostics];
  const withHints = (all: readonly Diagnostic[]): Promise<readonly Diagnostic[]> =>
    withTemplateHints(all, options, loaded.project?.workingDir ?? directory);
  const read = {
    directory,
    sources,
    withRecorded: (recorded: Recorded): Promise<PlannedStack> =>
      planStack(options, surroundings, { ...extra, ...recorded }),
    decisions: decided.decisions,
    ...(known === undefined ? {} : { known }),
  };
  if (loaded.project === undefined) {
    return { ...read, secrets: [], diagnostics: await withHints(diagnostics), planFor: () => undefined };
  }

  const others = await othersOf(directory, decided.decisions, options, surroundings);
  const named = asInCluster(loaded.project, decided.decisions);
  const { project, findings } = withNeighboursFiles(named.project, others.projects);
  diagnostics.push(...named.findings, ...findings, ...others.diagnostics);
  const decisions = withTraefikDecisions(
    decided.decisions,
    findTraefik(project) ? undefined : others.traefik,
  );
  const bindSources = extra.bindSources ?? withoutLeftovers(await readBindSources(project, {}, edited));
  const engine = extra.engine ?? await askEngine(
    project,
    surroundings.environment,
    { measure: extra.measure ?? false, recorded: extra.recorded },
    diagnostics,
  );
  const logins = extra.logins ?? await readDockerLogins(surroundings.environment);
  const elsewhere = otherTraefik(others);
  const volumeSources = await readVolumeSources(project, engine.mountpoints);
  const { routing, findings: routed } = stackRouting({
    project,
    bindSources,
    volumeSources,
    decisions,
    ...engine,
    ...(elsewhere === undefined ? {} : { elsewhere }),
    ...(others.projects.length === 0 ? {} : { others: otherDefinitions(project, others) }),
  });
  diagnostics.push(...routed);
  const served = { decisions, directory, routing, now: surroundings.now() };
  const certificate = await readDefaultCertificate(served, diagnostics);
  const planned = planLoaded({
    project,
    bindSources,
    volumeSources,
    decisions,
    routing,
    otherProjects: others.projects,
    scripts: scripts.scripts,
    movedWithoutPolicies: extra.movedWithoutPolicies ?? false,
    ...engine,
    ...(logins === undefined ? {} : { logins }),
    ...certificate,
    ...(extra.traefikThere === undefined ? {} : { traefikThere: extra.traefikThere }),
  });
  // Who named a Traefik that cannot be read is not asked to name it.
  const isNamed = others.diagnostics.length > 0;
  const said = planned.findings.filter(({ code }) => !isNamed || code !== "traefik-elsewhere");
  diagnostics.push(...said, ...await checkBackupDirectories(decisions));
  const { conversion } = planned;
  const seen = {
    ...read,
    project,
    inFiles: loaded.project,
    bindSources,
    otherProjects: others.projects,
    routing,
    conversion,
    diagnostics,
    seen: engine.seen,
  };
  const values = secretsOf(planned.facts, conversion);
  const shown = {
    ...seen,
    facts: planned.facts,
    secrets: values,
    diagnostics: withAccepted(maskDiagnostics(await withHints(diagnostics), values), decisions),
    sources: maskSources(sources, values),
  };
  if (hasErrors(diagnostics)) return { ...shown, planFor: () => undefined };
  return { ...shown, plan: planned.plan, planFor: planned.planFor };
}

/** Every strong secret of the stack: what it keeps in Secrets, and what its files name as one. */
function secretsOf(
  { secrets }: StackFacts,
  { configuration, traefik }: Conversion,
): readonly string[] {
  const named = secrets.known.flatMap(({ spellings }) => spellings);
  const kept = secretValues([...configuration, ...traefik].map(({ object }) => object));
  return [...new Set([...named, ...kept])].sort((left, right) => right.length - left.length);
}

/** The projects that flags and decisions name beside the stack. */
async function othersOf(
  directory: string,
  decisions: Decisions,
  options: InputOptions,
  surroundings: ReadingSurroundings,
): Promise<OtherProjects> {
  const named = namedProjects(directory, decisions, { ...options, directory: surroundings.directory });
  return await readOtherProjects(directory, named, async (stack) => {
    const { migrations } = options;
    const read = await loadStack(
      { stack, ...(migrations === undefined ? {} : { migrations }) },
      surroundings,
    );
    const { project, diagnostics } = read.loaded;
    const problem = diagnostics.find(({ severity }) => severity === "error")?.message;
    return {
      decisions: read.decided.decisions,
      ...(project === undefined ? {} : { project }),
      ...(problem === undefined ? {} : { problem }),
    };
  });
}
