/** The terminal as commands see it: two streams, whether somebody is looking, and a question. */

/** What a command may know of and do to the place where it runs. Results go to `out`, all else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Whether what stands on standard error can be drawn over. */
  readonly canRedraw: boolean;
  readonly outColour: boolean;
  readonly errColour: boolean;
  readonly columns: number;
  /** Where the user is; paths below it are shown relative to it. */
  readonly directory: string;
  /** Asks a yes-or-no question; undefined where nobody can answer. */
  confirm(question: string): boolean | undefined;
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
  return {
    out: (text) => writeAll(Deno.stdout, text),
    err: (text) => writeAll(Deno.stderr, text),
    outIsTerminal,
    errIsTerminal,
    canRedraw,
    outColour: wantsColour(outIsTerminal, environment, noColorFlag),
    errColour: wantsColour(errIsTerminal, environment, noColorFlag),
    directory,
    columns: errIsTerminal ? columnsOf() : 100,
    confirm: (question) => Deno.stdin.isTerminal() && errIsTerminal ? confirm(question) : undefined,
  };
}

function columnsOf(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 100;
  }
}

/** A pipe takes a large text in parts; a reader that went away (`| head`) is no error of ours. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += stream.writeSync(bytes.subarray(written));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      if (error instanceof Deno.errors.WouldBlock) continue;
      throw error;
    }
  }
}
