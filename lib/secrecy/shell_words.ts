/** The words of a command line as a POSIX shell takes them, each with the place of every character. */

export interface ShellWord {
  /** Without its quotes. */
  readonly value: string;
  /** For each character of `value` its place in the line; and one more, behind the last. */
  readonly places: readonly number[];
  /** `|`, `;`, `&&` and line ends: what follows is another command. */
  readonly separates: boolean;
}

/** No person quotes longer; where a quote does not end, the rest is not looked through for each one. */
const LONGEST_QUOTED = 4000;

/** Splits a line; a quote that does not end is an ordinary character. */
export function shellWords(line: string): ShellWord[] {
  const words: ShellWord[] = [];
  const end = line.length;
  let at = 0;
  while (at < end) {
    const character = line[at] ?? "";
    if (/[\n;|&]/.test(character)) {
      words.push({ value: character, places: [at, at + 1], separates: true });
      at++;
    } else if (/\s/.test(character)) at++;
    else {
      const word = wordAt(line, at, end);
      words.push(word);
      at = Math.max(word.end, at + 1);
    }
  }
  return words;
}

function wordAt(line: string, start: number, end: number): ShellWord & { readonly end: number } {
  let value = "";
  const places: number[] = [];
  let at = start;
  const take = (from: number): void => {
    value += line[from] ?? "";
    places.push(from);
  };
  while (at < end && !/[\s;|&]/.test(line[at] ?? "")) {
    const character = line[at] ?? "";
    const reference = character === "$"
      ? /^\$\{[^{}\n]{0,200}\}/.exec(line.slice(at, at + 210))?.[0] ?? ""
      : "";
    if (reference !== "") {
      for (const inside of reference.split("").keys()) take(at + inside);
      at += reference.length;
      continue;
    }
    const close = character === "'" || character === '"' ? closing(line, at, end) : -1;
    if (close > at) {
      for (let inside = at + 1; inside < close; inside++) {
        if (character === '"' && line[inside] === "\\" && inside + 1 < close) inside++;
        take(inside);
      }
      at = close + 1;
    } else if (character === "\\" && at + 1 < end) {
      take(at + 1);
      at += 2;
    } else {
      take(at);
      at++;
    }
  }
  places.push(places.length === 0 ? at : (places.at(-1) ?? at) + 1);
  return { value, places, separates: false, end: at };
}

/** The place of the quote that closes the one at `start`, or -1. */
function closing(line: string, start: number, end: number): number {
  const quote = line[start];
  const last = Math.min(end, start + LONGEST_QUOTED);
  for (let at = start + 1; at < last; at++) {
    if (quote === '"' && line[at] === "\\") at++;
    else if (line[at] === quote) return at;
  }
  return -1;
}
