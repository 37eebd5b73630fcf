/** Turns the events of a run into lines, leaving out what nobody reads: short waits, and one line for each absent service. */
import type { RunEvent } from "../run/event.ts";
import { eventLine } from "./event_line.ts";
import { styleFor } from "./style.ts";
import { visible } from "../diagnostics/visible.ts";

/** A wait shorter than this is not worth a line. */
const QUIET_MS = 2_000;
/** Between two lines about the same wait. */
const REPEAT_MS = 15_000;

export interface LinePrinterOptions {
  readonly colour: boolean;
}

/** Stateful: absent services are gathered until the next other event, and waits are told sparingly. */
export class RunPrinter {
  readonly #options: LinePrinterOptions;
  readonly #told = new Map<string, { reason: string; elapsedMs: number }>();
  #absent: string[] = [];

  constructor(options: LinePrinterOptions) {
    this.#options = options;
  }

  /** The lines for one event, often none. */
  lines(event: RunEvent): readonly string[] {
    if (event.type === "service-absent") {
      this.#absent.push(event.service);
      return [];
    }
    const line = event.type === "waiting" && !this.#isWorthTelling(event)
      ? undefined
      : eventLine(event, this.#options);
    const isNext = event.type === "migration-started" || event.type === "migration-skipped" ||
      event.type === "run-finished";
    return [...(line === undefined ? [] : [line]), ...(isNext ? this.#absentLine(event) : [])];
  }

  /** Said once the migration starts; of one that is applied it was said then. */
  #absentLine(event: RunEvent): readonly string[] {
    const absent = this.#absent;
    this.#absent = [];
    const isOld = event.type === "run-finished" ||
      event.type === "migration-skipped" && event.reason === "applied";
    if (absent.length === 0 || isOld) return [];
    return [
      styleFor(this.#options.colour).dim(
        `  - not part of this stack, skipped: ${visible(absent.join(", "))}`,
      ),
    ];
  }

  #isWorthTelling({ object, reason, elapsedMs }: Extract<RunEvent, { type: "waiting" }>): boolean {
    if (elapsedMs < QUIET_MS) return false;
    const told = this.#told.get(object);
    if (told !== undefined && told.reason === reason && elapsedMs - told.elapsedMs < REPEAT_MS) return false;
    this.#told.set(object, { reason, elapsedMs });
    return true;
  }
}
