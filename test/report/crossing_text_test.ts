import assert from "node:assert/strict";
import { renderCrossing, renderFront } from "../../lib/report/crossing_text.ts";

const DB = {
  migration: "050_databases",
  service: "db",
  mode: "exclusive",
  containers: [{ name: "shop-db-1", signal: "SIGINT", within: 60 }],
  directories: ["/srv/db"],
  outage: { expectedMs: 4_500, mostMs: 64_000 },
} as const;

Deno.test("renderCrossing() is a line for each service, and says that nothing of it is measured", () => {
  const web = {
    ...DB,
    migration: "080_applications",
    service: "web",
    containers: [],
    directories: [],
    state: "opening",
  } as const;
  assert.equal(
    renderCrossing([DB, web]),
    `Crossing, one service after the other; outages are estimated, not measured:
  050_databases     db   stop shop-db-1 (SIGINT, 60 s), prove that nobody is on /srv/db, start  about 4.5s, at most 1m4s if it takes all its time to end
  080_applications  web  go on from "opening": start                                            about 4.5s, at most 1m4s if it takes all its time to end
  2 services, about 9.0s of outages in all; everything else is served meanwhile
`,
  );
});

Deno.test("renderCrossing() says of what both sides may serve that it starts first, and that nobody is without it", () => {
  const api = {
    ...DB,
    service: "api",
    mode: "overlap",
    directories: [],
    outage: { expectedMs: 0, mostMs: 0 },
  } as const;
  assert.match(renderCrossing([api]), / api +start, stop shop-db-1 \(SIGINT, 60 s\) +none\n/);
});

Deno.test("renderCrossing() is nothing where nothing crosses", () => {
  assert.equal(renderCrossing([]), "");
});

Deno.test("renderFront() says which ports move, and that both sides are asked", () => {
  assert.equal(
    renderFront({ migration: "120_front", ports: ["80", "443", "443/udp"], asked: 20 }),
    "The front, 120_front: 20 questions to both sides, then ports 80, 443, 443/udp of the node lead to the cluster, " +
      "and the same is asked there\n",
  );
});
