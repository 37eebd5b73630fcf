/** Asks each service of a copy twice a second while it moves, and less often otherwise, wherever it may be served. */
import { pause } from "../cluster/transport.ts";
import { askPort, askRoute } from "../run/verify/ask.ts";
import type { Asking } from "./askings.ts";
import { RecentPlaces, type WatchedSides } from "./recent_places.ts";

/** What one service answered. */
export interface Answered {
  readonly asked: number;
  readonly failed: number;
  /** The longest time without an answer. */
  readonly longestMs: number;
}

/** While it moves or does not answer; the rest of the time the questions would themselves be what keeps a small machine busy. */
const MOVING_MS = 500;
const RESTING_MS = 4_000;
const PATIENCE = { milliseconds: 1_500, bytes: 64 * 1024 };

/** A service is served where either side answers: in the engine by its container, in the cluster by its Service. */
export class Watch {
  readonly #looks = new Map<string, { readonly at: number; readonly isAnswered: boolean }[]>();
  readonly #ending = new AbortController();
  readonly #moving = new Set<string>();
  /** Ends the rest of a service before its next question. */
  readonly #waking = new Map<string, AbortController>();
  readonly #places: RecentPlaces;
  readonly #working: Promise<unknown>;

  constructor(askings: readonly Asking[], sides: WatchedSides) {
    this.#places = new RecentPlaces(sides);
    this.#working = Promise.all(askings.map((asking) => this.#watch(asking)));
  }

  /** A service begins to move, or has arrived. */
  follow(service: string, isMoving: boolean): void {
    if (!isMoving) this.#moving.delete(service);
    else if (!this.#moving.has(service)) {
      this.#moving.add(service);
      this.#waking.get(service)?.abort();
    }
  }

  /** Ends it. @returns by service; without those that never answered */
  async end(): Promise<ReadonlyMap<string, Answered>> {
    this.#ending.abort();
    await this.#working;
    return new Map(
      [...this.#looks].filter(([, looks]) => looks.some(({ isAnswered }) => isAnswered))
        .map(([service, looks]) => [service, answeredOf(looks)]),
    );
  }

  async #watch(asking: Asking): Promise<void> {
    const { signal } = this.#ending;
    const looks: { at: number; isAnswered: boolean }[] = [];
    this.#looks.set(asking.service, looks);
    while (!signal.aborted) {
      const at = performance.now();
      const isAnswered = await this.#isAnswered(asking).catch(() => false);
      if (signal.aborted) return;
      looks.push({ at, isAnswered });
      const waking = new AbortController();
      this.#waking.set(asking.service, waking);
      const isResting = isAnswered && !this.#moving.has(asking.service);
      const everyMs = isResting ? RESTING_MS : MOVING_MS;
      const rest = Math.max(0, everyMs - (performance.now() - at));
      await pause(rest, AbortSignal.any([signal, waking.signal])).catch(() => {});
    }
  }

  async #isAnswered(asking: Asking): Promise<boolean> {
    const { signal } = this.#ending;
    const places = await this.#places.of(asking);
    const answers = await Promise.all(places.map(async (place) => {
      const { route } = asking;
      const { silence } = route === undefined
        ? await askPort(place, signal, PATIENCE)
        : await askRoute(route, place, signal, PATIENCE);
      return silence === undefined;
    }));
    return answers.includes(true);
  }
}

/** The longest time from a look that was not answered to the next that was. */
export function answeredOf(
  looks: readonly { readonly at: number; readonly isAnswered: boolean }[],
): Answered {
  let longestMs = 0;
  let since: number | undefined;
  for (const { at, isAnswered } of looks) {
    if (!isAnswered) since ??= at;
    if (since !== undefined) longestMs = Math.max(longestMs, at - since);
    if (isAnswered) since = undefined;
  }
  return { asked: looks.length, failed: looks.filter(({ isAnswered }) => !isAnswered).length, longestMs };
}
