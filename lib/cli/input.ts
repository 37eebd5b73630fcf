/** Standard input as commands see it: all of it, or a line that is typed unseen. */
import { visible } from "../diagnostics/visible.ts";

/** What a command may take from standard input. */
export interface Input {
  readonly isTerminal: boolean;
  /** All of it, up to `most` bytes and one more, which tells that there are more. */
  read(most: number): Promise<Uint8Array>;
  /** Asks on standard error for a line that is not shown; undefined where it is broken off. */
  hidden(question: string): string | undefined;
}

/** The standard input of this process. */
export function processInput(): Input {
  return {
    isTerminal: Deno.stdin.isTerminal(),
    read: (most) => readAll(Deno.stdin, most),
    hidden: readHidden,
  };
}

/** All that a stream has, up to `most` bytes and one more. */
export async function readAll(
  stream: { read(bytes: Uint8Array): Promise<number | null> },
  most: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(most + 1);
  let length = 0;
  while (length < bytes.length) {
    const count = await stream.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return bytes.subarray(0, length);
}

const ENTER = [10, 13];
const BREAK = [3, 4];
const BACK = [8, 127];

function readHidden(question: string): string | undefined {
  const encoder = new TextEncoder();
  Deno.stderr.writeSync(encoder.encode(visible(question)));
  Deno.stdin.setRaw(true);
  const typed: number[] = [];
  try {
    const byte = new Uint8Array(1);
    for (;;) {
      const [code = 4] = Deno.stdin.readSync(byte) === null ? [] : byte;
      if (BREAK.includes(code)) return undefined;
      if (ENTER.includes(code)) return new TextDecoder().decode(Uint8Array.from(typed));
      if (BACK.includes(code)) removeCharacter(typed);
      else typed.push(code);
    }
  } finally {
    Deno.stdin.setRaw(false);
    Deno.stderr.writeSync(encoder.encode("\n"));
  }
}

/** The last character, which has several bytes where it is not ASCII. */
function removeCharacter(typed: number[]): void {
  while (typed.length > 0) {
    const last = typed.pop() ?? 0;
    if ((last & 0xc0) !== 0x80) return;
  }
}
