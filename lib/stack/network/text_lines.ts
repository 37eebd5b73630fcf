/** The lines of a text, none of them long: what is written on one line by a program is read piece by piece. */

/** A line or a piece of one, with the place where it begins. */
export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Characters before it on its line. */
  readonly offset: number;
}

/** No person writes longer lines; patterns over a line stay fast whatever the file is. */
const LONGEST = 2000;

/** Lines as they are; a longer one in pieces that end at commas and braces, or where they are too long. */
export function textLines(text: string): TextLine[] {
  return text.split("\n").flatMap((line, index): TextLine[] => {
    if (line.length <= LONGEST) return [{ text: line, line: index + 1, offset: 0 }];
    return [...line.matchAll(/[^,{}]{1,2000}[,{}]?|[,{}]/g)].map((piece) => ({
      text: piece[0],
      line: index + 1,
      offset: piece.index,
    }));
  });
}

/** The same text with what stands between `/*` and its end, or in an XML comment, replaced by blanks. */
export function withoutBlockComments(text: string): string {
  return blank(blank(text, "/*", "*/"), "<!--", "-->");
}

function blank(text: string, open: string, close: string): string {
  let result = "";
  let at = 0;
  for (;;) {
    const start = text.indexOf(open, at);
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
    if (end < 0) return result + text.slice(at);
    const stop = end + close.length;
    result += text.slice(at, start) + text.slice(start, stop).replace(/[^\n]/g, " ");
    at = stop;
  }
}
