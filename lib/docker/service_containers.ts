/** The containers that compose made for one service, with what stopping and starting them needs to know. */
import { field } from "../values/json.ts";
import { type Container, listContainers } from "./containers.ts";
import type { Environment } from "./endpoints.ts";
import { type Engine, EngineError } from "./engine.ts";
import { findEngines, type SilentEngine } from "./engines.ts";

/** What the engine does when a container ends: https://docs.docker.com/engine/containers/start-containers-automatically/ */
export interface RestartPolicy {
  readonly name: string;
  /** Of `on-failure`; 0 is for ever. */
  readonly maximumRetryCount: number;
}

/** A container of a service. */
export interface ServiceContainer extends Container {
  /** Where its engine answers, as Docker writes it. */
  readonly host: string;
  readonly restartPolicy: RestartPolicy;
  /** Of its program: `SIGTERM` unless its image or the file says otherwise. */
  readonly stopSignal: string;
  /** How long it may take to end before Docker would kill it, in seconds. */
  readonly stopSeconds: number;
  /** When its program began, as the engine writes it; empty where it never did. */
  readonly startedAt: string;
  /** The engine removes it when it ends, with the volumes that have no name (`docker run --rm`). */
  readonly isRemovedAtEnd: boolean;
  /** Of its first process, on this machine; 0 where it does not run. */
  readonly pid: number;
  /** `healthy`, `unhealthy`, `starting`; undefined without a health check. */
  readonly health?: string;
}

/** What was found, and which engines did not answer. */
export interface ServiceSight {
  readonly containers: readonly ServiceContainer[];
  readonly silent: readonly SilentEngine[];
}

/** What Docker gives a program to end (moby, `DefaultStopTimeout`). */
const STOP_SECONDS = 10;

/** Asks every engine of this machine. One-off containers, as `docker compose run` makes them, are not the service. */
export async function findServiceContainers(
  environment: Environment,
  project: string,
  service: string,
): Promise<ServiceSight> {
  using engines = await findEngines(environment);
  const silent = [...engines.silent];
  const containers: ServiceContainer[] = [];
  for (const known of engines.known) {
    try {
      const listed = await listContainers(known);
      const own = listed.filter((one) => one.project === project && one.service === service);
      for (const one of own) {
        const found = await inspect(known.engine, one);
        if (found !== undefined) containers.push(found);
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      silent.push({ endpoint: known.engine.endpoint, why: error.message });
    }
  }
  return { containers, silent };
}

async function inspect(engine: Engine, container: Container): Promise<ServiceContainer | undefined> {
  const answer = await engine.json(`/containers/${container.id}/json`);
  if (answer === undefined) return undefined;
  const [config, state] = [field(answer, "Config"), field(answer, "State")];
  if (field(field(config, "Labels"), "com.docker.compose.oneoff") === "True") return undefined;
  const policy = field(field(answer, "HostConfig"), "RestartPolicy");
  const health = field(field(state, "Health"), "Status");
  const timeout = field(config, "StopTimeout");
  return {
    ...container,
    host: engine.endpoint.host,
    restartPolicy: {
      name: String(field(policy, "Name") || "no"),
      maximumRetryCount: Number(field(policy, "MaximumRetryCount") ?? 0),
    },
    stopSignal: String(field(config, "StopSignal") || "SIGTERM"),
    stopSeconds: typeof timeout === "number" ? timeout : STOP_SECONDS,
    startedAt: String(field(state, "StartedAt") ?? ""),
    isRemovedAtEnd: field(field(answer, "HostConfig"), "AutoRemove") === true,
    pid: Number(field(state, "Pid") ?? 0),
    ...(typeof health === "string" && health !== "none" && health !== "" ? { health } : {}),
  };
}
