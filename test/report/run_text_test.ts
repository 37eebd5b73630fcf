import assert from "node:assert/strict";
import { LiveBlock } from "../../lib/report/live_block.ts";
import { RunPrinter } from "../../lib/report/run_printer.ts";
import { RunTally } from "../../lib/report/run_tally.ts";
import type { Status } from "../../lib/run/status.ts";
import { renderStatus } from "../../lib/report/status_table.ts";
import type { RunEvent } from "../../lib/run/event.ts";

const AT = "2026-01-02T03:04:05.000Z";
const STARTED: Extract<RunEvent, { type: "migration-started" }> = {
  type: "migration-started",
  id: "080_applications",
  title: "Applications",
  at: AT,
  resumed: false,
  redo: false,
  objects: 3,
};
const FINISHED: RunEvent = {
  type: "migration-finished",
  id: "080_applications",
  title: "Applications",
  state: "applied",
  at: AT,
  durationMs: 2_400,
  diagnostics: [],
};

function waiting(elapsedMs: number, reason = "0 of 1 pods available"): RunEvent {
  return { type: "waiting", id: "080_applications", object: "Deployment faf/web", reason, elapsedMs };
}

function printed(events: readonly RunEvent[]): string[] {
  const printer = new RunPrinter({ colour: false });
  return events.flatMap((event) => printer.lines(event));
}

Deno.test("RunPrinter tells all absent services in one line, below the migration", () => {
  const absent = ["qai", "voting"].map((service): RunEvent => ({
    type: "service-absent",
    id: STARTED.id,
    service,
  }));
  assert.deepEqual(printed([...absent, STARTED, FINISHED]), [
    "080_applications Applications (3 objects)",
    "  - not part of this stack, skipped: qai, voting",
    "✔ 080_applications Applications: applied in 2.4s",
  ]);
});

Deno.test("RunPrinter keeps quiet about short waits and repeats long ones sparingly", () => {
  const lines = printed([
    waiting(50),
    waiting(3_000),
    waiting(4_000),
    waiting(5_000, "ImagePullBackOff"),
    waiting(21_000, "ImagePullBackOff"),
  ]);
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? "", /ImagePullBackOff/);
});

Deno.test("RunPrinter says nothing about what is applied already", () => {
  const skipped: RunEvent = {
    type: "migration-skipped",
    id: "010_namespace",
    title: "Namespace",
    reason: "applied",
  };
  assert.deepEqual(printed([{ type: "service-absent", id: "010_namespace", service: "x" }, skipped]), []);
});

Deno.test("LiveBlock shows the migration, its objects and what is waited for, and no line is too wide", () => {
  const block = new LiveBlock({ colour: false });
  block.handle(STARTED, 0);
  block.handle({ type: "object", id: STARTED.id, object: "Service faf/web", outcome: "created" }, 10);
  for (let index = 0; index < 12; index++) {
    block.handle({ ...waiting(100), object: `Deployment faf/web-${index}` } as RunEvent, 1_000);
  }
  const lines = block.render(5_000, 60);
  assert.match(lines[0] ?? "", /080_applications Applications {2}1\/3 objects {2}5\.0s/);
  assert.equal(lines.length, 1 + 8 + 1);
  assert.match(lines.at(-1) ?? "", /and 4 more/);
  assert.ok(lines.every((line) => line.length <= 60));
  block.handle(FINISHED, 6_000);
  assert.deepEqual(block.render(6_000, 60), []);
});

Deno.test("RunPrinter tells what was there before, what is done again, and warnings", () => {
  const object = (outcome: "adopted" | "kept"): RunEvent => ({
    type: "object",
    id: STARTED.id,
    object: "Service faf/web",
    outcome,
  });
  const diagnostic = { code: "run-script-missing", severity: "warning", message: "It is gone" } as const;
  assert.deepEqual(
    printed([
      { type: "warning", diagnostic },
      { ...STARTED, redo: true, resumed: true },
      object("adopted"),
      object("kept"),
    ]),
    [
      "warning[run-script-missing]: It is gone",
      "080_applications Applications (3 objects, again, resumed)",
      "  ✔ Service faf/web adopted",
      "  ! Service faf/web kept: it was there before and was taken over",
    ],
  );
});

