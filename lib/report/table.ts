/** Tables as kubectl prints them: columns of equal width, two blanks apart, no blank at the end of a line. */

/** A cell, and how it is coloured after its width is known. */
export interface Cell {
  readonly text: string;
  readonly paint: (text: string) => string;
}

/** A line for each row. Only a cell that is the last of its row may carry colours of its own. */
export function tableLines(rows: readonly (readonly (string | Cell)[])[]): string[] {
  const widths: number[] = [];
  for (const cells of rows) {
    const { length } = filled(cells);
    for (const [column, cell] of cells.slice(0, length - 1).entries()) {
      widths[column] = Math.max(widths[column] ?? 0, textOf(cell).length);
    }
  }
  return rows.map((cells) =>
    filled(cells).map((cell, column, all) => {
      const text = textOf(cell).padEnd(column === all.length - 1 ? 0 : widths[column] ?? 0);
      return typeof cell === "string" ? text : cell.paint(text);
    }).join("  ")
  );
}

/** The cells up to the last that says something. */
function filled(cells: readonly (string | Cell)[]): readonly (string | Cell)[] {
  return cells.slice(0, cells.findLastIndex((cell) => textOf(cell) !== "") + 1);
}

function textOf(cell: string | Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}
