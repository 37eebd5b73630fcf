/** Counts what a run did, event by event. */
import type { ObjectOutcome, RunEvent } from "../run/event.ts";
import { shortDuration } from "../values/duration.ts";
import { plural } from "../diagnostics/plural.ts";

export class RunTally {
  readonly #outcomes = new Map<ObjectOutcome, number>();
  #migrations = 0;
  #finished: Extract<RunEvent, { type: "run-finished" }> | undefined;

  handle(event: RunEvent): void {
    if (event.type === "object") {
      this.#outcomes.set(event.outcome, (this.#outcomes.get(event.outcome) ?? 0) + 1);
    }
    if (event.type === "migration-finished" && event.state === "applied") this.#migrations++;
    if (event.type === "run-finished") this.#finished = event;
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
    return `${migrations}${objects}${took}.`;
  }
}
