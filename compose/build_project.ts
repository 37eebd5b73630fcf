/** Turns a loaded tree into the typed project: canonical values, profiles, variables from files, consistency. */
import type { Span } from "../lib/diagnostics/diagnostic.ts";
import { checkConsistency } from "./checks/consistency.ts";
import {
  type Container,
  type FileReading,
  type Noted,
  resolveEnvironment,
  resolveLabels,
} from "./files/container_files.ts";
import type { LoadContext } from "./files/context.ts";
import { plainValue } from "./spec/plain.ts";
import { type Mapping, mappingAt } from "./tree/node.ts";
import type { Path, Project, Service } from "./project.ts";
import { add } from "./tree/report.ts";
import { nodeAt, spanAt } from "./origin/span.ts";
import { define } from "./spec/field.ts";
import { SECTIONS } from "./spec/project.ts";
import { checkStrictly } from "./checks/strict.ts";
import { typedFileObjects, typedServices, typedVolumes } from "./typed_sections.ts";
import { type Written, writtenNode } from "./interpolation/written.ts";

export interface ProjectInput {
  readonly tree: Mapping;
  readonly name: string;
  readonly workingDir: string;
  readonly composeFiles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
  /** Whether every file could be read, so that what is missing is missing indeed. */
  readonly isComplete: boolean;
  /** Whether a file of variables that is not there is left out without a word. */
  readonly leavesMissing: boolean;
}

type Section = Record<string, Record<string, unknown>>;

/** Builds the project; problems go to the report. */
export async function buildProject(input: ProjectInput, context: LoadContext): Promise<Project> {
  const { tree, name, environment } = input;
  const sections = readSections(tree, context);
  const services = split(sections.services, input.profiles);
  const jobs = split(sections.jobs, input.profiles);
  const noted = new Map<string, Noted>();
  const fromFile = (path: Path): Noted | undefined =>
    path.length === 4 && path[2] === "environment" ? noted.get(path.join("\n")) : undefined;
  const span = (path: Path): Span | undefined => fromFile(path)?.span() ?? spanAt(tree, path);
  const written = (path: Path): Written | undefined => {
    const note = fromFile(path);
    const node = note === undefined ? nodeAt(tree, path) : undefined;
    return note === undefined ? node && writtenNode(node) : note.written();
  };
  checkStrictly(tree, context.report);
  if (input.isComplete) consistency(sections, services, jobs, tree, span, context);
  for (const service of Object.values(services.enabled)) adoptScale(service);
  const reading: FileReading = { context, environment, leavesMissing: input.leavesMissing, fixed: new Map() };
  for (const [service, container] of Object.entries(services.enabled)) {
    await resolveFiles(service, container, reading, tree, noted);
  }
  const canonical: Record<string, unknown> = { name, services: services.enabled };
  for (const key of ["networks", "volumes", "secrets", "configs"] as const) {
    if (Object.keys(sections[key]).length > 0) canonical[key] = sections[key];
  }
  if (Object.keys(jobs.enabled).length > 0) canonical.jobs = jobs.enabled;
  for (const [key, node] of tree.entries) if (key.startsWith("x-")) canonical[key] = plainValue(node);
  return {
    name,
    workingDir: input.workingDir,
    composeFiles: input.composeFiles,
    environment,
    services: typedServices(services.enabled),
    networks: sections.networks,
    volumes: typedVolumes(sections.volumes),
    configs: typedFileObjects(sections.configs),
    secrets: typedFileObjects(sections.secrets),
    disabledServices: typedServices(services.disabled),
    canonical,
    span,
    written,
    variable: (name) => context.variables.get(name),
  };
}

function readSections(tree: Mapping, context: LoadContext): Record<keyof typeof SECTIONS, Section> {
  const read = (key: keyof typeof SECTIONS): Section => {
    const node = tree.entries.get(key);
    const value = node === undefined || node.broken ? undefined : SECTIONS[key].read(node, context);
    return Object.fromEntries(Object.entries(value ?? {}).map(([name, each]) => [name, each ?? {}]));
  };
  return {
    services: read("services"),
    networks: read("networks"),
    volumes: read("volumes"),
    secrets: read("secrets"),
    configs: read("configs"),
    jobs: read("jobs"),
  };
}

interface Split {
  readonly enabled: Section;
  readonly disabled: Section;
}

/** A service without profiles is always active; `*` activates all. */
function split(section: Section, active: readonly string[]): Split {
  const enabled: Section = {};
  const disabled: Section = {};
  for (const [name, service] of Object.entries(section)) {
    const profiles = Array.isArray(service.profiles) ? service.profiles : [];
    const isActive = profiles.length === 0 || active.includes("*") ||
      profiles.some((each) => active.includes(each));
    define(isActive ? enabled : disabled, name, service);
  }
  return { enabled, disabled };
}

function consistency(
  sections: Record<keyof typeof SECTIONS, Section>,
  services: Split,
  jobs: Split,
  tree: Mapping,
  span: (path: Path) => Span | undefined,
  context: LoadContext,
): void {
  const names = (key: string): ReadonlySet<string> => new Set(mappingAt(tree, key)?.entries.keys() ?? []);
  checkConsistency({
    services: services.enabled as Record<string, Service>,
    disabled: services.disabled as Record<string, Service>,
    jobs: jobs.enabled as Record<string, Service>,
    disabledJobs: jobs.disabled as Record<string, Service>,
    sections: {
      networks: names("networks"),
      volumes: names("volumes"),
      configs: names("configs"),
      secrets: names("secrets"),
      models: names("models"),
    },
    secrets: sections.secrets,
    span,
    isBroken: (path) => nodeAt(tree, path)?.broken === true,
    say: (diagnostic) => add(context.report, diagnostic),
  });
}

/** `scale` counts for a deployment as well. */
function adoptScale(service: Record<string, unknown>): void {
  const { scale, deploy } = service;
  if (scale !== undefined && typeof deploy === "object" && deploy !== null) {
    service.deploy = { ...deploy, replicas: scale };
  }
}

async function resolveFiles(
  name: string,
  service: Record<string, unknown>,
  reading: FileReading,
  tree: Mapping,
  noted: Map<string, Noted>,
): Promise<void> {
  const hooks = Array.isArray(service.pre_start) ? service.pre_start : [];
  for (const [index, container] of [service, ...hooks].entries()) {
    const path: Path = index === 0 ? ["services", name] : ["services", name, "pre_start", index - 1];
    const own = new Set(Object.keys((container as Container).environment ?? {}));
    const places = {
      span: (key: string, at: number): Span | undefined => spanAt(tree, [...path, key, at]),
      note: (key: string, place: Noted): void => {
        if (index === 0 && !own.has(key)) noted.set(["services", name, "environment", key].join("\n"), place);
      },
    };
    await resolveEnvironment(container as Container, reading, places);
    await resolveLabels(container as Container, reading, places);
  }
}
