/** Finds a value inside a text by what stands right before it. */

/** Characters of a text that are one value, without the quotes around it. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
  /** The quote on both sides, or none. */
  readonly quote: '"' | "'" | "";
}

/** How often the text before a value is there, where that is not once. */
export interface NotOnce {
  readonly times: number;
}

/** What ends a value that is not quoted: a DSN goes on with `@`, a list with a comma, a block with a brace. */
const END = /[\s"'`@,;)\]}<>&]|$/;

/**
 * The value right after `after`: blanks and a quote may stand between. A blank in `after` stands for any blanks and
 * line ends, so that it can begin on the line before.
 */
export function findPart(text: string, after: string): TextRange | NotOnce {
  const pattern = after.trim().split(/\s+/).map(escape).join("\\s+");
  const found = [...text.matchAll(new RegExp(pattern, "g"))];
  const [first] = found;
  if (first === undefined || found.length > 1) return { times: found.length };
  let start = first.index + first[0].length;
  while (text[start] === " " || text[start] === "\t") start++;
  const quote = text[start];
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, start + 1);
    return end < 0 ? { times: 0 } : { start: start + 1, end, quote };
  }
  return { start, end: start + (END.exec(text.slice(start))?.index ?? 0), quote: "" };
}

function escape(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
