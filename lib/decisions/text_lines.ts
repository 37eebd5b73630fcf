/** Where the lines of a text begin and end; offsets count from 0, line breaks belong to no line. */

/** The start of the line that holds the offset. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** The end of the line that holds the offset. */
export function lineEnd(text: string, offset: number): number {
  const found = text.indexOf("\n", offset);
  const end = found < 0 ? text.length : found;
  return found > 0 && end > offset && text[end - 1] === "\r" ? end - 1 : end;
}

/** The start of the line after the one that holds the offset; the text's end after the last. */
export function nextLine(text: string, offset: number): number {
  const found = text.indexOf("\n", offset);
  return found < 0 ? text.length : found + 1;
}

/** The line break that the text uses. */
export function lineBreak(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Whether there is only space. */
export function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** The end of the comments, at least `column` deep, that follow the line which ends at `end`; else `end` itself. */
export function afterComments(text: string, end: number, column: number): number {
  let after = end;
  for (let start = nextLine(text, end); start < text.length; start = nextLine(text, start)) {
    const stop = lineEnd(text, start);
    const indent = text.slice(start, stop).search(/\S/);
    if (indent < 0) continue;
    if (text[start + indent] !== "#" || indent < column) break;
    after = stop;
  }
  return after;
}
