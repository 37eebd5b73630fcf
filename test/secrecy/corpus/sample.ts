/** One case of the corpus: where a secret stands, marked by «», and a neighbour that must stay readable. */

export type Place = "variable" | "argument" | "probe" | "label" | "annotation" | "header" | "file" | "text";

export interface Case {
  readonly place: Place;
  /** What holds it: a name and value, words of a command, or a file's name. */
  readonly secret: Sample;
  readonly plain: Sample;
}

export type Sample =
  | { readonly key: string; readonly value: string }
  | { readonly words: readonly string[]; readonly program?: string }
  | { readonly path: string; readonly text: string }
  | { readonly text: string };

/** A token of a maker's form that opens nothing. */
export function token(prefix: string, length: number, alphabet = "a1B2c3D4e5F6g7H8"): string {
  return prefix + alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length);
}

/** `length` hexadecimal digits. */
export function hex(length: number): string {
  return token("", length, "3f9c0a7be1d25486");
}

/** `KEY=«value»` for a secret and for its neighbour. */
export function pair(place: Place, secret: string, plain: string): Case {
  return { place, secret: keyed(secret), plain: keyed(plain) };
}

function keyed(text: string): Sample {
  const at = text.indexOf("=");
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}

/** Words of a command, by blanks; a blank inside a word is written as a tilde below. */
export function command(secret: string, plain: string, program?: string): Case {
  const words = (text: string): Sample => ({
    words: text.split(" ").map((word) => word.replaceAll("~", " ")),
    ...(program === undefined ? {} : { program }),
  });
  return { place: "argument", secret: words(secret), plain: words(plain) };
}

/** A check's command, as words of a list. */
export function probe(secret: readonly string[], plain: readonly string[]): Case {
  return { place: "probe", secret: { words: secret }, plain: { words: plain } };
}

/** Two files of one name. */
export function file(path: string, secret: string, plain: string): Case {
  return { place: "file", secret: { path, text: secret }, plain: { path, text: plain } };
}

/** Running text. */
export function running(secret: string, plain: string): Case {
  return { place: "text", secret: { text: secret }, plain: { text: plain } };
}
