/**
 * Jobs of ofelia, which runs commands in containers at a time: from labels, as its Docker provider reads them, and from
 * its configuration file. https://github.com/mcuadros/ofelia (`cli/docker-labels.go`, `docs/jobs.md`).
 */
import type { BindSources } from "../../compose/bind_source.ts";
import type { Path, Project, Service } from "../../compose/project.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { imageOf } from "./context.ts";
import { imageRepository } from "./known_images.ts";

/** One job as it is written. */
export interface OfeliaJob {
  /** `job-exec`, `job-run`, `job-local`, `job-service-run`. */
  readonly kind: string;
  readonly name: string;
  /** The service that says it. */
  readonly owner: string;
  /** Of `job-exec`: the service in whose container it runs. */
  readonly service?: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly path: Path;
}

const IMAGES = new Set(["mcuadros/ofelia", "netresearch/ofelia"]);

/** The service that is ofelia. */
export function ofeliaService(project: Project, decisions: Decisions): Service | undefined {
  return Object.values(project.services).find((service) =>
    IMAGES.has(imageRepository(imageOf(decisions, service) ?? "").replace(/^ghcr\.io\//, ""))
  );
}

/** The jobs that ofelia of the stack runs; none where the stack has no ofelia. */
export function ofeliaJobs(
  project: Project,
  decisions: Decisions,
  bindSources: BindSources,
): readonly OfeliaJob[] {
  const ofelia = ofeliaService(project, decisions);
  if (ofelia === undefined) return [];
  return [
    ...Object.values(project.services).flatMap((service) => ofLabels(project, service, ofelia)),
    ...ofFiles(project, ofelia, bindSources),
  ];
}

const LABEL = /^ofelia\.(job-[a-z-]+)\.([^.]+)\.([^.]+)$/;

/** ofelia reads labels of containers that say `ofelia.enabled=true`, and jobs without a container of its own alone. */
function ofLabels(project: Project, service: Service, ofelia: Service): OfeliaJob[] {
  const labels = service.labels ?? {};
  const isOwn = service.name === ofelia.name;
  if (labels["ofelia.enabled"] !== "true" && !isOwn) return [];
  const jobs = new Map<string, OfeliaJob & { settings: Record<string, string> }>();
  for (const [key, value] of Object.entries(labels)) {
    const [, kind = "", name = "", setting = ""] = LABEL.exec(key) ?? [];
    if (kind === "" || (kind !== "job-exec" && !isOwn)) continue;
    const id = `${kind}/${name}`;
    const job = jobs.get(id) ??
      { kind, name, owner: service.name, settings: {}, path: ["services", service.name, "labels", key] };
    job.settings[setting] = value;
    jobs.set(id, job);
  }
  return [...jobs.values()].map((job) => withTarget(project, job, isOwn ? undefined : service.name));
}

/** `[job-exec "name"]` and the settings below it. */
function ofFiles(project: Project, ofelia: Service, bindSources: BindSources): OfeliaJob[] {
  return (ofelia.volumes ?? []).flatMap((mount, index) => {
    const seen = bindSources.get(mount.source ?? "");
    const contents = seen?.kind === "file"
      ? [seen.content]
      : seen?.kind === "directory"
      ? [...seen.files.values()].map(({ content }) => content)
      : [];
    const path = ["services", ofelia.name, "volumes", index];
    return contents.flatMap((content) =>
      content === undefined ? [] : ofText(new TextDecoder().decode(content))
    )
      .map((job) => withTarget(project, { ...job, owner: ofelia.name, path }, undefined));
  });
}

function ofText(text: string): Pick<OfeliaJob, "kind" | "name" | "settings">[] {
  const jobs: { kind: string; name: string; settings: Record<string, string> }[] = [];
  let isJob = false;
  for (const line of text.split("\n")) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line);
    if (section !== null) {
      const [, kind, name] = /^(job-[a-z-]+)\s+"([^"]+)"$/.exec(section[1] ?? "") ?? [];
      isJob = kind !== undefined && name !== undefined;
      if (kind !== undefined && name !== undefined) jobs.push({ kind, name, settings: {} });
      continue;
    }
    const [, key, value = ""] = /^\s*([a-z-]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    const job = jobs.at(-1);
    if (isJob && key !== undefined && job !== undefined) job.settings[key] = value;
  }
  return jobs;
}

/** The service of `container`, where one is named: by its own name or by that of its container. */
function withTarget(project: Project, job: OfeliaJob, own: string | undefined): OfeliaJob {
  const { container } = job.settings;
  const service = container === undefined ? own : serviceOf(project, container);
  return job.kind !== "job-exec" || service === undefined ? job : { ...job, service };
}

function serviceOf(project: Project, container: string): string | undefined {
  return Object.values(project.services).find(({ name, container_name: own }) =>
    own === container || `${project.name}-${name}-1` === container ||
    `${project.name}_${name}_1` === container || (own === undefined && name === container)
  )?.name;
}
