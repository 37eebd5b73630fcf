/** With what the containers of a project were started (Engine API, "ContainerList", "ContainerInspect", "ImageInspect"). */
import { resolve } from "node:path";
import type { Project } from "../../compose/project.ts";
import type { RunningStack, Started, StartedContainer, StartedMount } from "../checks/running/container.ts";
import { field, fields, items, list } from "../values/json.ts";
import type { Engine } from "./engine.ts";
import { inspectImage } from "./image_identity.ts";

const PROJECT = "com.docker.compose.project";
const SERVICE = "com.docker.compose.service";
/** So many are asked for at a time: an engine answers one after the other anyway. */
const AT_ONCE = 16;

/**
 * Everything in one list and one question for each container of the project and each image.
 *
 * @param project as its files have it
 * @throws EngineError where the engine does not answer
 */
export async function readRunning(engine: Engine, project: Project): Promise<RunningStack> {
  const listed = list(await engine.json("/containers/json?all=true"));
  const own = listed.filter(({ Labels: labels }) =>
    labelOf(labels, PROJECT) === project.name && !isRun(labels)
  );
  const answers = await inTurns(
    own,
    async ({ Id: id }) =>
      typeof id === "string" && /^[0-9a-f]+$/.test(id)
        ? await engine.json(`/containers/${id}/json`)
        : undefined,
  );
  const present = answers.filter((answer) => answer !== undefined);
  const wanted = Object.values(project.services).map(({ image, name }) => image ?? `${project.name}-${name}`);
  const images = await inspected(engine, [
    ...wanted,
    ...present.map((answer) => String(field(answer, "Image"))),
  ]);
  return {
    containers: present.map((answer) => containerOf(answer, images)).sort(byName),
    tags: new Map([...new Set(wanted)].flatMap((reference) => {
      const ids = images.get(reference)?.ids;
      return ids === undefined ? [] : [[reference, ids] as const];
    })),
    otherProjects: otherProjects(listed, project),
  };
}

interface Inspected {
  readonly ids: readonly string[];
  readonly started: Started;
}

/** By reference or id, each once. */
async function inspected(engine: Engine, names: readonly string[]): Promise<ReadonlyMap<string, Inspected>> {
  const unique = [...new Set(names)];
  const answers = await inTurns(unique, async (name) => await inspectImage(engine, name));
  return new Map(unique.flatMap((name, index) => {
    const known = answers[index];
    return known === undefined ? [] : [[name, { ids: known.ids, started: startedOf(known.answer) }] as const];
  }));
}

function containerOf(answer: unknown, images: ReadonlyMap<string, Inspected>): StartedContainer {
  const [config, host, state] = ["Config", "HostConfig", "State"].map((key) => fields(field(answer, key)));
  const labels = field(config, "Labels");
  const image = String(field(answer, "Image") ?? "");
  const health = field(field(state, "Health"), "Status");
  const [hash, version] = ["config-hash", "version"].map((key) =>
    labelOf(labels, `com.docker.compose.${key}`)
  );
  const known = images.get(image);
  const manifest = field(field(answer, "ImageManifestDescriptor"), "digest");
  return {
    name: String(field(answer, "Name") ?? "").replace(/^\//, ""),
    service: labelOf(labels, SERVICE) ?? "",
    project: labelOf(labels, PROJECT) ?? "",
    state: String(field(state, "Status") ?? ""),
    exitCode: Number(field(state, "ExitCode") ?? 0),
    isOutOfMemory: field(state, "OOMKilled") === true,
    ...(typeof health === "string" && health !== "none" ? { health } : {}),
    image: String(field(config, "Image") ?? ""),
    imageIds: [image, ...texts([manifest])],
    ...(known === undefined ? {} : { ofImage: known.started }),
    started: startedOf(answer),
    mounts: list(field(answer, "Mounts")).map(mountOf),
    networks: networksOf(answer),
    networkMode: String(field(host, "NetworkMode") ?? ""),
    ports: portsOf(field(host, "PortBindings")),
    ...(hash === undefined ? {} : { configHash: hash }),
    ...(version === undefined ? {} : { composeVersion: version }),
  };
}

/** Of a container or an image: both have it under `Config`. */
function startedOf(answer: unknown): Started {
  const config = field(answer, "Config");
  return {
    environment: texts(field(config, "Env")),
    command: texts(field(config, "Cmd")),
    entrypoint: texts(field(config, "Entrypoint")),
    user: String(field(config, "User") ?? ""),
    workingDir: String(field(config, "WorkingDir") ?? ""),
    labels: Object.fromEntries(
      Object.entries(fields(field(config, "Labels"))).map(([key, value]) => [key, String(value)]),
    ),
    volumes: Object.keys(fields(field(config, "Volumes"))),
  };
}

function mountOf(mount: unknown): StartedMount {
  const [name, source] = ["Name", "Source"].map((key) => field(mount, key));
  return {
    type: String(field(mount, "Type") ?? ""),
    ...(typeof name === "string" && name !== "" ? { name } : {}),
    ...(typeof source === "string" && source !== "" ? { source } : {}),
    target: String(field(mount, "Destination") ?? ""),
    isWritable: field(mount, "RW") !== false,
  };
}

function networksOf(answer: unknown): Readonly<Record<string, readonly string[]>> {
  const networks = fields(field(field(answer, "NetworkSettings"), "Networks"));
  return Object.fromEntries(
    Object.entries(networks).map(([name, network]) => [name, texts(field(network, "Aliases"))]),
  );
}

function portsOf(bindings: unknown): readonly string[] {
  return Object.entries(fields(bindings)).flatMap(([port, hosts]) =>
    list(hosts).map((host) => portText(field(host, "HostIp"), field(host, "HostPort"), port))
  ).sort();
}

/** As `docker ps` shows a port: `127.0.0.1:8080->80/tcp`. */
export function portText(address: unknown, published: unknown, port: string): string {
  const host = typeof address === "string" && address !== "" && address !== "0.0.0.0" ? `${address}:` : "";
  return `${host}${published === undefined || published === "0" ? "" : String(published)}->${port}`;
}

/** Whoever is another project by its name, and lies where this one does. */
function otherProjects(
  listed: readonly unknown[],
  { name, workingDir }: Project,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const container of listed) {
    const labels = field(container, "Labels");
    const other = labelOf(labels, PROJECT);
    const folder = labelOf(labels, "com.docker.compose.project.working_dir");
    if (other === undefined || other === name || folder === undefined || resolve(folder) !== workingDir) {
      continue;
    }
    const services = found.get(other) ?? new Set();
    found.set(other, services.add(labelOf(labels, SERVICE) ?? ""));
  }
  return new Map([...found].sort().map(([project, services]) => [project, [...services].sort()]));
}

function isRun(labels: unknown): boolean {
  return /^true$/i.test(labelOf(labels, "com.docker.compose.oneoff") ?? "");
}

function labelOf(labels: unknown, key: string): string | undefined {
  const value = field(labels, key);
  return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): readonly string[] {
  return items(value).filter((one) => typeof one === "string");
}

function byName(left: StartedContainer, right: StartedContainer): number {
  return left.name < right.name ? -1 : 1;
}

/** As `map`, a few at a time. */
async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    results.push(...await Promise.all(all.slice(from, from + AT_ONCE).map(work)));
  }
  return results;
}
