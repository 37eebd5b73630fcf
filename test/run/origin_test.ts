/** Whether a change may be this version's doing: what is recorded of the last run against what is planned now. */
import assert from "node:assert/strict";
import type { MigrationRecord } from "../../lib/run/migration_record.ts";
import { type Cause, causeOf, describeCause, diagnoseNewVersion, type Origin } from "../../lib/run/origin.ts";

const RECORD: MigrationRecord = {
  state: "applied",
  digest: "before",
  objects: 1,
  startedAt: "",
  by: "",
  attempt: 1,
  epoch: 1,
  run: "",
};
const LAST: Origin = { tool: "t1", inputs: "i1" };
const CASES: readonly {
  readonly name: string;
  readonly digest?: string;
  readonly record?: MigrationRecord | null;
  readonly recorded?: Origin | null;
  readonly current?: Origin | null;
  readonly wanted: Cause | undefined;
}[] = [
  { name: "another version, the same files", current: { tool: "t2", inputs: "i1" }, wanted: "version" },
  { name: "another version, other files", current: { tool: "t2", inputs: "i2" }, wanted: "either" },
  { name: "the same version, other files", current: { tool: "t1", inputs: "i2" }, wanted: undefined },
  { name: "the same version, the same files (images)", current: LAST, wanted: undefined },
  { name: "nothing recorded", recorded: null, current: LAST, wanted: "unknown" },
  {
    name: "planned as it was applied",
    digest: "before",
    current: { tool: "t2", inputs: "i1" },
    wanted: undefined,
  },
  {
    name: "as it was applied, nothing recorded",
    digest: "before",
    recorded: null,
    current: LAST,
    wanted: undefined,
  },
  { name: "never applied", record: null, current: { tool: "t2", inputs: "i1" }, wanted: undefined },
  { name: "nobody asks", current: null, wanted: undefined },
];

for (const { name, digest = "now", record = RECORD, recorded = LAST, current, wanted } of CASES) {
  Deno.test(`causeOf(): ${name}`, () => {
    const selected = { digest, ...(record === null ? {} : { record }) };
    assert.equal(causeOf(selected, recorded ?? undefined, current ?? undefined), wanted);
  });
}

Deno.test("diagnoseNewVersion() names what may be this version's doing, and the flag", () => {
  const found = diagnoseNewVersion([
    { migration: { id: "010_a" } },
    { migration: { id: "020_b" }, cause: "version" },
    { migration: { id: "030_c" }, cause: "unknown" },
  ]);
  assert.deepEqual(found.map(({ message }) => message.slice(0, 17)), [
    'Migration "020_b"',
    'Migration "030_c"',
  ]);
  assert.ok(found[0]?.message.endsWith(describeCause("version")));
  assert.ok(
    found.every(({ code, hint }) => code === "run-new-version" && hint?.includes("--accept-new-version")),
  );
});
