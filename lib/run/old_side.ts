/** The engine's side of a cutover: stops a service's containers so that they stay stopped, and starts them again. */
import { pause } from "../cluster/transport.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import {
  allowStart,
  askToEnd,
  barStart,
  type ContainerState,
  killContainer,
  setRestart,
  startContainer,
  stateOf,
  withEngine,
} from "../docker/change_containers.ts";
import type { Environment } from "../docker/endpoints.ts";
import { type Engine, EngineError } from "../docker/engine.ts";
import type { SilentEngine } from "../docker/engines.ts";
import { findServiceContainers, type ServiceContainer } from "../docker/service_containers.ts";
import type { ClosedContainer } from "./cutover_record.ts";
import { handBack, takeStandIn } from "./living/handing_back.ts";
import { type Moved, putStandIns } from "./living/stand_ins.ts";

/** What the services' containers are, and what may be done to them. */
export interface OldSideOptions {
  /** Where Docker's own settings are named. */
  readonly environment: Environment;
  /** The compose project. */
  readonly project: string;
  /** Services whose program may be killed where it does not end in time, by decision. */
  readonly mayKill: ReadonlySet<string>;
  /** How long a service's program may take to end, in seconds, where that is decided: containers know only of the files. */
  readonly grace: (service: string) => number | undefined;
  /** Whether another service calls it, by the files. */
  readonly isCalled: (service: string) => boolean;
}

/** What was found of some services. */
export interface OldSight {
  readonly containers: readonly ServiceContainer[];
  readonly silent: readonly SilentEngine[];
}

const POLL_MS = 100;
/** What a kill, a start and a first health check may take. */
const PATIENCE_MS = 120_000;
/**
 * Docker's Traefik takes in a change at most every two seconds (`providersThrottleDuration`), and first lists all containers:
 * within them it would go on calling a container that has ended since the last.
 */
const ROUTED_MS = 4_000;
/** As long as a container has run without ending, it is taken for started. */
const STEADY_MS = 2_000;

/** The engines of this machine, as far as containers of one project are concerned. */
export class OldSide {
  readonly #options: OldSideOptions;

  constructor(options: OldSideOptions) {
    this.#options = options;
  }

  async find(services: readonly string[]): Promise<OldSight> {
    const { environment, project } = this.#options;
    const found = await Promise.all(
      services.map((service) => findServiceContainers(environment, project, service)),
    );
    return {
      containers: found.flatMap(({ containers }) => containers.map((one) => this.#withGrace(one))),
      silent: found[0]?.silent ?? [],
    };
  }

  /** A container that was made long ago has what the files said then. */
  #withGrace(container: ServiceContainer): ServiceContainer {
    const { service = "", stopSeconds } = container;
    return { ...container, stopSeconds: this.#options.grace(service) ?? stopSeconds };
  }

  /** Whether its program may be killed. */
  mayKill(service: string): boolean {
    return this.#options.mayKill.has(service);
  }

  /**
   * Keeps it stopped and stops it: its program is told to end, and has the time that compose would give it. Nothing is
   * killed unless that is decided.
   */
  async close(container: ServiceContainer, signal: AbortSignal): Promise<readonly Diagnostic[]> {
    return await this.#with(container, async (engine) => {
      await setRestart(engine, container, { name: "no", maximumRetryCount: 0 });
      const isKilled = this.mayKill(container.service ?? "");
      if (await ended(engine, container, signal)) return [];
      if (!isKilled) return [notEnding(container)];
      await killContainer(engine, container);
      return await untilEnded(engine, container, PATIENCE_MS, signal) ? [] : [notEnding(container)];
    });
  }

  /** Lets nobody start what was stopped while the cluster serves it, as `docker compose up` would. */
  async bar(containers: readonly ClosedContainer[]): Promise<readonly Diagnostic[]> {
    const problems: Diagnostic[] = [];
    for (const container of containers) {
      problems.push(
        ...await this.#with(container, async (engine) => {
          return await barStart(engine, container, barOf(container)) ? [] : [notBarred(container)];
        }),
      );
    }
    return problems;
  }

  /** Gives what serves it in the cluster the names and the ports of the machine that its containers had. */
  async standIn(
    containers: readonly ClosedContainer[],
    cluster: Pick<Moved, "addressOf" | "mayPublish" | "isBeside">,
    signal: AbortSignal,
  ): Promise<readonly Diagnostic[]> {
    const moved = { ...cluster, containers, without: containers.map(barOf) };
    return await putStandIns(this.#options, moved, signal);
  }

  /** Until what has just been started may take all calls: who routes to it has taken it in. */
  async settled(signal: AbortSignal): Promise<void> {
    await pause(ROUTED_MS, signal);
  }

  /**
   * Starts it again, with what brought it back by itself before, and waits until it is healthy or runs steadily.
   *
   * @param standIn what has its names meanwhile goes first, or last where both may be called at once
   */
  async open(
    container: ClosedContainer,
    signal: AbortSignal,
    standIn: "first" | "last" = "first",
  ): Promise<readonly Diagnostic[]> {
    return await this.#with(container, async (engine) => {
      const { project } = this.#options;
      const before = await stateOf(engine, container);
      if (before === undefined) return [gone(container)];
      if (standIn === "first") await takeStandIn(engine, project, container);
      await allowStart(engine, container, barOf(container));
      await setRestart(engine, container, container.restart);
      await startContainer(engine, container);
      const begun = before.isActive ? before.startedAt : undefined;
      const problems = await untilServing(engine, container, begun, signal);
      if (problems.length > 0 || standIn === "first") return problems;
      await handBack(engine, project, container, () => this.settled(signal));
      return [];
    });
  }

  async #with(
    container: ClosedContainer | ServiceContainer,
    work: (engine: Engine) => Promise<readonly Diagnostic[]>,
  ): Promise<readonly Diagnostic[]> {
    try {
      return await withEngine(this.#options.environment, container.host, work);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return [engineFailed(container, error)];
    }
  }
}

