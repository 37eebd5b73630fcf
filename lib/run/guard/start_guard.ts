/** The guard before a workload starts: one directory never has two writers. Looks, and says what stands in the way. */
import { pause } from "../../cluster/transport.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Container } from "../../docker/containers.ts";
import type { PlannedObject } from "../../kube/object.ts";
import { formerOwners } from "./in_use.ts";
import { type Found, judge, type Manner, type Start } from "./judge.ts";
import { portsInUse } from "./ports_in_use.ts";
import { lookAround, type Sight, type SightOptions, type Where } from "./sight.ts";
import { unreadable } from "./silent.ts";
import { whereabouts } from "./whereabouts.ts";
import { claimPaths, isWorkload, writtenPaths } from "./written.ts";

/** What the guard needs to know. */
export interface GuardOptions extends SightOptions {
  /** It is decided that engines that do not answer have nothing to do with the stack. */
  readonly withoutEngine: boolean;
  /** What stands in the way is only said. */
  readonly allowRunning: boolean;
  /** Containers that the run stops itself before their workload starts. */
  readonly isCrossing?: (container: Container) => boolean;
  readonly signal: AbortSignal;
}

/** Longer than pods have to end by default. */
const PASSING_MS = 45_000;
const AGAIN_MS = 500;

/** The guard of one plan and one cluster. */
export class StartGuard {
  readonly #options: GuardOptions;
  readonly #manner: Manner;
  readonly #waiting: Asked[] = [];
  #where: Promise<Where> | undefined;
  #isLooking = false;

  constructor(options: GuardOptions) {
    const { allowRunning, client, withoutEngine } = options;
    this.#options = options;
    const severity = allowRunning || client === undefined ? "warning" : "error";
    this.#manner = { severity, withoutEngine, doing: "would start" };
  }

  /**
   * What stands in the way of all these objects, and which ports of theirs are taken. What passes by itself is not
   * said: it is waited for when they start.
   */
  async preview(objects: readonly PlannedObject[]): Promise<readonly Diagnostic[]> {
    return await this.#readable(async () => {
      const isFar = objects.length === 0 || await this.#whereabouts() === "elsewhere";
      if (isFar && !objects.some(this.#writes)) return [];
      const sight = await this.#look(objects);
      const containers = sight.engines.containers.map(({ container }) => container);
      const { isCrossing = (): boolean => false } = this.#options;
      const leaving = new Set(containers.filter(isCrossing).map(({ id }) => id));
      const starts = objects.map((planned): Start => ({ ...started(planned), leaving }));
      const { diagnostics, isPassing } = judge(sight, starts, this.#manner);
      return [...(isPassing ? [] : diagnostics), ...portsInUse(containers, objects)];
    }, (diagnostics) => diagnostics);
  }

  /** Whether a node with the stack's directories is, or may be, this machine. */
  async isHere(): Promise<boolean> {
    return await this.#readable(async () => await this.#whereabouts() !== "elsewhere", () => true);
  }

  /** What writes beside workloads that are started already. */
  async beside(objects: readonly PlannedObject[]): Promise<readonly Diagnostic[]> {
    if (!objects.some(this.#writes)) return [];
    return await this.#readable(async () => {
      const sight = await this.#look(objects);
      return judge(sight, objects.map(started), { ...this.#manner, doing: "is started already" }).diagnostics;
    }, (diagnostics) => diagnostics);
  }

  /**
   * What forbids this one to start, asked now. Pods that are ending already are waited for.
   *
   * @param onWaiting told for what, once
   * @param signal ends the waiting
   */
  async ask(
    start: Start,
    onWaiting: (reason: string) => void = () => {},
    signal: AbortSignal = this.#options.signal,
  ): Promise<readonly Diagnostic[]> {
    if (this.#options.allowRunning || !this.#writes(start.planned)) return [];
    const end = performance.now() + PASSING_MS;
    for (let hasTold = false;; hasTold = true) {
      const { diagnostics, isPassing } = await this.#readable(() => this.#askOnce(start), refused);
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      if (!isPassing || performance.now() > end) return errors;
      if (!hasTold) onWaiting(errors[0]?.message ?? "");
      await pause(AGAIN_MS, signal);
    }
  }

  /**
   * Names of containers, running or not, that have the object's directories: starting one makes it a second writer.
   * Undefined where that could not be seen.
   */
  async formerOwners(planned: PlannedObject): Promise<readonly string[] | undefined> {
    if (this.#options.allowRunning || !this.#writes(planned)) return [];
    return await this.#readable(async () => {
      const { engines, workloads, isShared } = await this.#look([planned]);
      if (engines.silent.length > 0 && !this.#options.withoutEngine) return undefined;
      const starting = workloads.filter((workload) => workload.planned === planned);
      return formerOwners(engines.containers, starting, isShared).map(({ name }) => name);
    }, () => undefined);
  }

  /**
   * Whether one of these containers has what the object writes to, so that it goes on with what was written. True where
   * nothing is written, and where nobody can look.
   */
  async isWhereItWas(planned: PlannedObject, containers: readonly string[]): Promise<boolean> {
    if (this.#options.allowRunning || !this.#writes(planned) || !await this.isHere()) return true;
    const owners = await this.formerOwners(planned);
    return owners === undefined || owners.some((name) => containers.includes(name));
  }

  readonly #writes = ({ object }: PlannedObject): boolean => {
    const claims = claimPaths(this.#options.all.map((planned) => planned.object));
    return isWorkload(object) && writtenPaths(object, claims).length > 0;
  };

  /** Those that ask while somebody looks have the next look together; none is judged by one that began before. */
  #askOnce(start: Start): Promise<Found> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ start, resolve, reject });
      if (!this.#isLooking) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isLooking = true;
    while (this.#waiting.length > 0) {
      await Promise.resolve();
      const asked = this.#waiting.splice(0);
      try {
        const sight = await this.#look(asked.map(({ start }) => start.planned));
        for (const { start, resolve } of asked) resolve(judge(sight, [start], this.#manner));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#isLooking = false;
  }

  async #look(planned: readonly PlannedObject[]): Promise<Sight> {
    return await lookAround(this.#options, await this.#whereabouts(), planned);
  }

  /** Nodes stay where they are: asked once, unless that failed. */
  async #whereabouts(): Promise<Where> {
    const { client, all } = this.#options;
    if (client === undefined) return "anywhere";
    this.#where ??= whereabouts(client, all.map(({ object }) => object)).catch((error) => {
      this.#where = undefined;
      throw error;
    });
    return await this.#where;
  }

  /** What the kernel does not let this process read is an error, and never nothing. */
  async #readable<T>(work: () => Promise<T>, instead: (diagnostics: readonly Diagnostic[]) => T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return instead([unreadable(error, this.#manner.severity)]);
    }
  }
}

interface Asked {
  readonly start: Start;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
}

function started(planned: PlannedObject): Start {
  return { planned, isNew: false };
}

function refused(diagnostics: readonly Diagnostic[]): Found {
  return { diagnostics, isPassing: false };
}

function isUnreadable(error: unknown): boolean {
  return [Deno.errors.PermissionDenied, Deno.errors.NotCapable, Deno.errors.NotFound]
    .some((kind) => error instanceof kind);
}
