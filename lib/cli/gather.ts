/** Reads everything that a plan is made of, in the order of the data flow, and collects every problem on the way. */
import { isAbsolute, join, resolve } from "node:path";
import { load, readBindSources } from "../../compose/mod.ts";
import type { BindSources } from "../../compose/bind_source.ts";
import type { Loaded, LoadOptions, Project } from "../../compose/project.ts";
import { secretValues } from "../diff/secrets.ts";
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import type { Conversion } from "../kube/conversion.ts";
import { type Decisions, noDecisions, parseDecisions } from "../decisions/decisions.ts";
import { checkBackupDirectories } from "./backup_directories.ts";
import { asInCluster } from "../stack/as_in_cluster.ts";
import type { Routing } from "../traefik/routing.ts";
import { stackRouting } from "../stack/stack_routing.ts";
import { planLoaded } from "../migration/plan_loaded.ts";
import type { Plan } from "../migration/step.ts";
import { maskDiagnostics, maskSources } from "../report/mask_sources.ts";
import { knownSecrets } from "../stack/secrets/known_secrets.ts";
import { withoutLeftovers } from "../run/secrets/leftovers.ts";
import type { Seen } from "../stack/seen.ts";
import { readDefaultCertificate } from "./certificate_files.ts";
import { type DecisionsFile, decisionsIn, findDecisions } from "./decisions_file.ts";
import { askEngine, type EngineFacts } from "./engine_facts.ts";
import { type KnownStack, migrationFolders, recogniseStack } from "./known_stack.ts";
import { loadScripts } from "./migration_files.ts";
import type { InputOptions } from "./options.ts";
import { checkProfileNames } from "./profile_names.ts";
import type { Surroundings } from "./surroundings.ts";
import { checkVariables } from "./variables_in_force.ts";

/** What reading the input needs of the surroundings. */
export type ReadingSurroundings = Pick<Surroundings, "environment" | "directory" | "home" | "now">;

/** The input, read and planned; `plan` is absent where errors forbid going on. */
export interface Gathered {
  /** The folder of the stack, absolute. */
  readonly directory: string;
  readonly project?: Project;
  readonly bindSources?: BindSources;
  readonly decisions: Decisions;
  /** The stack that this one was recognised as, whose scripts are in force, and its decisions where it has none. */
  readonly known?: KnownStack;
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
  /** What an engine told; absent where there is no project. */
  readonly seen?: Seen;
  /** The same input read again, with what was concluded from an engine before. */
  withRecorded(recorded: Seen): Promise<Gathered>;
}

/** The stack that is moved when none is named. */
export const EXAMPLE = "examples/harbour";

/** What a command looks at besides, or in place of what lies on disk. */
export interface Looks {
  readonly measure?: boolean;
  /** What was concluded from an engine when the stack was first moved. */
  readonly recorded?: Seen;
  readonly decisions?: DecisionsFile;
  /** What is known of images, where no engine is to be asked. */
  readonly engine?: EngineFacts;
  /** Contents by real path. */
  readonly edited?: ReadonlyMap<string, Uint8Array>;
}

/**
 * From a stack's files, as flags name them, to a plan. Never throws for bad input: everything wrong is in `diagnostics`.
 * `measure` also asks an engine what running containers use; `edited` holds contents, by real path, that take the
 * place of what lies on disk.
 */
export async function gather(
  options: InputOptions,
  surroundings: ReadingSurroundings,
  looks: Looks = {},
): Promise<Gathered> {
  const edited = looks.edited ?? new Map<string, Uint8Array>();
  const given = {
    ...(looks.decisions === undefined ? {} : { decisions: looks.decisions }),
    load: { edited },
  };
  const { directory, decided, loaded, sources, migrations, known } = await loadStack(
    options,
    surroundings,
    given,
  );
  const scripts = await loadScripts(migrations, known?.directory);
  const diagnostics = [...loaded.diagnostics, ...scripts.diagnostics, ...decided.diagnostics];
  const read = {
    directory,
    sources,
    withRecorded: (recorded: Seen): Promise<Gathered> =>
      gather(options, surroundings, { ...looks, recorded }),
    decisions: decided.decisions,
    ...(known === undefined ? {} : { known }),
  };
  if (loaded.project === undefined) {
    return { ...read, diagnostics, planFor: () => undefined };
  }

  const { project, findings } = asInCluster(loaded.project);
  diagnostics.push(...findings);
  const { decisions } = decided;
  const bindSources = withoutLeftovers(await readBindSources(project, {}, edited));
  const engine = looks.engine ?? await askEngine(
    project,
    surroundings.environment,
    { measure: looks.measure ?? false, recorded: looks.recorded },
    diagnostics,
  );
  const { routing, findings: routed } = stackRouting({ project, bindSources, decisions, ...engine });
  diagnostics.push(...routed);
  const served = { decisions, directory, routing, now: surroundings.now() };
  const certificate = await readDefaultCertificate(served, diagnostics);
  const planned = planLoaded({
    project,
    bindSources,
    decisions,
    routing,
    scripts: scripts.scripts,
    ...engine,
    ...certificate,
  });
  diagnostics.push(...planned.findings, ...await checkBackupDirectories(decisions));
  const { conversion } = planned;
  const seen = { ...read, project, bindSources, routing, conversion, diagnostics, seen: engine.seen };
  const values = secretsOf(project, bindSources, conversion);
  const shown = {
    ...seen,
    diagnostics: maskDiagnostics(diagnostics, values),
    sources: maskSources(sources, values),
  };
  if (hasErrors(diagnostics)) return { ...shown, planFor: () => undefined };
  return { ...shown, plan: planned.plan, planFor: planned.planFor };
}

