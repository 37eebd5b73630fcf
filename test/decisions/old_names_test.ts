import assert from "node:assert/strict";
import { parseDecisions } from "../../lib/decisions/decisions.ts";

const FILE = "decisions.yaml";

Deno.test("a migration is named by its number, with zeros or without, or by its name", () => {
  const { decisions, diagnostics } = parseDecisions(
    'services: { a: { migration: 50 }, b: { migration: "050" }, c: { migration: 050_databases } }\n' +
      "defaultMigration: 80\n",
    FILE,
  );
  assert.deepEqual(diagnostics, []);
  const services = Object.values(decisions.services ?? {}).map(({ migration }) => migration);
  assert.deepEqual(services, ["50", "050", "050_databases"]);
  assert.equal(decisions.defaultMigration, "80");
});

Deno.test("step and defaultStep are read as today's names, with one remark that gives the line", () => {
  const { decisions, diagnostics } = parseDecisions(
    "defaultStep: applications\nservices:\n  shop:\n    kind: Job\n    step: 060\n",
    FILE,
  );
  assert.deepEqual({ ...decisions.services }, { shop: { kind: "Job", migration: "60" } });
  assert.equal(decisions.defaultMigration, "applications");
  assert.deepEqual(Object.keys(decisions).filter((key) => key === "defaultStep"), []);
  assert.deepEqual(diagnostics, [{
    code: "kube-decisions-old-name",
    severity: "info",
    message:
      'Decision "defaultStep" is called "defaultMigration" today, and so it is with "services.shop.step"',
    span: { file: FILE, line: 1, column: 1, endLine: 1, endColumn: 12 },
    hint: "Write instead: defaultMigration: applications",
  }]);
});

Deno.test("an old name in a profile counts over a new one in the base, and the other way round", () => {
  const text = `
defaultMigration: applications
services: { a: { step: databases }, b: { migration: databases } }
profiles:
  old: { defaultStep: schema, services: { b: { step: schema } } }
  now: { services: { a: { migration: schema } } }
  none: { services: { a: { migration: null }, b: { step: null } } }
`;
  const services = (profile: string): unknown => ({
    ...parseDecisions(text, FILE, [profile]).decisions.services,
  });
  assert.equal(parseDecisions(text, FILE, ["old"]).decisions.defaultMigration, "schema");
  assert.deepEqual(services("old"), { a: { migration: "databases" }, b: { migration: "schema" } });
  assert.deepEqual(services("now"), { a: { migration: "schema" }, b: { migration: "databases" } });
  assert.deepEqual(services("none"), { a: {}, b: {} });
});

Deno.test("beside the new name the old one does not count, and is to be removed", () => {
  const { decisions, diagnostics } = parseDecisions(
    "services: { a: { migration: databases, step: schema } }\n",
    FILE,
  );
  assert.deepEqual({ ...decisions.services }, { a: { migration: "databases" } });
  assert.deepEqual(diagnostics.map(({ hint }) => hint), [
    'Remove the line: "migration" stands beside it and counts',
  ]);
});
