/** Counts what a run did, event by event. */
import type { ObjectOutcome, RunEvent } from "../run/event.ts";
import { shortDuration } from "../values/duration.ts";
import { visible } from "../diagnostics/visible.ts";
import { plural } from "../diagnostics/plural.ts";

/** So many of the longest waits are told. */
const MOST_WAITS = 3;
/** A shorter wait is not worth a line. */
const QUIET_MS = 1_000;

/** What a run waited for. */
export interface Wait {
  readonly object: string;
  readonly elapsedMs: number;
  /** Why it was not ready, as it was seen last. */
  readonly reason: string;
  readonly isReady: boolean;
}

export class RunTally {
  readonly #outcomes = new Map<ObjectOutcome, number>();
  readonly #waits = new Map<string, Wait>();
  #migrations = 0;
  #finished: Extract<RunEvent, { type: "run-finished" }> | undefined;

  handle(event: RunEvent): void {
    if (event.type === "object") {
      this.#outcomes.set(event.outcome, (this.#outcomes.get(event.outcome) ?? 0) + 1);
    }
    if (event.type === "migration-finished" && event.state === "applied") this.#migrations++;
    if (event.type === "run-finished") this.#finished = event;
    if (event.type === "waiting" || event.type === "ready") this.#wait(event);
  }

  #wait(event: Extract<RunEvent, { type: "waiting" | "ready" }>): void {
    const { object, elapsedMs } = event;
    const known = this.#waits.get(object);
    this.#waits.set(object, {
      object,
      elapsedMs: Math.max(known?.elapsedMs ?? 0, elapsedMs),
      reason: event.type === "waiting" ? event.reason : known?.reason ?? "",
      isReady: event.type === "ready",
    });
  }

  /** How the run ended, or undefined where it did not. */
  get state(): Extract<RunEvent, { type: "run-finished" }>["state"] | undefined {
    return this.#finished?.state;
  }

  /** `10 migrations applied: 61 created, 3 configured objects, in 12s`. */
  summary(): string {
    if (this.state === "unchanged") {
      const also = this.#finished?.writes === 0 ? ", and nothing was written" : "";
      return `Nothing to do: everything is as it was asked for${also}.`;
    }
    const parts = [...this.#outcomes].map(([outcome, count]) => `${count} ${outcome}`);
    const objects = parts.length === 0 ? "no objects" : `${parts.join(", ")} objects`;
    const took = this.#finished === undefined ? "" : `, in ${shortDuration(this.#finished.durationMs)}`;
    const migrations = this.#migrations === 0 ? "" : `${plural(this.#migrations, "migration")} applied: `;
    return `${migrations}${objects}${took}.${this.#waitLines()}`;
  }

  /** A few, the longest first; none that was short. */
  longestWaits(): readonly Wait[] {
    return [...this.#waits.values()].filter(({ elapsedMs }) => elapsedMs >= QUIET_MS)
      .sort((left, right) => right.elapsedMs - left.elapsedMs).slice(0, MOST_WAITS);
  }

  /** With what was missing; nothing where no wait was long. */
  #waitLines(): string {
    const lines = this.longestWaits().map(({ object, elapsedMs, reason, isReady }) => {
      const why = reason === "" ? "" : `: ${reason.split("\n")[0]}`;
      return `  ${shortDuration(elapsedMs)}  ${object}${isReady ? "" : ", not ready"}${why}`;
    });
    return lines.length === 0 ? "" : visible(`\nLongest waits:\n${lines.join("\n")}`);
  }
}
