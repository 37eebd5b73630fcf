/** Reads docs/errors.md, which is the one source of what a code means: the page itself, and `explain`. */

/** What is said of one code. */
export interface CodeText {
  readonly code: string;
  /** What it means, and why it matters. */
  readonly means: string;
  readonly remedy: string;
}

/** A row of one of its tables of codes; a `\|` is part of a cell. */
const ROW = /^\| `([a-z0-9-]+)` *\|((?:[^|\\]|\\.)+)\|((?:[^|\\]|\\.)+)\|$/gm;

/** By code, in the order of the page. */
export function codesOf(page: string): ReadonlyMap<string, CodeText> {
  return new Map(
    [...page.matchAll(ROW)].map(([, code = "", means = "", remedy = ""]) => [
      code,
      { code, means: plain(means), remedy: plain(remedy) },
    ]),
  );
}

/** Without the marks of Markdown that a terminal does not draw. */
function plain(cell: string): string {
  return cell.trim().replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll(/\\(.)/g, "$1");
}
