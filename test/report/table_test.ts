import assert from "node:assert/strict";
import { styleFor } from "../../lib/report/style.ts";
import { tableLines } from "../../lib/report/table.ts";

Deno.test("tableLines() pads every column but the last of a row, and ends no line with a blank", () => {
  assert.deepEqual(
    tableLines([["", "name", "state"], ["✔", "shop", "up"], ["…", "a-long-name", ""], [""]]),
    [
      "   name  state",
      "✔  shop  up",
      "…  a-long-name",
      "",
    ],
  );
});

Deno.test("tableLines() colours a cell after its width is known", () => {
  const { red } = styleFor(true);
  assert.deepEqual(tableLines([[{ text: "a", paint: red }, "x"], ["long", red("y")]]), [
    "\x1b[31ma   \x1b[39m  x",
    "long  \x1b[31my\x1b[39m",
  ]);
});
