/** The terminal as commands see it: two streams, whether somebody is looking, and a question. */
import { visible } from "../diagnostics/visible.ts";

/** What a command may know of and do to the place where it runs. Results go to `out`, all else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Goes up over so many lines of standard error, clears what is there and writes the text, all at once. */
  redraw(lines: number, text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Whether what stands on standard error can be drawn over. */
  readonly canRedraw: boolean;
  readonly outColour: boolean;
  readonly errColour: boolean;
  readonly columns: number;
  /** Where the user is; paths below it are shown relative to it. */
  readonly directory: string;
  /** Whether somebody is there to answer. */
  readonly canAsk: boolean;
  /** Asks a yes-or-no question; undefined where nobody can answer. */
  confirm(question: string): boolean | undefined;
  /** Asks for a line; undefined where nobody can answer, or where it is broken off. */
  ask(question: string): string | undefined;
}

/** The rules of NO_COLOR and FORCE_COLOR for one stream; `--no-color` wins over both. */
export function wantsColour(
  isTerminal: boolean,
  environment: Readonly<Record<string, string>>,
  noColorFlag: boolean,
): boolean {
  if (noColorFlag || (environment["NO_COLOR"] ?? "") !== "") return false;
  if ((environment["FORCE_COLOR"] ?? "") !== "") return environment["FORCE_COLOR"] !== "0";
  return isTerminal && environment["TERM"] !== "dumb";
}

/** The real terminal of this process. */
export function processTerminal(
  environment: Readonly<Record<string, string>>,
  directory: string,
  noColorFlag: boolean,
): Terminal {
  const outIsTerminal = Deno.stdout.isTerminal();
  const errIsTerminal = Deno.stderr.isTerminal();
  const canRedraw = errIsTerminal && environment["TERM"] !== "dumb";
  const canAsk = Deno.stdin.isTerminal() && errIsTerminal;
  return {
    out: (text) => writeAll(Deno.stdout, text),
    err: (text) => writeAll(Deno.stderr, text),
    redraw: (lines, text) => writeAll(Deno.stderr, `${cleared(lines)}${text}`),
    outIsTerminal,
    errIsTerminal,
    canRedraw,
    outColour: wantsColour(outIsTerminal, environment, noColorFlag),
    errColour: wantsColour(errIsTerminal, environment, noColorFlag),
    directory,
    columns: errIsTerminal ? columnsOf() : 100,
    canAsk,
    confirm: (question) => canAsk ? confirm(question) : undefined,
    ask: (question) => canAsk ? prompt(question) ?? undefined : undefined,
  };
}

/**
 * The terminal with everything written out that it would obey, but this program's own colours where it has any. What
 * is printed is made so before; this holds for whatever is printed once.
 */
export function guarded(terminal: Terminal): Terminal {
  const { out, err, redraw, confirm, ask, outColour, errColour } = terminal;
  return {
    ...terminal,
    out: (text) => out(shown(text, outColour)),
    err: (text) => err(shown(text, errColour)),
    redraw: (lines, text) => redraw(lines, shown(text, errColour)),
    confirm: (question) => confirm(visible(question)),
    ask: (question) => ask(visible(question)),
  };
}

/** ECMA-48 SGR, as lib/report/style.ts writes them. */
// deno-lint-ignore no-control-regex
const OWN_COLOURS = /(\x1b\[(?:1|2|22|31|32|33|34|39)m)/;

function shown(text: string, colour: boolean): string {
  if (!colour) return visible(text);
  return text.split(OWN_COLOURS).map((part, index) => index % 2 === 0 ? visible(part) : part).join("");
}

/** ECMA-48 CPL and ED. */
function cleared(lines: number): string {
  return lines === 0 ? "" : `\x1b[${lines}F\x1b[0J`;
}

function columnsOf(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 100;
  }
}

/** The terminal is gone, as with an ssh that was cut off: what is under way ends in order, and is told by its record. */
function isHungUp(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EIO";
}

/** A pipe takes a large text in parts; a reader that went away (`| head`) is no error of ours. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += stream.writeSync(bytes.subarray(written));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe || isHungUp(error)) return;
      if (error instanceof Deno.errors.WouldBlock) continue;
      throw error;
    }
  }
}
