/** Mutations of texts: what a corpus has, cut, doubled, mixed with words that parsers stumble over. */

/** Numbers from a seed, the same on every machine (mulberry32). */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const WORDS: readonly string[] = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "prototype",
  "null",
  "~",
  "true",
  ".inf",
  "nil",
  "&a",
  "*a",
  "<<: *a",
  "!!binary",
  "!reset",
  "---",
  "...",
  "${",
  "}",
  "${A:-",
  "$$",
  "{{",
  "}}",
  "{{if .}}",
  "{{end}}",
  "(",
  ")",
  "`",
  '"',
  "'",
  "\\",
  "\\x41",
  "\\u",
  "|",
  ">",
  "-",
  ":",
  ": ",
  "#",
  "[",
  "]",
  "{",
  "}",
  ",",
  "\n",
  "\r\n",
  "\t",
  "  ",
  "\0",
  "\x1b[2J",
  "\u202e",
  "\u0085",
  "\ufeff",
  "\ud800",
  "é",
  "💥",
  "0",
  "-1",
  "1e400",
  "9".repeat(40),
  "0x",
  "0o8",
  "99999999999999999999s",
  "h",
  "@",
  "%",
  "..",
  "/",
  "//",
  "=",
  "!",
  "||",
  "&&",
  "Host(`a`)",
  "a".repeat(300),
].map(String);

/** One to four changes of a text. */
export function mutate(text: string, other: string, next: (below: number) => number): string {
  let result = text;
  for (let times = next(4); times >= 0; times--) result = changed(result, other, next);
  return result.slice(0, 20_000);
}

function changed(text: string, other: string, next: (below: number) => number): string {
  const [left, right] = [next(text.length + 1), next(text.length + 1)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  const word = WORDS[next(WORDS.length)] ?? "";
  switch (next(8)) {
    case 0:
      return text.slice(0, left) + text.slice(right);
    case 1:
      return text.slice(0, right) + text.slice(left);
    case 2:
      return text.slice(0, left) + word.repeat(1 + next(3)) + text.slice(left);
    case 3:
      return text.slice(0, left) + word + text.slice(Math.min(text.length, left + 1 + next(12)));
    case 4:
      return text.slice(0, left) + other.slice(next(other.length + 1)).slice(0, 400) + text.slice(right);
    case 5:
      return text.replace(/[\w-]+/g, (found) => next(12) === 0 ? word : found);
    case 6:
      return text.slice(0, left) + word.repeat(next(400)) + text.slice(left);
    default:
      return text.slice(0, left) + String.fromCharCode(next(256)) + text.slice(left);
  }
}
