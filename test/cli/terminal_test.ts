import assert from "node:assert/strict";
import { wantsColour } from "../../lib/cli/terminal.ts";

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
