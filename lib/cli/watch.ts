/** Shows something again whenever it has changed, until the user ends it. */
import { pause } from "../cluster/transport.ts";
import type { Terminal } from "./terminal.ts";

const EVERY_MS = 2_000;

/** What is there now. */
export interface Look {
  readonly text: string;
  /** The same for as long as there is nothing new to a reader of a log. */
  readonly key: string;
}

/** On a terminal the text is drawn over the one before; elsewhere it is printed where its key is another one. */
export async function watch(
  look: () => Promise<Look>,
  terminal: Terminal,
  signal: AbortSignal,
  everyMs: number = EVERY_MS,
): Promise<void> {
  const redraws = terminal.outIsTerminal && terminal.canRedraw;
  let shown: Look | undefined;
  try {
    while (!signal.aborted) {
      const now = await look();
      if (redraws) {
        if (now.text !== shown?.text) terminal.redraw(rowsOf(shown?.text ?? "", terminal.columns), now.text);
      } else if (now.key !== shown?.key) terminal.out(now.text);
      shown = now;
      await pause(everyMs, signal);
    }
  } catch (error) {
    // The end of a watch is asked for, and may come while something is read.
    if (!signal.aborted) throw error;
  }
}

/** How many rows a text takes on a screen of that width; colours take no room. */
function rowsOf(text: string, columns: number): number {
  if (text === "") return 0;
  return text.replace(/\n$/, "").split("\n").reduce((rows, line) => {
    // deno-lint-ignore no-control-regex
    const { length } = line.replaceAll(/\x1b\[\d+m/g, "");
    return rows + Math.max(1, Math.ceil(length / columns));
  }, 0);
}