Deno.test("RunTally counts objects by outcome, and tells a run without work apart", () => {
  const tally = new RunTally();
  for (const outcome of ["created", "created", "unchanged"] as const) {
    tally.handle({ type: "object", id: STARTED.id, object: "x", outcome });
  }
  tally.handle(FINISHED);
  tally.handle({ type: "run-finished", runId: "r", at: AT, durationMs: 61_000, state: "applied", writes: 2 });
  assert.equal(tally.summary(), "1 migration applied: 2 created, 1 unchanged objects, in 1m1s.");
  const idle = new RunTally();
  idle.handle({ type: "run-finished", runId: "r", at: AT, durationMs: 5, state: "unchanged", writes: 0 });
  assert.match(idle.summary(), /Nothing to do/);
});

Deno.test("RunTally ends with the three longest waits, the longest first, and says what did not become ready", () => {
  const tally = new RunTally();
  const wait = (object: string, elapsedMs: number, reason: string): void =>
    tally.handle({ type: "waiting", id: STARTED.id, object, reason, elapsedMs });
  const ready = (object: string, elapsedMs: number): void =>
    tally.handle({ type: "ready", id: STARTED.id, object, elapsedMs });
  wait("Deployment a", 1_500, "pulling the image");
  ready("Deployment a", 2_000);
  wait("StatefulSet b", 9_000, "0 of 1 pods available");
  ready("Deployment quick", 900);
  ready("Job c", 61_000);
  ready("Deployment d", 1_200);
  tally.handle({ type: "run-finished", runId: "r", at: AT, durationMs: 61_000, state: "failed", writes: 2 });
  assert.deepEqual(tally.summary().split("\n").slice(1), [
    "Longest waits:",
    "  1m1s  Job c",
    "  9.0s  StatefulSet b, not ready: 0 of 1 pods available",
    "  2.0s  Deployment a: pulling the image",
  ]);
});

Deno.test("renderStatus() aligns its columns and shows why a migration failed and what is next", () => {
  const known = { startedAt: AT, by: "alice@host", error: null, finishedAt: AT, durationMs: 15 };
  const line = { ...known, run: "run-1", objects: 2, adopted: 0, redo: false };
  const status: Status = {
    schemaVersion: 1,
    cluster: { context: "prod", server: "https://k3s:6443", namespace: "faf" },
    current: "010_namespace",
    next: "020_storage",
    run: null,
    migrations: [
      { ...line, id: "010_namespace", title: "Namespace", state: "applied" },
      {
        ...line,
        redo: true,
        adopted: 1,
        id: "020_storage",
        title: "Volumes",
        state: "failed",
        error: "PersistentVolume faf-db was refused",
      },
    ],
    services: [
      { service: "db", state: "verified", servedBy: "cluster", since: AT, containers: ["faf-db-1"] },
      { service: "web", state: "closed", servedBy: "nobody", since: AT, containers: ["faf-web-1"] },
    ],
  };
  const text = renderStatus(status, { colour: false, next: "deno task migrate --dry-run" });
  const rows = text.split("\n");
  const applied = rows.find((row) => row.includes("010_namespace")) ?? "";
  const failed = rows.find((row) => row.includes("020_storage")) ?? "";
  assert.equal(applied.indexOf("Namespace"), failed.indexOf("Volumes"));
  assert.match(text, /✗ 020_storage[^\n]*\n {6}PersistentVolume faf-db was refused/);
  assert.match(failed, /failed while applied again, 2 objects \(1 taken over\)/);
  assert.match(text, /✔ db: served by the cluster since [^\n]*; faf-db-1 stopped for it/);
  assert.match(text, /✗ web: on its way \(closed\), down since/);
  // On a narrow terminal what came of a migration stands below its title.
  const narrow = renderStatus(status, { colour: false, columns: 60, next: "" });
  assert.match(narrow, /✔ 010_namespace {2}Namespace\n {6}applied, 2 objects, \d{4}-\d\d-\d\d /);
  assert.match(
    narrow,
    /✗ 020_storage {4}Volumes\n {6}failed while [^\n]*\n {6}PersistentVolume faf-db was refused/,
  );
  assert.match(
    text,
    /1 of 2 migrations applied, current 010_namespace, next 020_storage\.\nNext: deno task migrate --dry-run\n$/,
  );
});
