/** The page of the night: every command in its order, with the reader's flags, and the way back of each step. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { PlannedMigration, Step } from "../../lib/migration/step.ts";
import { renderRunbookHtml, renderRunbookMarkdown } from "../../lib/report/runbook_page.ts";
import type { PlannedCutover } from "../../lib/run/crossing_plan.ts";
import { type RunbookInput, runbookOf } from "../../lib/views/runbook.ts";

function object(kind: string, name: string, spec: Record<string, unknown> = {}): KubeObject {
  return { apiVersion: "v1", kind, metadata: { name, namespace: "shop" }, spec };
}

function migration(id: string, ...steps: readonly Step[]): PlannedMigration {
  return { id, title: `Title of ${id}`, why: `Why ${id}`, steps, absent: [], claimed: [] };
}

const apply = (one: KubeObject): Step => ({ kind: "apply", objects: [{ object: one }] });
const DB: PlannedCutover = {
  migration: "050_databases",
  service: "db",
  mode: "exclusive",
  containers: [{ name: "shop-db-1", signal: "SIGINT", within: 60 }],
  directories: ["/srv/my data"],
  outage: { expectedMs: 4_600, mostMs: 64_000, rehearsed: "2026-11-30T01:02:03.000Z" },
};
const WEB: PlannedCutover = {
  migration: "080_applications",
  service: "web",
  mode: "overlap",
  containers: [{ name: "shop-web-1", signal: "SIGTERM", within: 10 }],
  directories: [],
  outage: { expectedMs: 0, mostMs: 0 },
};
const INPUT: RunbookInput = {
  project: "shop",
  namespace: "shop",
  flags: "--stack /opt/shop --context prod",
  contacts: "Ada, 555-1234\nthe forum",
  migrations: [
    migration("010_namespace", apply(object("Namespace", "shop"))),
    migration("020_storage", apply(object("PersistentVolumeClaim", "db"))),
    migration("050_databases", apply(object("ConfigMap", "db"))),
    migration("055_users"),
    migration("060_schema", {
      kind: "job",
      object: { object: object("Job", "schema") },
      timeout: "5m",
    }),
    migration("080_applications", { kind: "manual", instruction: "Turn the key" }),
    migration(
      "120_front",
      apply(object("Service", "traefik-front", { ports: [{ port: 443 }, { port: 443, protocol: "UDP" }] })),
    ),
  ],
  crossing: [DB, WEB],
  isSeen: true,
  backSeconds: { db: 3.1 },
  staying: { mail: "it has its own machine" },
  front: new Set(["traefik-front"]),
};

Deno.test("runbookOf() has a step for each migration that somebody may notice, and one for those between", () => {
  const { steps, backAll } = runbookOf(INPUT);
  const flags = INPUT.flags;
  assert.deepEqual(steps.map(({ command, back = "" }) => [command, back]), [
    [`deno task migrate ${flags} --cross --to 020`, ""],
    [`deno task migrate ${flags} --cross --to 050`, `deno task rollback ${flags} --to 020`],
    [`deno task migrate ${flags} --cross --to 060`, ""],
    [`deno task migrate ${flags} --cross --to 080`, `deno task rollback ${flags} --to 060`],
    [`deno task migrate ${flags} --cross`, `deno task rollback ${flags} --to 080`],
  ]);
  assert.equal(backAll, `deno task rollback ${flags} --to 020`);
  assert.deepEqual(steps.map(({ starts }) => starts), [[], [], ["Job schema"], [], []]);
  assert.deepEqual(steps.at(-1)?.ports, ["443", "443/udp"]);
});

Deno.test("the page says for how long each service is away, and whether somebody measured it", () => {
  const page = renderRunbookMarkdown(runbookOf(INPUT));
  assert.match(
    page,
    /`db` \| `shop-db-1` stops \(SIGINT, has 60 s\).* \| 4\.6s \(rehearsed\) \| .*--service db` \(3\.1s in the/,
  );
  assert.match(
    page,
    /`web` \| its pod starts; when it is ready `shop-web-1` stops .* \| 0 s \(both sides serve\)/,
  );
  assert.match(page, /Rehearsed on 2026-11-30: 1 of 2 services measured/);
  const { rehearsed: _, ...outage } = DB.outage;
  const estimated = renderRunbookMarkdown(runbookOf({ ...INPUT, crossing: [{ ...DB, outage }] }));
  assert.match(estimated, /\| about 4\.6s, at most 1m4s \(estimated\) \|/);
  assert.match(estimated, /every time below is an estimate/);
});

Deno.test("the page has whom to tell, backups to tick off, what is done by hand, and what stays", () => {
  const page = renderRunbookMarkdown(runbookOf(INPUT));
  assert.match(page, /Call: Ada, 555-1234, the forum/);
  assert.match(page, /\| `\/srv\/my data` \| db \| \.{10,} \|/);
  const backup = { at: "2026-12-01T02:00:00.000Z", from: "/srv/backups" };
  const backed = renderRunbookMarkdown(runbookOf({ ...INPUT, crossing: [{ ...DB, backup }, WEB] }));
  assert.match(backed, /\| `\/srv\/my data` \| db \| 2026-12-01 02:00 UTC, \/srv\/backups \|/);
  assert.match(page, /df -h '\/srv\/my data'/);
  assert.match(page, /By hand: Turn the key/);
  assert.match(page, /- `mail`: it has its own machine/);
  const { contacts: _, ...unknown } = INPUT;
  assert.match(renderRunbookMarkdown(runbookOf(unknown)), /Call: \.{10,}/);
});

Deno.test("nothing of a stack becomes markup", () => {
  const evil = "<img src=x> | `a` \u001b[31m";
  const input = { ...INPUT, staying: { mail: evil }, contacts: evil };
  const html = renderRunbookHtml(runbookOf(input));
  assert.ok(!html.includes("<img") && !html.includes("\u001b"));
  const markdown = renderRunbookMarkdown(runbookOf(input));
  assert.ok(!/[^\\]<img/.test(markdown) && !markdown.includes("\u001b"));
});
