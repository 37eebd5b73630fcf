import assert from "node:assert/strict";
import { backupWords, renderBackups } from "../../lib/report/backup_text.ts";
import { type BackupSources, noBackupKnown, withBackups } from "../../lib/run/backups.ts";
import type { PlannedCutover } from "../../lib/run/crossing_plan.ts";

function move(service: string, ...directories: readonly string[]): PlannedCutover {
  return {
    migration: "050_databases",
    service,
    mode: "exclusive",
    containers: [],
    directories,
    outage: { expectedMs: 0, mostMs: 0 },
  };
}

const FILES: Readonly<Record<string, string>> = {
  "/srv/backups/db": "2026-11-30T02:00:00.000Z",
  "/srv/dumps/db": "2026-12-01T02:00:00.000Z",
};
const SNAPSHOTS: Readonly<Record<string, string>> = {
  "/tank/mongo": "2026-11-29T00:00:00.000Z",
  "/tank/mongo-log": "2026-11-28T00:00:00.000Z",
};

function sources(
  decided: Readonly<Record<string, string>>,
  dumps: Readonly<Record<string, readonly string[]>> = {},
): BackupSources {
  return {
    decided: (service) => decided[service],
    dumps: (service) => dumps[service] ?? [],
    newest: (path) => Promise.resolve(FILES[path] === undefined ? undefined : new Date(FILES[path])),
    snapshot: (path) =>
      Promise.resolve(
        SNAPSHOTS[path] === undefined ? undefined : { at: new Date(SNAPSHOTS[path]), name: `${path}@then` },
      ),
  };
}

async function known(given: BackupSources, one: PlannedCutover): Promise<string> {
  const [{ backup } = move("")] = await withBackups([one], given);
  return backup === undefined ? "unknown" : backupWords(backup);
}

Deno.test("withBackups() takes the newest of what is decided, of dumps and of snapshots", async () => {
  const db = move("db", "/srv/db");
  assert.equal(await known(sources({}), db), "unknown");
  assert.equal(await known(sources({ db: "/srv/nothing" }), db), "unknown");
  assert.equal(await known(sources({ db: "/srv/backups/db" }), db), "2026-11-30 02:00 UTC, /srv/backups/db");
  const dumps = { db: ["/srv/dumps/db"] };
  assert.equal(
    await known(sources({ db: "/srv/backups/db" }, dumps), db),
    "2026-12-01 02:00 UTC, /srv/dumps/db",
  );
  assert.equal(await known(sources({ db: "2026-12-02" }, dumps), db), "2026-12-02, as decided");
  assert.equal(await known(sources({ db: "none" }), db), "none is needed, as decided");
});

Deno.test("withBackups() counts a snapshot where all of a service's directories have one, by the oldest", async () => {
  assert.equal(
    await known(sources({}), move("mongo", "/tank/mongo", "/tank/mongo-log")),
    "2026-11-28 00:00 UTC, /tank/mongo-log@then",
  );
  assert.equal(await known(sources({}), move("mongo", "/tank/mongo", "/srv/mongo")), "unknown");
});

Deno.test("noBackupKnown() names what stops for the first time with nothing to go back to, and no other", async () => {
  const planned = await withBackups(
    [
      move("db", "/srv/db"),
      move("ledger", "/srv/ledger"),
      { ...move("broker", "/srv/broker"), state: "closed" },
      move("site"),
    ],
    sources({ db: "/srv/backups/db" }),
  );
  const [found, ...others] = noBackupKnown(planned);
  assert.deepEqual(others, []);
  assert.equal(found?.message, "No backup is known of what is about to move: ledger (/srv/ledger)");
  assert.match(found?.hint ?? "", /services: { ledger: { backup: /);
  assert.equal(
    renderBackups(planned),
    "Newest backups: db 2026-11-30 02:00 UTC, /srv/backups/db; none is known of ledger\n",
  );
  assert.deepEqual(noBackupKnown(await withBackups([move("site")], sources({}))), []);
  assert.equal(renderBackups([move("site")]), "");
});
