import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fc } from "../chance.ts";
import { parseDuration, wholeUnits } from "../../lib/traefik/duration.ts";
import { printDuration } from "../../lib/values/duration.ts";

const written: readonly (readonly [string, string | undefined])[] = [
  ["10", "10s"],
  ["0", "0s"],
  ["-3", "-3s"],
  ["1m30s", "1m30s"],
  ["90s", "1m30s"],
  ["1.5s", "1.5s"],
  ["1500ms", "1.5s"],
  ["100ms", "100ms"],
  ["1h", "1h0m0s"],
  ["25h", "25h0m0s"],
  ["500ns", "500ns"],
  ["1us", "1µs"],
  ["1.5h", "1h30m0s"],
  [".5s", "500ms"],
  ["+2s", "2s"],
  ["", undefined],
  ["s", undefined],
  ["1x", undefined],
  ["1 s", undefined],
  ["1.5", undefined],
];

Deno.test("parseDuration() reads what Traefik reads, printDuration() writes as Go does", () => {
  for (const [text, expected] of written) {
    const nanoseconds = parseDuration(text);
    strictEqual(nanoseconds === undefined ? undefined : printDuration(nanoseconds), expected, text);
  }
});

Deno.test("printDuration() loses nothing", () => {
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (nanoseconds) => {
    deepStrictEqual(parseDuration(printDuration(nanoseconds)), nanoseconds);
  }));
});

Deno.test("wholeUnits() writes no fraction and means the same", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (nanoseconds) => {
    const whole = wholeUnits(printDuration(nanoseconds));
    strictEqual(/^([0-9]+(ns|us|µs|ms|s|m|h)?)+$/.test(whole), true, whole);
    strictEqual(parseDuration(whole), nanoseconds);
  }));
});
