/** What the whole move is judged by has to find what it is to find. */
import { deepEqual, doesNotThrow, match, throws } from "node:assert/strict";
import { type Asked, eachInItsWindow, outageTable, windowsOf } from "./windows.ts";

const SAID = [
  { type: "run-started" },
  { type: "cutover", service: "db", state: "prepared", at: "1970-01-01T00:00:00.500Z" },
  { type: "cutover", service: "db", state: "closing", at: "1970-01-01T00:00:01.000Z" },
  { type: "cutover", service: "db", state: "verified", at: "1970-01-01T00:00:04.000Z", outageMs: 2500 },
  { type: "cutover", service: "db", state: "back", at: "1970-01-01T00:00:08.000Z" },
  { type: "cutover", service: "db", state: "returned", at: "1970-01-01T00:00:09.000Z" },
].map((event) => JSON.stringify(event)).join("\n");

const asked = (subject: string, begun: number, isAnswered: boolean): Asked => (
  { subject, begun, ended: begun + 10, isAnswered }
);

Deno.test("a window is from the first stop to the last word, there and back", () => {
  deepEqual(windowsOf(`a line\n${SAID}\n`), [
    { service: "db", direction: "there", from: 1000, to: 4000, saidMs: 2500 },
    { service: "db", direction: "back", from: 8000, to: 9000 },
  ]);
});

Deno.test("who is not answered while something else moves is found", () => {
  const windows = windowsOf(SAID);
  doesNotThrow(() => eachInItsWindow([asked("db", 1500, false), asked("db", 4200, true)], windows));
  doesNotThrow(() => eachInItsWindow([asked("app", 1500, false), asked("app", 4200, true)], windows));
  throws(() => eachInItsWindow([asked("site", 1500, false)], windows), /"site" was not answered/);
});

Deno.test("who is not answered before, or once it was answered again, is found", () => {
  const windows = windowsOf(SAID);
  throws(() => eachInItsWindow([asked("db", 600, false)], windows), /"db" was not answered/);
  doesNotThrow(() => eachInItsWindow([asked("db", 4100, false), asked("db", 4200, true)], windows));
  throws(() => eachInItsWindow([asked("db", 4200, true), asked("db", 4300, false)], windows), /"db"/);
});

Deno.test("who is not answered by what is served all the time is found", () => {
  const windows = [{ service: "db", direction: "there", from: 1000, to: 4000, saidMs: 0 }];
  throws(() => eachInItsWindow([asked("db", 1500, false)], windows), /"db" was not answered/);
  doesNotThrow(() => eachInItsWindow([asked("app", 1500, false), asked("app", 4200, true)], windows));
});

Deno.test("the table has what the tool says beside what was seen", () => {
  const seen = [asked("db", 980, true), asked("db", 1500, false), asked("db", 4200, true)];
  match(outageTable(seen, windowsOf(SAID)), /db +there +2\.5 s +3\.2 s +1 +2\n/);
  const refused = ["404: 404 page not found", "404: ", "no answer in time"].map((wrong) => ({
    ...asked("db", 1500, false),
    wrong,
  }));
  match(outageTable([...seen, ...refused], windowsOf(SAID)), /2 × 404, 1 × no answer in time\n/);
});
