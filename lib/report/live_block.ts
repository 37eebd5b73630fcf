/** What a terminal shows while a run goes on: a few lines that are drawn over and over, from the same events as the log. */
import { shortDuration } from "../values/duration.ts";
import type { RunEvent } from "../run/event.ts";
import { type Style, styleFor } from "./style.ts";
import { visibleAll } from "../diagnostics/visible.ts";

/** More waits than these are only counted. */
const MOST_WAITS = 8;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

interface Current {
  readonly id: string;
  readonly title: string;
  readonly objects: number;
  readonly startedMs: number;
  done: number;
}

/** The state of the block; `handle` changes it, `render` only reads it. Times are milliseconds of any steady clock. */
export class LiveBlock {
  readonly #style: Style;
  readonly #waits = new Map<string, { reason: string; sinceMs: number }>();
  #current: Current | undefined;
  #holder: string | undefined;

  constructor(options: { readonly colour: boolean }) {
    this.#style = styleFor(options.colour);
  }

  handle(told: RunEvent, nowMs: number): void {
    const event = visibleAll(told);
    // Whatever happens next ends the waiting.
    this.#holder = event.type === "run-waiting" ? event.holder : undefined;
    switch (event.type) {
      case "migration-started":
        this.#current = {
          id: event.id,
          title: event.title,
          objects: event.objects,
          startedMs: nowMs,
          done: 0,
        };
        break;
      case "object":
        if (this.#current !== undefined) this.#current.done++;
        break;
      case "waiting":
        this.#waits.set(event.object, { reason: event.reason, sinceMs: nowMs - event.elapsedMs });
        break;
      case "ready":
        this.#waits.delete(event.object);
        break;
      case "migration-finished":
      case "run-finished":
        this.#current = undefined;
        this.#waits.clear();
        break;
    }
  }

  /** The lines as they are now, none wider than `columns`. Empty between migrations. */
  render(nowMs: number, columns: number): readonly string[] {
    const spinner = SPINNER[Math.floor(nowMs / 100) % SPINNER.length] ?? "";
    if (this.#holder !== undefined) {
      return [cut(`${spinner} Waiting for the run of ${this.#holder}`, columns)];
    }
    if (this.#current === undefined) return [];
    const { id, title, objects, done, startedMs } = this.#current;
    const head = `${spinner} ${id} ${title}  ${done}/${objects} objects  ${shortDuration(nowMs - startedMs)}`;
    const waits = [...this.#waits].map(([object, { reason, sinceMs }]) =>
      this.#style.dim(cut(`    … ${object}: ${reason} (${shortDuration(nowMs - sinceMs)})`, columns))
    );
    const more = waits.length - MOST_WAITS;
    return [
      this.#style.bold(cut(head, columns)),
      ...waits.slice(0, MOST_WAITS),
      ...(more > 0 ? [this.#style.dim(`    … and ${more} more`)] : []),
    ];
  }
}

/** A line that wraps cannot be drawn over. */
function cut(text: string, columns: number): string {
  const line = text.replaceAll("\n", " ");
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}
