/** Decisions about more than what is moved: what is needed is made, the rest is said and keeps nothing back. */
import assert from "node:assert/strict";
import type { Conversion } from "../../lib/kube/conversion.ts";
import { hasErrors } from "../../lib/diagnostics/diagnostic.ts";
import { containersOf } from "../../lib/kube/object.ts";
import { checkPreparations, preparation, timed } from "../../lib/kube/jobs/preparations.ts";
import type { JobDecisions } from "../../lib/decisions/jobs.ts";
import { convertFaf, fafTest } from "../kube/faf_stack.ts";
import { fafDecisions } from "./faf_decisions.ts";

/** The conversion without services: as if another compose file had them, or decided not to be moved. */
function without(conversion: Conversion, absent: readonly string[], skipped: readonly string[]): Conversion {
  const services = [...conversion.services].filter(([name]) => !absent.includes(name)).map((
    [name, service],
  ) =>
    [
      name,
      skipped.includes(name)
        ? {
          ...service,
          kind: "none" as const,
          variables: new Map(),
          workload: [],
          network: [],
          configuration: [],
        }
        : service,
    ] as const
  );
  return { ...conversion, services: new Map(services) };
}

function passwordsOf(
  conversion: Conversion,
  service: string,
  decisions: Awaited<ReturnType<typeof fafDecisions>>,
): string[] {
  const [job] = preparation("users", conversion, decisions, service).objects;
  assert.ok(job !== undefined);
  const env = containersOf(job.object)[0]?.["env"];
  assert.ok(Array.isArray(env));
  return env.filter(({ name }) => String(name).startsWith("PASSWORD_")).map(({ valueFrom }) =>
    `${valueFrom.secretKeyRef.name}.${valueFrom.secretKeyRef.key}`
  );
}

fafTest("all decisions hold for the whole stack, without a finding", async () => {
  const converted = await convertFaf();
  const { conversion } = converted;
  assert.deepEqual(checkPreparations(conversion, converted, await fafDecisions()), []);
});

fafTest("a program that is not moved takes nothing away: its user is made from another place", async () => {
  const converted = await convertFaf();
  const { conversion } = converted;
  const decisions = await fafDecisions();
  const smaller = without(conversion, [], ["faf-postal", "wikijs"]);
  const findings = checkPreparations(smaller, converted, decisions);
  assert.ok(!hasErrors(findings), JSON.stringify(findings));
  const before = passwordsOf(conversion, "faf-db", decisions);
  const after = passwordsOf(smaller, "faf-db", decisions);
  assert.equal(after.length, before.length);
  assert.ok(before.includes("faf-postal-env.DATABASE_PASSWORD"));
  assert.ok(after.includes("faf-db-env.MYSQL_POSTAL_PASSWORD"));
});

fafTest("servers that another compose file has are remarks, not errors, and have no jobs", async () => {
  const converted = await convertFaf();
  const { conversion } = converted;
  const decisions = await fafDecisions();
  const smaller = without(conversion, ["mongodb", "postgres-wikijs", "wikijs", "nodebb"], []);
  const findings = checkPreparations(smaller, converted, decisions);
  assert.ok(!hasErrors(findings), JSON.stringify(findings));
  assert.deepEqual(findings.map(({ code }) => code), Array(4).fill("kube-decision-unused"));
  assert.deepEqual(preparation("users", smaller, decisions, "mongodb").objects, []);
  assert.deepEqual(
    timed(smaller, decisions).objects.map(({ object }) => object.metadata.name),
    ["faf-backup-faf-db", "backup-faf-db", "backup-faf-db", "timer-leaderboard-inactives"],
  );
});

fafTest(
  "a client whose program another compose file has is left out and said, and the others are made",
  async () => {
    const converted = await convertFaf();
    const client = { grantTypes: ["authorization_code"], redirectUris: ["https://voting.example/auth"] };
    const clients = {
      "faf-website": { ...client, secret: "faf-website.OAUTH_CLIENT_SECRET" },
      "faf-voting": { ...client, secret: "voting.CLIENT_SECRET" },
    };
    const decisions = { identity: { "faf-ory-hydra": { clients } } } as unknown as JobDecisions;
    const smaller = without(converted.conversion, ["voting"], []);
    assert.deepEqual(
      checkPreparations(smaller, converted, decisions).map(({ code, severity, message }) => [
        code,
        severity,
        message,
      ]),
      [[
        "kube-job-user-left-out",
        "info",
        'Client "faf-voting" of "identity.faf-ory-hydra" is not made: its program is not moved',
      ]],
    );
    const [job] = preparation("clients", smaller, decisions, "faf-ory-hydra").objects;
    const env = containersOf(job?.object ?? assert.fail("no job"))[0]?.["env"];
    assert.ok(Array.isArray(env));
    assert.deepEqual(env.filter(({ name }) => name === "CLIENTS" || /^ID_/.test(name)), [
      { name: "CLIENTS", value: "1" },
      { name: "ID_0", value: "faf-website" },
    ]);
  },
);

fafTest("a user that only a program needs that is not moved is left out and said", async () => {
  const converted = await convertFaf();
  const { conversion } = converted;
  const { brokers } = await fafDecisions();
  const broker = brokers?.["faf-rabbitmq"];
  assert.ok(broker !== undefined);
  const decisions = {
    brokers: {
      "faf-rabbitmq": { ...broker, users: { "faf-postal": { password: "faf-postal.RABBITMQ_PASSWORD" } } },
    },
  };
  const findings = checkPreparations(without(conversion, [], ["faf-postal"]), converted, decisions);
  assert.deepEqual(findings.map(({ code, severity }) => [code, severity]), [[
    "kube-job-user-left-out",
    "info",
  ]]);
});