/** Every strong secret of the stack: what it keeps in Secrets, and what its files name as one. */
function secretsOf(
  project: Project,
  bindSources: BindSources,
  { configuration, traefik }: Conversion,
): readonly string[] {
  const named = knownSecrets(project, bindSources).flatMap(({ spellings }) => spellings);
  const kept = secretValues([...configuration, ...traefik].map(({ object }) => object));
  return [...new Set([...named, ...kept])].sort((left, right) => right.length - left.length);
}

/**
 * The decisions (those given, or else those found), then the compose files, whose variables they may decide. A stack
 * without decisions that is recognised as a known one gets that one's, and is read again where they decide variables.
 */
export async function loadStack(
  options: InputOptions,
  surroundings: ReadingSurroundings,
  given: { readonly decisions?: DecisionsFile; readonly load?: Partial<LoadOptions> } = {},
): Promise<{
  readonly directory: string;
  readonly decided: { readonly decisions: Decisions; readonly diagnostics: readonly Diagnostic[] };
  readonly loaded: Loaded;
  readonly sources: ReadonlyMap<string, string>;
  /** The folder of the scripts, and the known stack that this one is. */
  readonly migrations: string;
  readonly known?: KnownStack;
}> {
  const directory = stackDirectory(options, surroundings);
  const folders = await migrationFolders(options, surroundings);
  const decisionTexts = new Map<string, string>();
  const own = given.decisions ?? await findDecisions(options, directory, surroundings);
  let decided = readDecisions(own, options, decisionTexts);
  const loadWith = ({ variables }: Decisions): Promise<Loaded> =>
    load({
      ...loadOptions(options, surroundings),
      ...(variables === undefined ? {} : { variables }),
      ...given.load,
    });
  let loaded = await loadWith(decided.decisions);
  const known = recogniseStack(loaded.project?.services ?? {}, folders);
  if (own === undefined && known !== undefined) {
    decided = readDecisions(await decisionsIn(known.directory), options, decisionTexts);
    if (decided.decisions.variables !== undefined) loaded = await loadWith(decided.decisions);
  }
  const { project } = loaded;
  const { decisions } = decided;
  const diagnostics = project === undefined ? decided.diagnostics : [
    ...decided.diagnostics,
    ...checkProfileNames(options.profile ?? [], project, decisions),
    ...checkVariables(loaded, decisions, surroundings.environment),
  ];
  const sources = new Map([...loaded.sources, ...decisionTexts]);
  return {
    directory,
    decided: { decisions, diagnostics },
    loaded,
    sources,
    migrations: folders.directory,
    ...(known === undefined ? {} : { known }),
  };
}

/** The file of decisions in force: the stack's own, else that of the known stack that it is. */
export async function decisionsOf(
  options: InputOptions,
  surroundings: ReadingSurroundings,
): Promise<DecisionsFile | undefined> {
  const own = await findDecisions(options, stackDirectory(options, surroundings), surroundings);
  if (own !== undefined) return own;
  const { known } = await loadStack(options, surroundings);
  return known === undefined ? undefined : await decisionsIn(known.directory);
}

/** `--stack`, seen from where the user is, else the bundled example. */
export function stackDirectory(options: InputOptions, surroundings: ReadingSurroundings): string {
  if (options.stack === undefined) return join(surroundings.home, EXAMPLE);
  return isAbsolute(options.stack) ? options.stack : resolve(surroundings.directory, options.stack);
}

/** compose's own loading, with the flags as docker compose has them. */
function loadOptions(options: InputOptions, surroundings: ReadingSurroundings): LoadOptions {
  return {
    directory: stackDirectory(options, surroundings),
    environment: surroundings.environment,
    ...(options.file === undefined ? {} : { files: options.file }),
    ...(options.envFile === undefined
      ? {}
      : { envFiles: options.envFile.map((file) => resolve(surroundings.directory, file)) }),
    ...(options.projectName === undefined ? {} : { projectName: options.projectName }),
    ...(options.profile === undefined ? {} : { profiles: options.profile }),
    ...(options.compatibility === undefined ? {} : { compatibility: options.compatibility }),
  };
}

function readDecisions(
  found: DecisionsFile | undefined,
  options: InputOptions,
  sources: Map<string, string>,
): { decisions: Decisions; diagnostics: readonly Diagnostic[] } {
  if (found === undefined) return { decisions: noDecisions(), diagnostics: [] };
  sources.set(found.file, found.text);
  return parseDecisions(found.text, found.file, options.profile ?? []);
}
