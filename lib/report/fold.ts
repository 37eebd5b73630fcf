/** Folds finished text to the width of a terminal, between words; what somebody may copy stays on one line. */

/** Lines of the input with their carets, and hints with their further lines: commands and lines for a file. */
const KEPT = /^ {2}(?:\d* *\||hint:)|^ {8}\S/;

/** Where the text of a table's last column, or of a line, goes on below itself. */
const HANGING = /^( *)(?:\S(?:\S| (?! ))* {2,}(?=\S))?/;

/** ECMA-48 SGR, as style.ts writes it. */
// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[\d+m/g;

/** Further lines stand further in. A word that is longer than the width stays whole. */
export function fold(text: string, columns: number): string {
  return text.split("\n").map((line) => foldLine(line, columns)).join("\n");
}

function foldLine(line: string, columns: number): string {
  const plain = line.replaceAll(COLOURS, "");
  if (plain.length <= columns || KEPT.test(plain)) return line;
  const [table = "", indent = ""] = HANGING.exec(plain) ?? [];
  const hanging = " ".repeat(table.length > indent.length ? table.length : indent.length + 2);
  const lines: string[] = [];
  let [current, width] = ["", 0];
  // The blanks in front of a word go with it, so that columns stay where they are.
  for (const word of line.match(/ *[^ ]+/g) ?? []) {
    const length = word.replaceAll(COLOURS, "").length;
    if (current.trim() !== "" && width + length > columns) {
      lines.push(current);
      const begun = word.trimStart();
      [current, width] = [hanging + begun, hanging.length + length - (word.length - begun.length)];
    } else [current, width] = [current + word, width + length];
  }
  return [...lines, current].join("\n");
}
