/** Shows the events of a run on standard error: a live block on a terminal, plain lines elsewhere. */
import { fold } from "../report/fold.ts";
import { LiveBlock } from "../report/live_block.ts";
import { RunPrinter } from "../report/run_printer.ts";
import type { ObjectOutcome, RunEvent } from "../run/event.ts";
import type { Terminal } from "./terminal.ts";

export interface RunDisplay {
  show(event: RunEvent): void;
  /** Removes what is not to stay on the screen. */
  close(): void;
}

const FRAME_MS = 100;

/** The display that fits the terminal. */
export function runDisplay(terminal: Terminal): RunDisplay {
  return terminal.canRedraw ? new LiveDisplay(terminal) : plainDisplay(terminal);
}

function plainDisplay(terminal: Terminal): RunDisplay {
  const printer = new RunPrinter({ colour: terminal.errColour });
  return {
    show: (event) => {
      for (const line of printer.lines(event)) terminal.err(`${line}\n`);
    },
    close: () => {},
  };
}

/** Objects and waits live in the block; what stays is one line for each migration. */
const STAYING: ReadonlySet<RunEvent["type"]> = new Set([
  "warning",
  "run-taken-over",
  "service-absent",
  "migration-started",
  "migration-skipped",
  "cutover",
  "front",
  "manual",
  "migration-finished",
  "migration-rolled-back",
  "run-finished",
]);

/** What is gone, or would be, and what was somebody else's is worth a line of its own, whatever the command. */
const TOLD: ReadonlySet<ObjectOutcome> = new Set(["deleted", "kept", "adopted"]);

function isStaying(event: RunEvent): boolean {
  return STAYING.has(event.type) || event.type === "object" && TOLD.has(event.outcome);
}

class LiveDisplay implements RunDisplay {
  readonly #terminal: Terminal;
  readonly #printer: RunPrinter;
  readonly #block: LiveBlock;
  readonly #timer: ReturnType<typeof setInterval>;
  #drawn = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#printer = new RunPrinter({ colour: terminal.errColour });
    this.#block = new LiveBlock({ colour: terminal.errColour });
    this.#timer = setInterval(() => this.#draw([]), FRAME_MS);
  }

  show(event: RunEvent): void {
    this.#block.handle(event, performance.now());
    const lines = isStaying(event) ? this.#printer.lines(event) : [];
    // The block itself tells what has started.
    this.#draw(event.type === "migration-started" ? lines.slice(1) : lines);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#terminal.redraw(this.#drawn, "");
    this.#drawn = 0;
  }

  /** One write a frame, so that nothing flickers. */
  #draw(staying: readonly string[]): void {
    const { columns } = this.#terminal;
    const block = this.#block.render(performance.now(), columns);
    const folded = staying.map((line) => fold(line, columns));
    const text = [...folded, ...block].map((line) => `${line}\n`).join("");
    this.#terminal.redraw(this.#drawn, text);
    this.#drawn = block.length;
  }
}
