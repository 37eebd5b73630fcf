/**
 * How many programs want the machine's processors. In a rehearsal two stacks run on them, in the move one: what a service
 * takes there is told from what was measured and from how crowded it was.
 */
import { pause } from "../cluster/transport.ts";

const EVERY_MS = 100;
/** Fewer say nothing of how busy the machine was. */
const FEWEST_LOOKS = 10;
const LOOKS = 3;
const LOOK_MS = 5_000;

/** Programs that run or wait for a processor, without the one that asks; undefined where no kernel says so. */
export type RunningPrograms = () => Promise<number | undefined>;

/** One look at the machine. */
export interface Look {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly running: number;
}

/** The mean of the looks from one time to another; undefined where there were too few. */
export function meanBetween(looks: readonly Look[], from: number, to: number): number | undefined {
  const within = looks.filter(({ at }) => at >= from && at <= to);
  if (within.length < FEWEST_LOOKS) return undefined;
  return within.reduce((sum, { running }) => sum + running, 0) / within.length;
}

/** Looks ten times a second, until it ends. */
export class Crowd {
  readonly #looks: Look[] = [];
  readonly #ending = new AbortController();
  readonly #looking: Promise<void>;

  constructor(running: RunningPrograms = runningPrograms) {
    this.#looking = this.#look(running);
  }

  /** The mean between two times in milliseconds since 1970; undefined where there were too few looks. */
  mean(from: number, to: number): number | undefined {
    return meanBetween(this.#looks, from, to);
  }

  /**
   * The least mean of a few seconds, of several: what somebody does for a moment is no part of it.
   *
   * @throws the signal's reason
   */
  async atRest(signal: AbortSignal, lookMs = LOOK_MS): Promise<number | undefined> {
    const means: number[] = [];
    for (let look = 0; look < LOOKS; look++) {
      const from = Date.now();
      await pause(lookMs, signal);
      means.push(...[this.mean(from, Date.now())].filter((mean) => mean !== undefined));
    }
    return means.length === 0 ? undefined : Math.min(...means);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#looking;
  }

  async #look(running: RunningPrograms): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const programs = await running();
      if (programs === undefined) return;
      this.#looks.push({ at: Date.now(), running: programs });
      await pause(EVERY_MS, signal).catch(() => {});
    }
  }
}

/** Programs that want a processor while nothing moves, on average. */
export interface AtRest {
  /** Before the copy was started. */
  readonly before: number;
  /** Because of the copy. */
  readonly ofCopy: number;
}

/**
 * What was seen before the copy was started, and with it at rest. No more programs are the copy's than are the stack's own,
 * which does the same and has users: the rest is somebody else's.
 */
export function atRest(before: number | undefined, beside: number | undefined): AtRest | undefined {
  if (before === undefined || beside === undefined) return undefined;
  return { before, ofCopy: Math.min(before, Math.max(0, beside - before)) };
}

/** What was seen of the machine around one outage. */
export interface Crowding extends AtRest {
  /** Programs that wanted a processor during it, on average. */
  readonly during: number;
  readonly processors: number;
}

/**
 * What would have taken so long without the copy's programs, at least: where more programs want a processor than there
 * are, each has its share of the time. What moves can use every processor and no more: others wait in a queue, which
 * grows once two stacks want more than there is, and which one stack would not have. What waits for a clock and no
 * processor is not told apart.
 */
export function withoutCopy(milliseconds: number, { before, during, ofCopy, processors }: Crowding): number {
  const ofMove = Math.min(Math.max(0, during - before - ofCopy), processors);
  const stretch = (programs: number): number => Math.max(1, programs / processors);
  return Math.round(milliseconds * Math.min(1, stretch(before + ofMove) / stretch(during)));
}

/** The machine's own, whatever this program may use of them; undefined where no kernel says so. */
export async function processorsOfMachine(): Promise<number | undefined> {
  const text = await Deno.readTextFile("/proc/stat").catch(() => "");
  return text.match(/^cpu\d+ /gm)?.length;
}

/** The fourth field of `/proc/loadavg` (proc(5)): entities that can run at this moment, and all of them. */
async function runningPrograms(): Promise<number | undefined> {
  const text = await Deno.readTextFile("/proc/loadavg").catch(() => "");
  const running = /^\S+ \S+ \S+ (\d+)\//.exec(text)?.[1];
  return running === undefined ? undefined : Math.max(0, Number(running) - 1);
}
