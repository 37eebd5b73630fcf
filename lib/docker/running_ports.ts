/** Ports of the machine that an engine's running containers hold, by the compose service that they belong to. */
import { field, list } from "../values/json.ts";
import type { Engine } from "./engine.ts";

/** A TCP port that is published. */
export interface RunningPort {
  readonly service: string;
  readonly hostPort: number;
  /** It is held for a service that has moved, by what stands in for its container. */
  readonly isStandIn: boolean;
}

/** Labels that say whose a container is. */
export interface OwnerLabels {
  readonly project: string;
  readonly service: string;
}

const COMPOSE: OwnerLabels = { project: "com.docker.compose.project", service: "com.docker.compose.service" };

/**
 * Of one compose project (Engine API, "ContainerList", which has running ones alone).
 *
 * @param standIns labels of what stands in for its containers
 * @throws EngineError
 */
export async function runningPorts(
  engine: Engine,
  project: string,
  standIns: OwnerLabels,
): Promise<readonly RunningPort[]> {
  return list(await engine.json("/containers/json")).flatMap(({ Labels: labels, Ports: ports }) => {
    const owner = [COMPOSE, standIns].find((one) => field(labels, one.project) === project);
    const service = owner === undefined ? undefined : field(labels, owner.service);
    if (typeof service !== "string") return [];
    return list(ports).flatMap(({ PublicPort: hostPort, Type: type }) =>
      type === "tcp" && typeof hostPort === "number"
        ? [{ service, hostPort, isStandIn: owner === standIns }]
        : []
    );
  });
}
