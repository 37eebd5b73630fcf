/** Containers of an engine: whether they run or will run again, what they write to, which ports they hold. */
import { shellWord } from "../diagnostics/shell_word.ts";
import type { KnownEngine } from "./engines.ts";
import { items } from "../values/json.ts";
import { field } from "../values/json.ts";

/** A container, whoever made it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** Of the compose project and service that it belongs to. */
  readonly project?: string;
  readonly service?: string;
  /**
   * - `running`, `paused`, `restarting`: its processes are there, or will be in a moment
   * - `stopped`: it ran before
   * - `created`: it never ran
   */
  readonly state: "running" | "paused" | "restarting" | "stopped" | "created";
  /** `no`, `always`, `unless-stopped`, `on-failure`. */
  readonly restart: string;
  /** Of a stopped one: what its program ended with; 137 where it was killed. */
  readonly exitCode: number;
  /** What it may write to. */
  readonly writes: readonly ContainerMount[];
  /** Ports of the machine, such as `80/tcp`. */
  readonly ports: readonly string[];
  readonly engine: EngineName;
}

/** A mount that is not read-only. */
export interface ContainerMount {
  /** Directories or files of the machine, absolute: several where a volume leads to another directory. */
  readonly sources: readonly string[];
  /** The volume's name. */
  readonly volume?: string;
}

/** The engine of a container, for messages. */
export interface EngineName {
  readonly title: string;
  /** What `docker` needs to be told to ask it: nothing, or `-H unix://…`. */
  readonly flags: string;
}

/** Set by a kubelet that runs its pods in the engine. */
const POD_LABEL = "io.kubernetes.pod.name";

/**
 * All but pods (Engine API, "ContainerList" and "ContainerInspect"). One that is removed meanwhile is left out.
 *
 * @throws EngineError where it does not answer
 */
export async function listContainers(known: KnownEngine): Promise<readonly Container[]> {
  const { engine } = known;
  const ids = items(await engine.json("/containers/json?all=true"))
    .filter((answer) => field(field(answer, "Labels"), POD_LABEL) === undefined)
    .flatMap((answer) => text(field(answer, "Id")) ?? []);
  const answers = await Promise.all(
    ids.map((id) => engine.json(`/containers/${encodeURIComponent(id)}/json`)),
  );
  const volumes = new Map<string, Promise<readonly string[]>>();
  const found = await Promise.all(
    answers.flatMap((answer) => answer === undefined ? [] : containerOf(answer, known, volumes)),
  );
  return found.sort((left, right) => left.name < right.name ? -1 : 1);
}

async function containerOf(
  answer: unknown,
  known: KnownEngine,
  volumes: Map<string, Promise<readonly string[]>>,
): Promise<Container> {
  const labels = field(field(answer, "Config"), "Labels");
  const project = text(field(labels, "com.docker.compose.project"));
  const service = text(field(labels, "com.docker.compose.service"));
  const mounts = items(field(answer, "Mounts")).filter((mount) => field(mount, "RW") !== false);
  const id = text(field(answer, "Id")) ?? "";
  return {
    id,
    name: (text(field(answer, "Name")) ?? id).replace(/^\//, ""),
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { service }),
    state: stateOf(field(answer, "State")),
    restart: text(field(field(field(answer, "HostConfig"), "RestartPolicy"), "Name")) ?? "no",
    exitCode: Number(field(field(answer, "State"), "ExitCode") ?? 0),
    // Memory, as of `type: tmpfs`, lies nowhere on the machine.
    writes: (await Promise.all(mounts.map((mount) => mountOf(mount, known, volumes))))
      .filter(({ sources }) => sources.length > 0),
    ports: portsOf(field(field(answer, "NetworkSettings"), "Ports")),
    engine: {
      title: known.title,
      flags: known.isInForce ? "" : `-H ${shellWord(known.engine.endpoint.host)} `,
    },
  };
}

/** What has stopped by itself or by hand, or is being removed, has no processes any more. */
function stateOf(state: unknown): Container["state"] {
  const status = field(state, "Status");
  if (status === "running" || status === "paused" || status === "restarting" || status === "created") {
    return status;
  }
  if (status === "configured" || status === "initialized") return "created";
  return field(state, "Running") === true ? "running" : "stopped";
}

async function mountOf(
  mount: unknown,
  known: KnownEngine,
  volumes: Map<string, Promise<readonly string[]>>,
): Promise<ContainerMount> {
  const volume = field(mount, "Type") === "volume" ? text(field(mount, "Name")) : undefined;
  const source = text(field(mount, "Source"));
  if (volume === undefined) return { sources: absolute([source]) };
  const asked = volumes.get(volume) ?? directoriesOf(volume, known);
  volumes.set(volume, asked);
  return { sources: [...new Set([...absolute([source]), ...await asked])], volume };
}

/** Where a volume's data lies: below the engine's root, or in the directory that its options bind there. */
async function directoriesOf(volume: string, { engine, root }: KnownEngine): Promise<readonly string[]> {
  const answer = await engine.json(`/volumes/${encodeURIComponent(volume)}`);
  const options = field(answer, "Options");
  const isBound = /(^|,)r?bind(,|$)/.test(text(field(options, "o")) ?? "");
  return absolute([
    text(field(answer, "Mountpoint")) ?? `${root}/volumes/${volume}/_data`,
    isBound ? text(field(options, "device")) : undefined,
  ]);
}

function portsOf(ports: unknown): readonly string[] {
  if (typeof ports !== "object" || ports === null) return [];
  const held = Object.entries(ports).flatMap(([port, bindings]) =>
    items(bindings).flatMap((binding) => {
      const number = text(field(binding, "HostPort"));
      return number === undefined ? [] : [`${number}/${port.split("/")[1] ?? "tcp"}`];
    })
  );
  return [...new Set(held)].sort();
}

function absolute(paths: readonly (string | undefined)[]): readonly string[] {
  return paths.filter((path) => path?.startsWith("/") === true) as readonly string[];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
