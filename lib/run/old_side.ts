/** The engine's side of a cutover: stops a service's containers so that they stay stopped, and starts them again. */
import { pause } from "../cluster/transport.ts";
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import {
  allowStart,
  barStart,
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
import { toldToEnd, untilEnded, untilServing } from "./container_waits.ts";
import { type ClosedContainer, closedOf } from "./cutover_record.ts";
import { handBack, takeStandIn } from "./living/handing_back.ts";
import { type Moved, putStandIns } from "./living/stand_ins.ts";
import { containerGone, engineFailed, madeAnew, notBarred, notEnding } from "./old_side_words.ts";

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
  /** What a kill, an end and a first health check may take, in milliseconds instead of two minutes. */
  readonly patienceMs?: number;
}

/** What was found of some services. */
export interface OldSight {
  readonly containers: readonly ServiceContainer[];
  readonly silent: readonly SilentEngine[];
}

/** What a service can go back to. */
export interface Standing {
  /** Those that were stopped, and in place of such as are gone those that somebody made anew. */
  readonly containers: readonly ClosedContainer[];
  /** One of them runs still, as it was only told to end: nobody knows for how long it does not serve. */
  readonly isRunning: boolean;
  /** Why nobody knows, or there is nothing. */
  readonly problems: readonly Diagnostic[];
  /** What somebody did meanwhile. */
  readonly remarks: readonly Diagnostic[];
}

/** How a container is started again. */
export interface Opening {
  /** What has its names meanwhile goes first, or last where both may be called at once. */
  readonly standIn: "first" | "last";
  /** ISO 8601: one that has run since before was told to end, or may have been; undefined where none was. */
  readonly toldSince?: string | undefined;
}

/** What a kill, a start and a first health check may take. */
const PATIENCE_MS = 120_000;
/**
 * Docker's Traefik takes in a change at most every two seconds (`providersThrottleDuration`), and first lists all containers:
 * within them it would go on calling a container that has ended since the last.
 */
const ROUTED_MS = 4_000;

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
      silent: silentOnce(found.flatMap(({ silent }) => silent)),
    };
  }

  /** A container that was made long ago has what the files said then. */
  #withGrace(container: ServiceContainer): ServiceContainer {
    const { service = "", stopSeconds } = container;
    return { ...container, stopSeconds: this.#options.grace(service) ?? stopSeconds };
  }

  get #patienceMs(): number {
    return this.#options.patienceMs ?? PATIENCE_MS;
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
      if (await toldToEnd(engine, container, signal)) return [];
      if (!isKilled) return [notEnding(container)];
      await killContainer(engine, container);
      return await untilEnded(engine, container, this.#patienceMs, signal) ? [] : [notEnding(container)];
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
   * Asked before a pod ends, as nobody serves the service from then on. A container that was made anew, as by
   * `docker compose up --force-recreate`, has another id and the same service.
   *
   * @param recorded what was stopped @param services of the pod
   */
  async standing(recorded: readonly ClosedContainer[], services: readonly string[]): Promise<Standing> {
    const gone: ClosedContainer[] = [];
    let isRunning = false;
    for (const container of recorded) {
      const problems = await this.#with(container, async (engine) => {
        const state = await stateOf(engine, container);
        if (state === undefined) gone.push(container);
        isRunning ||= state?.isActive === true;
        return [];
      });
      if (problems.length > 0) return { containers: recorded, isRunning, problems, remarks: [] };
    }
    const [first] = gone;
    if (first === undefined) return { containers: recorded, isRunning, problems: [], remarks: [] };
    const known = new Set(recorded.map(({ id }) => id));
    const anew = (await this.find(services)).containers.filter(({ id }) => !known.has(id)).map(closedOf)
      // What somebody made to serve is to run, whether or not it does now.
      .map(({ wasStopped: _, ...container }) => container);
    const containers = [...recorded.filter((one) => !gone.includes(one)), ...anew];
    if (containers.length === 0) {
      return { containers: recorded, isRunning, problems: [containerGone(first)], remarks: [] };
    }
    return { containers, isRunning, problems: [], remarks: gone.map((one) => madeAnew(one, anew)) };
  }

  /**
   * Starts it again, with what brought it back by itself before, and waits until it is healthy or runs steadily. One that
   * was told to end and has not yet is waited for, and started when it has: else it would end unseen.
   *
   * @returns errors where it does not serve; warnings where it does, and something is to be known
   */
  async open(
    container: ClosedContainer,
    signal: AbortSignal,
    { standIn, toldSince }: Opening = { standIn: "first" },
  ): Promise<readonly Diagnostic[]> {
    return await this.#with(container, async (engine) => {
      const { project } = this.#options;
      const before = await stateOf(engine, container);
      if (before === undefined) return [containerGone(container)];
      if (standIn === "first") await takeStandIn(engine, project, container);
      await allowStart(engine, container, barOf(container));
      await setRestart(engine, container, container.restart);
      if (container.wasStopped === true) return [];
      await startContainer(engine, container);
      const problems = await untilServing(engine, container, {
        patienceMs: this.#patienceMs,
        begun: before.isActive ? before.startedAt : undefined,
        isTold: before.isActive && isBefore(before.startedAt, toldSince),
        // Pods that serve meanwhile go when it is healthy; else nothing better can be done than to let it run.
        unhealthy: standIn === "last" ? "error" : "warning",
      }, signal);
      if (standIn === "last" && !hasErrors(problems)) {
        await handBack(engine, project, container, () => this.settled(signal));
      }
      return problems;
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

/** An engine is asked once for each service. */
function silentOnce(silent: readonly SilentEngine[]): readonly SilentEngine[] {
  return [...new Map(silent.map((one) => [one.endpoint.host, one])).values()];
}

function isBefore(at: string, since: string | undefined): boolean {
  return since !== undefined && Date.parse(at) < Date.parse(since);
}
