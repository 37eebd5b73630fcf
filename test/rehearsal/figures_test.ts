/** What a rehearsal has measured is read again, and stands in a preview in place of what is estimated. */
import assert from "node:assert/strict";
import { asRehearsed } from "../../lib/rehearsal/as_rehearsed.ts";
import { type Figures, parseFigures, readFigures, writeFigures } from "../../lib/rehearsal/figures.ts";
import { renderCrossing } from "../../lib/report/crossing_text.ts";
import type { PlannedCutover } from "../../lib/run/crossing_plan.ts";

const FIGURES: Figures = {
  date: "2026-12-01T02:40:00.000Z",
  project: "shop",
  versions: { engine: "20.10.24" },
  services: { db: { outageSeconds: 4.6, backSeconds: 3.1 }, web: { outageSeconds: 40 } },
  problems: { worker: "went back: no image" },
  leftOut: { traefik: "it is the front" },
};

const planned = (service: string): PlannedCutover => ({
  migration: "050_databases",
  service,
  mode: "exclusive",
  containers: [],
  directories: [],
  outage: { expectedMs: 3_000, mostMs: 13_000 },
});

Deno.test("figures that were written are read again, and nothing else is", async () => {
  const directory = await Deno.makeTempDir();
  assert.equal(await readFigures(directory), undefined);
  await writeFigures(directory, FIGURES);
  assert.deepEqual(await readFigures(directory), FIGURES);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name), [
    "rehearsal.json",
  ]);
  for (const text of ["", "[]", "null", '{"date":"2026-12-01"}', '{"schemaVersion":1,"date":"soon"}']) {
    await Deno.writeTextFile(`${directory}/rehearsal.json`, text);
    assert.equal(await readFigures(directory), undefined, text);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a service's figures that are none are left out, and the others stay", () => {
  const services = { db: { outageSeconds: "4" }, web: null, api: { outageSeconds: 2, backSeconds: "?" } };
  const read = parseFigures(JSON.stringify({ schemaVersion: 1, date: "2026-12-01T00:00:00Z", services }));
  assert.deepEqual(read?.services, { api: { outageSeconds: 2 } });
});

Deno.test("what was rehearsed stands in place of what is estimated", () => {
  const [db, web, api] = asRehearsed([planned("db"), planned("web"), planned("api")], FIGURES, "shop");
  assert.deepEqual(db?.outage, {
    expectedMs: 4_600,
    mostMs: 13_000,
    rehearsed: FIGURES.date,
    rehearsedMs: 4_600,
  });
  assert.equal(web?.outage.mostMs, 40_000, "it took longer than was thought to be the most");
  assert.deepEqual(api, planned("api"));
  assert.deepEqual(asRehearsed([planned("db")], FIGURES, "other"), [planned("db")]);
  assert.deepEqual(asRehearsed([planned("db")], undefined, "shop"), [planned("db")]);
});

Deno.test("a preview says which outages were rehearsed, and when", () => {
  const all = [planned("db"), planned("api")];
  assert.match(renderCrossing(all), /; outages are estimated, not measured:\n/);
  const some = renderCrossing(asRehearsed(all, FIGURES, "shop"));
  assert.match(some, /; outages are as they were rehearsed, or else estimated and not measured:\n/);
  assert.match(some, / db +start +4\.6s, rehearsed on 2026-12-01\n/);
  assert.match(some, / api +start +about 3(\.0)?s, at most 13s/);
  assert.match(
    renderCrossing(asRehearsed([planned("db")], FIGURES, "shop")),
    /; outages are as they were rehearsed:\n/,
  );
});

Deno.test("what is expected is without the copy's own load, and what was measured stands beside it", () => {
  const busy: Figures = { ...FIGURES, services: { db: { outageSeconds: 16.8, aloneSeconds: 9.1 } } };
  assert.deepEqual(parseFigures(JSON.stringify({ schemaVersion: 1, ...busy })), busy);
  const all = asRehearsed([planned("db")], busy, "shop");
  assert.deepEqual(all[0]?.outage, {
    expectedMs: 9_100,
    mostMs: 16_800,
    rehearsed: FIGURES.date,
    rehearsedMs: 16_800,
  });
  assert.match(renderCrossing(all), /about 9\.1s to 17s of outages/);
  assert.match(renderCrossing(all), / db +start +9\.1s to 17s, rehearsed on 2026-12-01\n/);
  const slow = { ...planned("db"), outage: { expectedMs: 12_000, mostMs: 20_000 } };
  assert.equal(
    asRehearsed([slow], busy, "shop")[0]?.outage.expectedMs,
    12_000,
    "probes take their time on any machine",
  );
});
