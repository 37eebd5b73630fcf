/** Every finding about a decided job names the line of decisions.yaml that it is about. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { checkPreparations } from "../../lib/kube/jobs/preparations.ts";
import { planTestStack } from "../cli/planned_stack.ts";

const COMPOSE = `services:
  db: { image: "mariadb:10.6", environment: { ROOT_PASSWORD: r, APP_PASSWORD: a }, expose: ["3306"] }
  app: { image: "app:1", environment: { DB_PASSWORD: a }, expose: ["80", "81"], volumes: ["./conf:/conf"] }
  login: { image: "oryd/hydra:v2", expose: ["4444"] }
  mongo: { image: "mongo:6", environment: { ROOT: r }, expose: ["27017"] }
  broker: { image: "rabbitmq:3", environment: { ADMIN: r }, expose: ["5672"] }
  legacy: { image: "legacy:1", environment: { PASSWORD: x } }
`;

async function check(decisions: string, compose = COMPOSE): Promise<readonly Diagnostic[]> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(join(directory, "conf"));
    await Deno.writeTextFile(join(directory, "conf", "app.yml"), "password: a\n");
    await Deno.writeTextFile(join(directory, "compose.yaml"), compose);
    const converted = await planTestStack({ directory, decisions });
    const wrong = converted.diagnostics.filter(({ code }) => code.startsWith("kube-decisions"));
    assert.deepEqual(wrong.map(({ message }) => message), []);
    return checkPreparations(converted.conversion, converted, converted.decisions);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Each finding as its code and the text of the line that it points at. */
async function pointed(decisions: string): Promise<string[]> {
  const lines = decisions.split("\n");
  return (await check(decisions)).map(({ code, message, span }) => {
    assert.ok(span !== undefined && span.column > 0, `${code} has no place: ${message}`);
    return `${code} ${lines[span.line - 1]?.slice(span.column - 1)}`;
  });
}

const ADMIN = "admin: { user: root, password: db.ROOT_PASSWORD }";

Deno.test("findings about users point at the user, its password, its grant and its other places", async () => {
  assert.deepEqual(
    await pointed(`services: { legacy: { skip: It is old } }
databases:
  db:
    engine: mariadb
    ${ADMIN}
    users:
      one:
        password: db.NOBODY
      two:
        password: db.APP_PASSWORD
        same:
          - app.NOTHING
          - { file: ./conf/app.yml, after: "nothing:" }
          - { file: ./conf/ap.yml, after: "password:" }
        grants:
          - app
          - { table: t }
      three:
        password: legacy.PASSWORD
  gone:
    engine: mariadb
    ${ADMIN}
    users: { x: { password: db.APP_PASSWORD } }
brokers:
  broker:
    engine: rabbitmq
    admin: { user: { from: broker.NAME }, password: broker.ADMIN }
    users: { x: { password: broker.NOTHING } }
`),
    [
      "kube-job-reference db.NOBODY",
      'kube-job-reference { file: ./conf/ap.yml, after: "password:" }',
      "kube-job-reference app.NOTHING",
      'kube-job-reference { file: ./conf/app.yml, after: "nothing:" }',
      "kube-job-reference broker.NOTHING } }",
      "kube-job-grant { table: t }",
      "kube-job-user-left-out password: legacy.PASSWORD",
      "kube-decision-unused engine: mariadb",
      "kube-job-reference broker.NAME }, password: broker.ADMIN }",
    ],
  );
});

Deno.test("findings about clients, calls, backups, timers and shared secrets have their places", async () => {
  assert.deepEqual(
    await pointed(`databases:
  mongo: { engine: mongodb, admin: { user: root, password: mongo.ROOT } }
identity:
  login: { engine: hydra, clients: { web: { name: Web } } }
calls:
  app:
    load: { path: "/load?t={TOKEN}", variables: { OTHER: app.DB_PASSWORD, LOST: app.LOST } }
backups:
  two: { service: mongo, schedule: 0 2 * * *, directory: /b, databases: [a, b] }
  gone: { service: gone, schedule: 0 2 * * *, directory: /b }
timers:
  sql: { service: mongo, schedule: 0 2 * * *, database: a, sql: SELECT 1 }
agree:
  both: [app.DB_PASSWORD, app.NOTHING]
`),
    [
      "kube-job-reference app.NOTHING]",
      "kube-job-client-secret { name: Web } } }",
      'kube-job-call { path: "/load?t={TOKEN}", variables: { OTHER: app.DB_PASSWORD, LOST: app.LOST } }',
      'kube-job-call "/load?t={TOKEN}", variables: { OTHER: app.DB_PASSWORD, LOST: app.LOST } }',
      "kube-job-call app.DB_PASSWORD, LOST: app.LOST } }",
      "kube-job-call app.LOST } }",
      "kube-job-reference app.LOST } }",
      "kube-job-backup [a, b] }",
      "kube-decision-unused gone, schedule: 0 2 * * *, directory: /b }",
      "kube-job-timer SELECT 1 }",
    ],
  );
});

const user = (password: string, same: string): string =>
  `databases: { db: { engine: mariadb, ${ADMIN}, users: { app: { password: ${password}, same: [${same}] } } } }\n`;

for (
  const [password, same, hint] of [
    ["ap.DB_PASSWORD", "db.APP_PASSWORD", 'Did you mean "app.DB_PASSWORD"?'],
    ["app.DB_PASWORD", "db.APP_PASSWORD", 'Did you mean "app.DB_PASSWORD"?'],
    ["db.APP_PASSWORD", "ap.DB_PASSWORD", 'Did you mean "app.DB_PASSWORD"?'],
    ["db.APP_PASSWORD", "app.DB_PASSWRD", 'Did you mean "app.DB_PASSWORD"?'],
    ["db.APP_PASSWORD", '{ variable: ap.DB_PASSWORD, after: "x" }', 'Did you mean "app.DB_PASSWORD"?'],
  ] as const
) {
  Deno.test(`a misspelt place is an error though another one is there: ${password}, ${same}`, async () => {
    const findings = await check(user(password, same));
    assert.deepEqual(findings.map(({ severity, code, hint }) => [severity, code, hint]), [
      ["error", "kube-job-reference", hint],
    ]);
  });
}

Deno.test("a place of a program that is not loaded, not started or not moved is no mistake", async () => {
  assert.deepEqual(await check(user("website.DB_PASSWORD", "db.APP_PASSWORD")), []);
  assert.deepEqual(
    await check(
      user("ap.DB_PASSWORD", "db.APP_PASSWORD"),
      `${COMPOSE}  ap: { image: x, profiles: [more] }\n`,
    ),
    [],
  );
  assert.deepEqual(
    await check(`services: { legacy: { skip: It is old } }\n${user("legacy.ANY", "db.APP_PASSWORD")}`),
    [],
  );
});
