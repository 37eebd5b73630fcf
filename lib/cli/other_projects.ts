/** Other projects of the machine: the one that has the Traefik, and those that share networks with the stack. */
import { isAbsolute, join, relative, resolve } from "node:path";
import { readBindSources } from "../../compose/mod.ts";
import type { Project } from "../../compose/project.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { asInCluster } from "../stack/as_in_cluster.ts";
import { isSkipped, type Neighbour } from "../stack/context.ts";
import { label, serviceLabel } from "../stack/names.ts";
import { clusterAddress, neighbourNames } from "../stack/network/neighbours.ts";
import { servicesByDnsName } from "../stack/network/dns_names.ts";
import { exposedPorts } from "../stack/ports.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import { type OtherDefinitions, type OtherTraefik, seenFrom } from "../traefik/other_traefik.ts";
import { readRouting } from "../traefik/read_routing.ts";
import type { Routing } from "../traefik/routing.ts";
import { readVolumeSources } from "./volume_sources.ts";
import { traefikFilesOf } from "../stack/traefik_container.ts";
import type { TraefikFiles } from "../traefik/traefik_files.ts";

/** Another project as it was read. */
export interface OtherProject extends Neighbour {
  /** Its folder as messages name it: from the stack's own folder. */
  readonly from: string;
  readonly decisions: Decisions;
  readonly files: TraefikFiles;
  readonly routing: Routing;
}

/** A folder, and who named it. */
export interface Named {
  readonly directory: string;
  /** It was named as the project that has the Traefik. */
  readonly hasTraefik: boolean;
  readonly span?: Diagnostic["span"];
}

/** A compose project with the decisions in force for it; undefined where its files cannot be used. */
export type ReadProject = (
  directory: string,
) => Promise<{ readonly project?: Project; readonly decisions: Decisions; readonly problem?: string }>;

