/** What a run says and what askers see, as figures. */
import assert from "node:assert/strict";
import { outagesOf } from "../../lib/rehearsal/outages.ts";
import { answeredOf } from "../../lib/rehearsal/watch.ts";
import { rehearsedServices, serviceFigures } from "../../lib/cli/rehearsed_services.ts";
import { renderRehearsal } from "../../lib/report/rehearsal_text.ts";

const cutover = (service: string, state: string, more: object = {}): object => ({
  type: "cutover",
  service,
  state,
  ...more,
});

Deno.test("a service that arrived has the outage that the run measured", () => {
  const { lasted, problems } = outagesOf([
    { type: "run-started" },
    cutover("db", "prepared"),
    cutover("db", "closing"),
    cutover("db", "verified", { outageMs: 4_600 }),
  ], "verified");
  assert.deepEqual([...lasted], [["db", 4_600]]);
  assert.deepEqual([...problems], []);
});

Deno.test("a service that went back, or was never heard of again, is a problem with its reason", () => {
  const { lasted, problems } = outagesOf([
    cutover("db", "closing"),
    cutover("db", "back", { why: "no image" }),
    cutover("db", "returned", { outageMs: 9_000 }),
    cutover("web", "opening"),
  ], "verified");
  assert.deepEqual([...lasted], []);
  assert.deepEqual([...problems], [["db", "went back: no image"], ["web", "did not arrive"]]);
});

Deno.test("on the way back, who returned has arrived, and who did not is named", () => {
  const { lasted, problems } = outagesOf([
    cutover("web", "back"),
    cutover("web", "returned", { outageMs: 800 }),
    cutover("db", "back"),
    cutover("api", "returned"),
  ], "returned");
  assert.deepEqual([...lasted], [["web", 800], ["api", undefined]]);
  assert.deepEqual([...problems], [["db", "did not come back"]]);
});

Deno.test("a silence lasts from the first look without an answer to the next with one", () => {
  const looks = (...answers: readonly boolean[]): { at: number; isAnswered: boolean }[] =>
    answers.map((isAnswered, index) => ({ at: index * 500, isAnswered }));
  assert.deepEqual(answeredOf(looks(true, true)), { asked: 2, failed: 0, longestMs: 0 });
  assert.deepEqual(answeredOf(looks(true, false, false, true, false, true)), {
    asked: 6,
    failed: 3,
    longestMs: 1_000,
  });
  assert.equal(answeredOf(looks(true, false, false)).longestMs, 500, "as long as it was looked");
});

Deno.test("the table has a line for each service that was to move", () => {
  const services = rehearsedServices({
    there: {
      isDone: false,
      lasted: new Map([["db", 4_600], ["web", 2_100]]),
      problems: new Map([["worker", "went back: no image"]]),
      alone: new Map(),
      answered: new Map([["db", { asked: 100, failed: 9, longestMs: 4_500 }]]),
    },
    back: {
      isDone: false,
      lasted: new Map([["db", 3_100]]),
      problems: new Map(),
      alone: new Map(),
      answered: new Map([["db", { asked: 50, failed: 6, longestMs: 3_000 }]]),
    },
  }, ["web", "db", "worker", "job"]);
  assert.deepEqual(serviceFigures(services), {
    web: { outageSeconds: 2.1 },
    db: { outageSeconds: 4.6, backSeconds: 3.1 },
  });
  assert.equal(
    renderRehearsal(services, { traefik: "it is the front" }),
    `service  down for   back for  requests
web      2.1s       not back  not asked  did not come back
db       4.6s       3.1s      15 of 150 failed, 4.5s at a stretch
worker   not moved            not asked  went back: no image
Left out: traefik, as it is the front
2 services moved, 6.7s of outages in all
`,
  );
});

Deno.test("where the copy kept the machine busy, what the move would take stands beside what was measured", () => {
  const services = rehearsedServices({
    there: {
      isDone: true,
      lasted: new Map([["db", 16_800], ["web", 0]]),
      alone: new Map([["db", 9_100], ["web", 0]]),
      problems: new Map(),
      answered: new Map(),
    },
  }, ["web", "db"]).map(({ problem: _, ...service }) => service);
  assert.deepEqual(serviceFigures(services), {
    web: { outageSeconds: 0, aloneSeconds: 0 },
    db: { outageSeconds: 16.8, aloneSeconds: 9.1 },
  });
  assert.equal(
    renderRehearsal(services, {}),
    `service  down for     back for  requests
web      0ms          not back  not asked
db       9.1s to 17s  not back  not asked
The longer times were measured; the shorter ones are without the copy's own load on the processors
2 services moved, 9.1s to 17s of outages in all
`,
  );
});
