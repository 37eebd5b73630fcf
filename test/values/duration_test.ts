import assert from "node:assert/strict";
import { milliseconds, shortDuration } from "../../lib/values/duration.ts";

Deno.test("milliseconds() reads Go durations", () => {
  const cases = [["10m", 600_000], ["1h30m", 5_400_000], ["45s", 45_000], ["1.5s", 1_500], [
    "250ms",
    250,
  ]] as const;
  for (const [text, wanted] of cases) assert.equal(milliseconds(text), wanted, text);
  for (const text of ["", "10", "m", "10 m", "10x", "-5s", "1m oops"]) {
    assert.throws(() => milliseconds(text), RangeError, text);
  }
});

Deno.test("shortDuration() is short", () => {
  const cases = [[850, "850ms"], [2_400, "2.4s"], [59_000, "59s"], [200_000, "3m20s"], [120_000, "2m"], [
    3_900_000,
    "1h5m",
  ]] as const;
  for (const [milliseconds, wanted] of cases) assert.equal(shortDuration(milliseconds), wanted);
});
