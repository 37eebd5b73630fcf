/** What the containers of a project tell: which have ended, where their own volumes lie, what they wrote into themselves. */
import type { Project } from "../../compose/project.ts";
import type { Engine } from "./engine.ts";
import { field, items } from "../values/json.ts";

/** By service; absent where the engine has no container of it. */
export interface ContainerFacts {
  /** Whether its program has ended with success and is not started again, while others of the project run. */
  readonly ended: Readonly<Record<string, boolean>>;
  /** Path in the container to the machine's directory, of anonymous volumes. */
  readonly volumes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Paths that were written into the container's own layer. */
  readonly written: ReadonlyMap<string, readonly string[]>;
}

interface Known {
  readonly id: string;
  readonly service: string;
  readonly answer: unknown;
}

/** Docker names a volume that nobody named by 64 hexadecimal digits. */
const NO_NAME = /^[0-9a-f]{64}$/;

/**
 * Asks for the containers of the project's services (Engine API, "ContainerInspect"); with `layers` also for what they
 * wrote ("ContainerChanges"), which takes the engine a while. One that is removed meanwhile is left out.
 *
 * @throws EngineError where it does not answer
 */
export async function inspectContainers(
  engine: Engine,
  project: Project,
  { layers = false }: { readonly layers?: boolean } = {},
): Promise<ContainerFacts> {
  const known = await containersOf(engine, project);
  const isAnyRunning = known.some(({ answer }) => field(field(answer, "State"), "Running") === true);
  const written = new Map<string, readonly string[]>();
  const ended: Record<string, boolean> = {};
  const volumes: Record<string, Readonly<Record<string, string>>> = {};
  for (const { id, service, answer } of known) {
    ended[service] = (ended[service] ?? true) && isAnyRunning && hasEnded(answer);
    const own = anonymousVolumes(answer);
    if (Object.keys(own).length > 0) volumes[service] = { ...own, ...volumes[service] };
    const paths = layers ? writtenPaths(await engine.json(`/containers/${id}/changes`), answer) : [];
    if (paths.length > 0) {
      written.set(service, [...new Set([...written.get(service) ?? [], ...paths])].sort());
    }
  }
  return { ended, volumes, written };
}

async function containersOf(engine: Engine, project: Project): Promise<readonly Known[]> {
  const filters = encodeURIComponent(
    JSON.stringify({ label: [`com.docker.compose.project=${project.name}`] }),
  );
  const listed = items(await engine.json(`/containers/json?all=true&filters=${filters}`));
  const answers = await Promise.all(listed.map(async (container): Promise<readonly Known[]> => {
    const id = field(container, "Id");
    const labels = field(container, "Labels");
    const service = field(labels, "com.docker.compose.service");
    // `docker compose run` leaves containers that are none of the service's.
    const isOneOff = /^true$/i.test(String(field(labels, "com.docker.compose.oneoff")));
    if (typeof id !== "string" || !/^[0-9a-f]+$/.test(id) || typeof service !== "string" || isOneOff) {
      return [];
    }
    if (!Object.hasOwn(project.services, service)) return [];
    const answer = await engine.json(`/containers/${id}/json`);
    return answer === undefined ? [] : [{ id, service, answer }];
  }));
  return answers.flat().sort((left, right) => left.id < right.id ? -1 : 1);
}

/** One that Docker would start again was stopped by somebody. */
function hasEnded(answer: unknown): boolean {
  const state = field(answer, "State");
  const restart = String(field(field(field(answer, "HostConfig"), "RestartPolicy"), "Name") ?? "");
  return field(state, "Status") === "exited" && field(state, "ExitCode") === 0 &&
    (restart === "" || restart === "no" || restart === "on-failure");
}

function anonymousVolumes(answer: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    items(field(answer, "Mounts")).flatMap((mount): [string, string][] => {
      const [name, source, target] = ["Name", "Source", "Destination"].map((key) => field(mount, key));
      const isAnonymous = field(mount, "Type") === "volume" && NO_NAME.test(String(name));
      return isAnonymous && typeof source === "string" && source.startsWith("/") && typeof target === "string"
        ? [[target, source]]
        : [];
    }),
  );
}

/** What a program writes anew at each start, what the engine itself makes, and what Docker mounts. */
const FLEETING = /^\/(tmp|run|proc|sys|dev|var\/(run|tmp|lock|cache|log\/(apt|dpkg.*)))(\/|$)/;
const OF_THE_ENGINE =
  /^\/(etc\/(hosts|hostname|resolv\.conf|mtab)|\.dockerenv|root\/\.(bash_history|ash_history|cache.*))$/;
const DELETED = 2;

/**
 * Files that were added or changed, without directories that changed because of them and without places of mounts.
 */
export function writtenPaths(changes: unknown, answer: unknown): readonly string[] {
  const targets = [
    ...items(field(answer, "Mounts")).map((mount) => String(field(mount, "Destination"))),
    ...Object.keys(Object(field(field(answer, "HostConfig"), "Tmpfs"))),
  ];
  const all = items(changes).flatMap((change) => {
    const path = field(change, "Path");
    return typeof path === "string" && field(change, "Kind") !== DELETED ? [path] : [];
  });
  const parents = new Set(all.map(parentOf));
  return all.filter((path) =>
    !parents.has(path) && !FLEETING.test(path) && !OF_THE_ENGINE.test(path) &&
    !targets.some((target) =>
      target === path || target.startsWith(`${path}/`) || path.startsWith(`${target}/`)
    )
  ).sort();
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}