/** The other projects of a stack, and the Traefik among them that its labels are for. */
export interface OtherProjects {
  readonly projects: readonly OtherProject[];
  readonly traefik?: OtherProject;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The folders that flags and decisions name, each once, the stack's own left out; the decided one comes first.
 *
 * @param traefik `--traefik`, from where the user is
 */
export function namedProjects(
  stack: string,
  decisions: Decisions,
  flags: { readonly traefik?: string; readonly neighbours?: readonly string[]; readonly directory: string },
): readonly Named[] {
  const decided = decisions.traefik?.from;
  const span = decisions.span(["traefik", "from"]);
  const named: Named[] = [
    ...(flags.traefik === undefined
      ? []
      : [{ directory: resolve(flags.directory, flags.traefik), hasTraefik: true }]),
    ...(decided === undefined || flags.traefik !== undefined ? [] : [{
      directory: isAbsolute(decided) ? decided : join(stack, decided),
      hasTraefik: true,
      ...(span === undefined ? {} : { span }),
    }]),
    ...(flags.neighbours ?? []).map((each) => ({
      directory: resolve(flags.directory, each),
      hasTraefik: false,
    })),
  ];
  const seen = new Set([resolve(stack)]);
  return named.filter(({ directory }) => !seen.has(resolve(directory)) && seen.add(resolve(directory)));
}

/** Reads them. A Traefik that cannot be read is an error, as its routes would be planned wrongly. */
export async function readOtherProjects(
  stack: string,
  named: readonly Named[],
  read: ReadProject,
): Promise<OtherProjects> {
  const diagnostics: Diagnostic[] = [];
  const projects: OtherProject[] = [];
  let traefik: OtherProject | undefined;
  for (const one of named) {
    const from = relative(stack, one.directory) || one.directory;
    const { project, decisions, problem } = await read(one.directory);
    if (project === undefined) {
      // One that is only moved along says itself what is wrong with it.
      if (one.hasTraefik) diagnostics.push(unreadable(from, problem, one.span));
      continue;
    }
    const other = await otherProject(from, asInCluster(project, decisions).project, decisions);
    projects.push(other);
    const runsTraefik = other.routing.traefikService !== undefined;
    if (one.hasTraefik && !runsTraefik) diagnostics.push(withoutTraefik(from, one.span));
    if (runsTraefik) traefik ??= other;
  }
  return { projects, ...(traefik === undefined ? {} : { traefik }), diagnostics };
}

async function otherProject(from: string, project: Project, decisions: Decisions): Promise<OtherProject> {
  const found = findTraefik(project);
  const service = found === undefined ? undefined : project.services[found.service];
  const ofTraefik = { ...project, services: service === undefined ? {} : { [service.name]: service } };
  const bindSources = await readBindSources(ofTraefik);
  const { files } = traefikFilesOf(project, {
    bindSources,
    volumeSources: await readVolumeSources(project),
  });
  const routing = readRouting({
    project,
    files,
    exposedPorts: exposedPorts(project, () => undefined, decisions),
  });
  const skipped = Object.keys(project.services).filter((name) =>
    isSkipped(decisions, name) || name === found?.service
  );
  return {
    from,
    project,
    decisions,
    namespace: decisions.namespace ?? label(project.name),
    skipped: new Set(skipped),
    files,
    routing,
  };
}

/** The Traefik of another project, as it is read for a stack that has none. */
export function otherTraefik({ traefik }: OtherProjects): OtherTraefik | undefined {
  const found = traefik === undefined ? undefined : findTraefik(traefik.project);
  if (traefik === undefined || found === undefined) return undefined;
  const { from, project, files } = traefik;
  return { from, project, found, files };
}

/** All that the routers of a stack may refer to in other projects; what Traefik's own project defines comes first. */
export function otherDefinitions(own: Project, { projects, traefik }: OtherProjects): OtherDefinitions {
  const inOrder = [
    ...(traefik === undefined ? [] : [traefik]),
    ...projects.filter((project) => project !== traefik),
  ];
  return inOrder.map((project) => ({
    routing: seenFrom(project.routing, project.from),
    addressOf: addresses(own, project, inOrder),
  }));
}

/**
 * Hosts in what a project defines. A name of its own comes first, as two projects may have services of one name. One of
 * the stack's stays as it is, since the conversion gives it its address. Then comes what any project has, Traefik's first.
 */
function addresses(
  own: Project,
  defining: OtherProject,
  projects: readonly OtherProject[],
): (host: string) => string | undefined {
  const theirs = addressesIn(defining);
  const mine = servicesByDnsName(own);
  const known = new Map(projects.toReversed().flatMap((project) => [...addressesIn(project)]));
  const beside = new Map(
    [defining, ...projects].toReversed().flatMap((project) => {
      const others = projects.filter((other) => other !== project);
      return [...neighbourNames(project.project, others)]
        .map(([host, name]) => [host, clusterAddress(name)] as const);
    }),
  );
  return (host) => theirs.get(host) ?? (mine.has(host) ? undefined : known.get(host) ?? beside.get(host));
}

/** The services of a project that are moved, by every name. */
function addressesIn({ project, skipped, namespace }: OtherProject): ReadonlyMap<string, string> {
  return new Map(
    [...servicesByDnsName(project)].filter(([, service]) => !skipped.has(service))
      .map(([host, service]) => [host, clusterAddress({ name: serviceLabel(service), namespace })]),
  );
}

/** What the other project decides about its Traefik counts here as well, under what the stack says itself. */
export function withTraefikDecisions(decisions: Decisions, traefik: OtherProject | undefined): Decisions {
  const theirs = traefik?.decisions.traefik;
  if (theirs === undefined) return decisions;
  return { ...decisions, traefik: { ...theirs, ...decisions.traefik } };
}

function unreadable(from: string, problem: string | undefined, span: Diagnostic["span"]): Diagnostic {
  return {
    code: "cli-project-unreadable",
    severity: "error",
    message: `Cannot read the project in "${from}", which the stack depends on${
      problem === undefined ? "" : `: ${problem}`
    }`,
    ...(span === undefined ? {} : { span }),
    hint: `Look at it with: deno task config --stack ${from}`,
  };
}

function withoutTraefik(from: string, span: Diagnostic["span"]): Diagnostic {
  return {
    code: "cli-project-without-traefik",
    severity: "error",
    message:
      `The project in "${from}" was named as the one with Traefik, but none of its services runs Traefik's image`,
    ...(span === undefined ? {} : { span }),
    hint: "Name the folder whose compose file has it",
  };
}
