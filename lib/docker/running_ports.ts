/** Ports of the machine that an engine's running containers hold, by the compose service that they belong to. */
import { field, list } from "../values/json.ts";
import type { Engine } from "./engine.ts";

/** A TCP port that is published. */
export interface RunningPort {
  readonly service: string;
  readonly hostPort: number;
}

/** Of one compose project (Engine API, "ContainerList", which has running ones alone). @throws EngineError */
export async function runningPorts(engine: Engine, project: string): Promise<readonly RunningPort[]> {
  return list(await engine.json("/containers/json")).flatMap(({ Labels: labels, Ports: ports }) => {
    const service = field(labels, "com.docker.compose.service");
    if (typeof service !== "string" || field(labels, "com.docker.compose.project") !== project) return [];
    return list(ports).flatMap(({ PublicPort: hostPort, Type: type }) =>
      type === "tcp" && typeof hostPort === "number" ? [{ service, hostPort }] : []
    );
  });
}
