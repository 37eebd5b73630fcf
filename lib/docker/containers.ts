/** Containers that run now: what they write to and which ports of the machine they hold. */
import type { Engine } from "./engine.ts";
import { field } from "./image_facts.ts";

/** A running container, whoever started it. */
export interface RunningContainer {
  readonly name: string;
  /** Of the compose project and service that it belongs to. */
  readonly project?: string;
  readonly service?: string;
  /** Directories of the machine that it may write to, absolute. */
  readonly writes: readonly string[];
  /** Ports of the machine, such as `80/tcp`. */
  readonly ports: readonly string[];
}

/** Set by a kubelet that runs its pods in the engine. */
const POD_LABEL = "io.kubernetes.pod.name";

/**
 * All but pods, by one question (Engine API, "ContainerList").
 *
 * @throws EngineError where it does not answer
 */
export async function runningContainers(engine: Engine): Promise<readonly RunningContainer[]> {
  return list(await engine.json("/containers/json"))
    .filter((answer) => field(field(answer, "Labels"), POD_LABEL) === undefined)
    .map(containerOf);
}

function containerOf(answer: unknown): RunningContainer {
  const labels = field(answer, "Labels");
  const project = text(field(labels, "com.docker.compose.project"));
  const service = text(field(labels, "com.docker.compose.service"));
  const mounts = list(field(answer, "Mounts")).filter((mount) => field(mount, "RW") === true);
  const ports = list(field(answer, "Ports")).flatMap((port) => {
    const number = field(port, "PublicPort");
    return typeof number === "number" ? [`${number}/${text(field(port, "Type")) ?? "tcp"}`] : [];
  });
  return {
    name: (text(list(field(answer, "Names"))[0]) ?? text(field(answer, "Id")) ?? "").replace(/^\//, ""),
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { service }),
    writes: mounts.flatMap((mount) => text(field(mount, "Source")) ?? []).filter((path) =>
      path.startsWith("/")
    ),
    ports: [...new Set(ports)].sort(),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