/**
 * The network that a stopped container lacks: its name is what whoever starts it is told. Each container has one of its
 * own: while it is made for one, any other with the same could be started, and stay so where the run is killed.
 */
function barOf({ name }: ClosedContainer): string {
  return `${name}-moved-to-kubernetes`;
}

/** Tells it to end, once for each time that its program began: a second signal makes some end without order. */
async function ended(engine: Engine, container: ServiceContainer, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + container.stopSeconds * 1_000;
  let told: string | undefined;
  for (;;) {
    const state = await stateOf(engine, container);
    if (state === undefined || !state.isActive) return true;
    if (told !== state.startedAt) await askToEnd(engine, container, container.stopSignal);
    told = state.startedAt;
    if (performance.now() > end) return false;
    await pause(POLL_MS, signal);
  }
}

async function untilEnded(
  engine: Engine,
  container: ServiceContainer,
  patienceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const state = await stateOf(engine, container);
    if (state === undefined || !state.isActive) return true;
    if (performance.now() > end) return false;
    await pause(POLL_MS, signal);
  }
}

/** @param begun since when its program ran, where it had not ended yet */
async function untilServing(
  engine: Engine,
  container: ClosedContainer,
  begun: string | undefined,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const start = performance.now();
  for (;;) {
    const state = await stateOf(engine, container);
    const elapsedMs = performance.now() - start;
    if (state === undefined) return [gone(container)];
    if (isServing(state, elapsedMs)) return [];
    // It ran still when it was to go on, and has ended since as it had been told.
    if (!state.isActive && state.startedAt === begun) await startContainer(engine, container);
    const hasEnded = !state.isActive && elapsedMs > STEADY_MS && state.startedAt !== begun;
    if (hasEnded || elapsedMs > PATIENCE_MS) return [notServing(container, state)];
    await pause(POLL_MS, signal);
  }
}

function isServing({ isActive, health }: ContainerState, elapsedMs: number): boolean {
  return isActive && elapsedMs > STEADY_MS && (health === undefined || health === "healthy");
}

function notEnding({ name, service, stopSignal, stopSeconds }: ServiceContainer): Diagnostic {
  return {
    code: "run-not-stopping",
    severity: "error",
    message: `Container "${name}" has not ended within ${stopSeconds} s of ${stopSignal}, ` +
      "after which Docker would kill it",
    hint: `To give it more time: services: { ${yamlWord(service ?? name)}: { stopGracePeriod: ${
      Math.max(60, stopSeconds * 6)
    } } }; or to kill it then, as Docker does: killAfterGrace: true`,
  };
}

function notBarred({ name }: ClosedContainer): Diagnostic {
  return {
    code: "run-start-not-barred",
    severity: "warning",
    message:
      `Container "${name}" has a network mode that allows no other network, so it can still be started by hand or by ` +
      "docker compose up while the cluster serves it: two writers on one directory destroy its data",
    hint: `Do not start it or its project; it does not start by itself`,
  };
}

function gone({ name, host }: ClosedContainer): Diagnostic {
  return {
    code: "run-container-gone",
    severity: "error",
    message: `Container "${name}" no longer exists at ${host}: it was removed after it was stopped`,
    hint:
      "Nothing writes to its directories now; make it again: docker compose up -d --no-deps, with its service",
  };
}

function notServing({ name }: ClosedContainer, { isActive, health, exitCode }: ContainerState): Diagnostic {
  return {
    code: "run-container-not-serving",
    severity: "error",
    message: isActive
      ? `Container "${name}" was started again and is not healthy yet (${health})`
      : `Container "${name}" was started again and has ended (exit code ${exitCode})`,
    hint: `Look at what it says: docker logs ${shellWord(name)}`,
  };
}

function engineFailed({ name, host }: ClosedContainer | ServiceContainer, error: EngineError): Diagnostic {
  return {
    code: "run-engine-failed",
    severity: "error",
    message:
      `The engine at "${host}" failed to carry out a request for container "${name}": ${error.message}`,
    hint: error.hint ?? "When it answers again, run the same command: it continues where it stopped",
  };
}
