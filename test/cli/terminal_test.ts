import assert from "node:assert/strict";
import { guarded, type Terminal, wantsColour } from "../../lib/cli/terminal.ts";
import { styleFor } from "../../lib/report/style.ts";

const CASES: readonly [string, boolean, Record<string, string>, boolean, boolean][] = [
  ["a terminal", true, {}, false, true],
  ["a pipe", false, {}, false, false],
  ["NO_COLOR on a terminal", true, { NO_COLOR: "1" }, false, false],
  ["an empty NO_COLOR", true, { NO_COLOR: "" }, false, true],
  ["FORCE_COLOR on a pipe", false, { FORCE_COLOR: "1" }, false, true],
  ["FORCE_COLOR=0 on a terminal", true, { FORCE_COLOR: "0" }, false, false],
  ["NO_COLOR over FORCE_COLOR", true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false, false],
  ["a dumb terminal", true, { TERM: "dumb" }, false, false],
  ["--no-color over FORCE_COLOR", true, { FORCE_COLOR: "1" }, true, false],
];

for (const [name, isTerminal, environment, flag, expected] of CASES) {
  Deno.test(`wantsColour() is ${expected} for ${name}`, () => {
    assert.equal(wantsColour(isTerminal, environment, flag), expected);
  });
}

Deno.test("the program's own colours reach the terminal as they are, their ends too", () => {
  const style = styleFor(true);
  const coloured = Object.values(style).map((paint) => paint("word")).join(" ");
  let seen = "";
  // The edge: of a terminal only what is written to is used.
  const terminal = { outColour: true, out: (text: string) => void (seen += text) } as unknown as Terminal;
  guarded(terminal).out(coloured);
  assert.equal(seen, coloured);
  assert.ok(coloured.includes("\x1b["));
});
