/** Moves a rehearsal's copy there and back by the commands that move the stack itself, and listens to what they say. */
import { ExitCode } from "../diagnostics/exit_code.ts";
import { eventLine } from "../report/event_line.ts";
import type { RunEvent } from "../run/event.ts";
import { type AtRest, type Crowd, processorsOfMachine, withoutCopy } from "../rehearsal/crowd.ts";
import { outagesOf } from "../rehearsal/outages.ts";
import type { WatchedSides } from "../rehearsal/recent_places.ts";
import { type Answered, Watch } from "../rehearsal/watch.ts";
import type { Asking } from "../rehearsal/askings.ts";
import { field } from "../values/json.ts";
import { rollback } from "./back_commands.ts";
import type { CommandOptions, Run } from "./command.ts";
import { migrate } from "./migrate_command.ts";
import { runCommand } from "./run_command.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";

/** One direction. */
export interface Direction {
  /** The command ended well, also with what is no service: jobs, routes. */
  readonly isDone: boolean;
  /** By service, in milliseconds, as the command itself measures it; undefined where it does not know. */
  readonly lasted: ReadonlyMap<string, number | undefined>;
  /** The same without the copy's own load, where the machine says how busy it was. */
  readonly alone: ReadonlyMap<string, number>;
  readonly problems: ReadonlyMap<string, string>;
  /** As who asked it all the time saw it. */
  readonly answered: ReadonlyMap<string, Answered>;
}

/** What a rehearsal has shown; the way back where anything went there. */
export interface Rehearsed {
  readonly there: Direction;
  readonly back?: Direction;
}

/** What moving the copy needs. */
export interface Moving {
  /** Flags by which commands mean the copy. */
  readonly copied: CommandOptions;
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  readonly askings: readonly Asking[];
  readonly sides: WatchedSides;
  readonly crowd: Crowd;
  /** How busy the machine is while nothing moves; undefined where nobody knows. */
  readonly resting: AtRest | undefined;
}

/** There, and back in the other order, whatever arrived. */
export async function moveThereAndBack(moving: Moving): Promise<Rehearsed> {
  const crossing = { ...moving.copied, cross: true };
  const there = await watched(migrate, crossing, "verified", moving);
  const moved = [...there.lasted.keys()].reverse();
  if (moved.length === 0 || moving.surroundings.signal.aborted) return { there };
  return { there, back: await watched(rollback, { ...moving.copied, service: moved }, "returned", moving) };
}

async function watched(
  run: Run,
  options: CommandOptions & { readonly service?: readonly string[] },
  reached: "verified" | "returned",
  { surroundings, terminal, askings, sides, crowd, resting }: Moving,
): Promise<Direction> {
  const watch = new Watch(askings, sides);
  const alone = new Map<string, number>();
  const closing = new Map<string, number>();
  const processors = await processorsOfMachine();
  const heard = listener(surroundings, terminal, ({ service, state, at, outageMs }) => {
    watch.follow(service, state !== "verified" && state !== "returned");
    if (state === "closing") closing.set(service, Date.parse(at));
    const from = closing.get(service);
    if (state !== "verified" || outageMs === undefined || from === undefined) return;
    // What stands in for it is tried after the outage, and not looked at.
    const during = crowd.mean(from, from + outageMs);
    if (during === undefined || resting === undefined || processors === undefined) return;
    alone.set(service, withoutCopy(outageMs, { ...resting, during, processors }));
  });
  let answered: Direction["answered"] = new Map();
  let isDone = false;
  try {
    const code = await runCommand(() => run(options, heard.surroundings), options, heard.surroundings);
    isDone = code === ExitCode.ok;
    if (!isDone) terminal.err(heard.said());
  } finally {
    answered = await watch.end();
  }
  return { isDone, ...outagesOf(heard.lines, reached), alone, answered };
}

type CutoverEvent = Extract<RunEvent, { readonly type: "cutover" }>;

/** The command's surroundings, with a terminal that keeps what it prints and shows how services move. */
function listener(given: Surroundings, terminal: Terminal, onCutover: (event: CutoverEvent) => void): {
  readonly surroundings: Surroundings;
  readonly lines: readonly unknown[];
  readonly said: () => string;
} {
  const lines: unknown[] = [];
  const said: string[] = [];
  const out = (text: string): void => {
    for (const line of text.split("\n").filter((one) => one.startsWith("{"))) {
      const event: unknown = JSON.parse(line);
      lines.push(event);
      if (field(event, "type") !== "cutover") continue;
      // The edge: a line of -o json.
      const cutover = event as CutoverEvent;
      onCutover(cutover);
      const shown = eventLine(cutover, { colour: false });
      if (shown !== undefined) terminal.err(`${shown}\n`);
    }
  };
  const quiet: Terminal = {
    ...terminal,
    out,
    err: (text) => void said.push(text),
    redraw: (_, text) => void said.push(text),
    canRedraw: false,
    canAsk: false,
    confirm: () => undefined,
    ask: () => undefined,
  };
  // The user stays a thing that is asked for only where it is needed.
  const surroundings: Surroundings = Object.create(given, { terminal: { value: () => quiet } });
  return { surroundings, lines, said: () => said.join("") };
}
