/** Compose's version as it says it, and as it writes it on containers. */
import { equal } from "node:assert/strict";
import { labelledVersion } from "../../lib/docker/compose_hashes.ts";

const SAID: readonly (readonly [string, string])[] = [
  ["2.40.3", "2.40.3"],
  ["v2.40.3", "2.40.3"],
  ["2.39.4-desktop.1", "2.39.4"],
  ["2.24.6+ds1-0ubuntu1", "2.24.6"],
  ["2.30.0-rc.1", "2.30.0"],
  ["dev", ""],
];

for (const [said, labelled] of SAID) {
  Deno.test(`compose ${said} writes ${labelled === "" ? "nothing" : labelled}`, () => {
    equal(labelledVersion(said), labelled);
  });
}
