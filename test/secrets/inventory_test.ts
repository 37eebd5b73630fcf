/** Which places belong together, what a change writes, and that no report holds a value. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findGroup, secretInventory } from "../../lib/secrets/inventory.ts";
import { editsFor } from "../../lib/secrets/edits.ts";
import type { SecretGroup } from "../../lib/secrets/place.ts";
import { summarise } from "../../lib/secrets/summary.ts";
import { probesThatLogIn } from "../../lib/secrets/probes.ts";
import { verifyChange } from "../../lib/secrets/verify.ts";
import { checkAgreement } from "../../lib/stack/secrets/shared_secrets.ts";
import { compareSecrets } from "../../lib/secrets/compare.ts";
import { renderSecretDiff, renderSecrets } from "../../lib/report/secrets_text.ts";
import { prepareFiles, writeFile } from "../../lib/run/secrets/edited_files.ts";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";
import { convertFaf, fafTest } from "../kube/faf_stack.ts";

const SENTINEL = "Sentinel-5f2c81";

const FILES = {
  ".env": `# shared\nSHARED_TOKEN='${SENTINEL}-a'\nDB_PW=${SENTINEL}-b\n`,
  "db.env": `ROOT_PASSWORD=${SENTINEL}-c\nAPP_PASSWORD=${SENTINEL}-d\n`,
  "config/app.conf": `user "app"\n\tpassword "${SENTINEL}-d";\nother "x";\n`,
  "config/token": `${SENTINEL}-e\n`,
  "compose.yaml": `services:
  db:
    image: mariadb:10.11
    env_file: db.env
  one:
    image: one
    environment:
      API_TOKEN: \${SHARED_TOKEN}
      DSN: mysql://app:\${DB_PW}@db/x
  two:
    image: two
    environment:
      - TOKEN=\${SHARED_TOKEN}
      - DB_PASSWORD=\${DB_PW}
      - OWN_SECRET=${SENTINEL}-f
    volumes: [./config/app.conf:/app.conf]
    secrets: [token]
secrets:
  token: { file: ./config/token }
`,
};

const DECISIONS = `
databases:
  db:
    engine: mariadb
    admin: { user: root, password: db.ROOT_PASSWORD }
    users:
      app:
        password: db.APP_PASSWORD
        same: [{ file: ./config/app.conf, after: 'user "app" password' }]
`;

async function withStack(
  use: (converted: TestStack, groups: readonly SecretGroup[], directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "inventory-" }));
  try {
    await Deno.mkdir(join(directory, "config"));
    for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(join(directory, name), text);
    const converted = await planTestStack({ directory, decisions: DECISIONS });
    await use(converted, inventory(converted), directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function inventory(converted: TestStack): readonly SecretGroup[] {
  const { conversion, decisions } = converted;
  return secretInventory({ conversion, texts: converted, decisions, objects: conversion.configuration });
}

const namesOf = (group: SecretGroup | undefined): string[] => group?.places.map(({ name }) => name) ?? [];

Deno.test("places belong together by decision and by the characters that they are read from", () =>
  withStack((_, groups) => {
    assert.deepEqual(groups.map(namesOf), [
      ["db.ROOT_PASSWORD"],
      ["db.APP_PASSWORD", 'config/app.conf after user "app" password'],
      ["config/app.conf"],
      ["config/token"],
      ["one.API_TOKEN", "two.TOKEN"],
      ["one.DSN"],
      ["two.DB_PASSWORD"],
      ["two.OWN_SECRET"],
    ]);
    assert.deepEqual(groups[0]?.adminOf, ["db"]);
    assert.equal(findGroup(groups, "two.TOKEN")?.name, "one.API_TOKEN");
    assert.equal(
      findGroup(groups, "./config/app.conf")?.name,
      "db.APP_PASSWORD",
      "the only part of the file",
    );
    assert.equal(findGroup(groups, "two.NOTHING"), undefined);
    return Promise.resolve();
  }));

Deno.test("no report of secrets holds a value", () =>
  withStack((converted, groups) => {
    const summary = summarise(groups);
    const live = converted.conversion.configuration.map(({ object }) => object);
    const compared = compareSecrets(converted.conversion.configuration, live.slice(1));
    const texts = [
      JSON.stringify(summary),
      renderSecrets(summary, { colour: true }),
      JSON.stringify(compared),
      renderSecretDiff(compared.map((each) => ({ ...each, names: [] })), { colour: false }),
      JSON.stringify(groups.flatMap((group) => editsFor(group, "a b").problems)),
    ];
    for (const text of texts) {
      assert.ok(text.length > 50);
      assert.ok(!text.includes(SENTINEL) && !text.includes(btoa(SENTINEL).slice(0, 12)), text);
    }
    return Promise.resolve();
  }));

Deno.test("a change of each secret changes its places on disk and nothing else", () =>
  withStack(async (before, groups, directory) => {
    for (const group of groups) {
      const { edits, problems } = editsFor(group, "new-Value.1");
      if (group.name === "config/app.conf" || group.name === "one.DSN") {
        assert.deepEqual(problems.map(({ code }) => code), ["kube-secret-fixed"], group.name);
        continue;
      }
      assert.deepEqual(problems, []);
      const files = await prepareFiles(edits, directory);
      for (const file of files) await writeFile(file);
      const after = await planTestStack({ directory, decisions: DECISIONS });
      const again = findGroup(inventory(after), group.name);
      assert.deepEqual(again?.places.map(({ value }) => value), group.places.map(() => "new-Value.1"));
      const verified = verifyChange({
        before: before.project,
        after: after.project,
        group,
        again,
        old: [...new Set(group.places.flatMap(({ value }) => value ?? []))],
        value: "new-Value.1",
        touchesVariables: group.name === "two.DB_PASSWORD" || group.name === "one.API_TOKEN",
      });
      assert.deepEqual(verified.problems, []);
      assert.deepEqual(
        verified.also,
        group.name === "two.DB_PASSWORD" ? ["services.one.environment.DSN"] : [],
      );
      for (const file of files) await Deno.writeFile(file.realPath, file.before);
      for (const [name, text] of Object.entries(FILES)) {
        assert.equal(await Deno.readTextFile(join(directory, name)), text);
      }
    }
  }));

Deno.test("a healthcheck that logs in with the administrator's password is known", () =>
  withStack(async (_, __, directory) => {
    const check = (test: string): string =>
      FILES["compose.yaml"].replace(
        "    env_file: db.env\n",
        (line) => `${line}    healthcheck: { test: ${test} }\n`,
      );
    for (
      const [test, expected] of [
        ["'mariadb -uroot -p$$ROOT_PASSWORD -e \"SELECT 1\"'", ["db"]],
        ["mysqladmin ping", []],
      ] as const
    ) {
      await Deno.writeTextFile(join(directory, "compose.yaml"), check(test));
      const converted = await planTestStack({ directory, decisions: DECISIONS });
      const group = findGroup(inventory(converted), "db.ROOT_PASSWORD") ?? assert.fail();
      assert.deepEqual(probesThatLogIn(converted.conversion, group), expected);
      assert.deepEqual(probesThatLogIn(converted.conversion, { ...group, adminOf: [] }), []);
    }
  }));

Deno.test("a value that would mean something else inside a text is refused at its place", () =>
  withStack((_, groups) => {
    const { problems } = editsFor(findGroup(groups, "db.APP_PASSWORD") ?? assert.fail(), 'quo"te');
    assert.deepEqual(problems.map(({ code, span }) => [code, span?.file, span?.line]), [
      ["kube-secret-characters", "config/app.conf", 2],
    ]);
    const fits = editsFor(findGroup(groups, "two.OWN_SECRET") ?? assert.fail(), 'quo"te $x #');
    assert.deepEqual(fits.problems, []);
    return Promise.resolve();
  }));

Deno.test("files keep mode, links and line ends, and nothing is left beside them", () =>
  withStack(async (_, groups, directory) => {
    const target = join(directory, "db.env");
    await Deno.rename(target, join(directory, "real.env"));
    await Deno.symlink("real.env", target);
    await Deno.chmod(join(directory, "real.env"), 0o640);
    for (const file of await prepareFiles(editsFor(groups[0] ?? assert.fail(), "next").edits, directory)) {
      await writeFile(file);
    }
    assert.ok((await Deno.lstat(target)).isSymlink);
    assert.equal(((await Deno.stat(target)).mode ?? 0) & 0o777, 0o640);
    assert.equal(await Deno.readTextFile(target), FILES["db.env"].replace(`${SENTINEL}-c`, "next"));
    const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
    assert.deepEqual(names, [".env", "compose.yaml", "config", "db.env", "real.env"]);
  }));

Deno.test("a file that somebody else changed in the meantime is not written", () =>
  withStack(async (_, groups, directory) => {
    const [file] = await prepareFiles(editsFor(groups[0] ?? assert.fail(), "next").edits, directory);
    await Deno.writeTextFile(join(directory, "db.env"), "ROOT_PASSWORD=theirs\n");
    await assert.rejects(writeFile(file ?? assert.fail()), /changed by another program/);
    assert.equal(await Deno.readTextFile(join(directory, "db.env")), "ROOT_PASSWORD=theirs\n");
  }));

Deno.test("checkAgreement() compares parts of files, with file, line and column", () =>
  withStack(async (_, __, directory) => {
    const file = join(directory, "config/app.conf");
    await Deno.writeTextFile(file, FILES["config/app.conf"].replace(`${SENTINEL}-d`, "other"));
    const converted = await planTestStack({ directory, decisions: DECISIONS });
    const findings = checkAgreement(converted.conversion, converted, converted.decisions);
    assert.deepEqual(findings.map(({ code, span }) => [code, span?.file, span?.line, span?.column]), [
      ["kube-secret-differs", "config/app.conf", 2, 12],
    ]);
    assert.match(findings[0]?.hint ?? "", /deno task secrets set db\.APP_PASSWORD/);
    const twice = DECISIONS.replace(`'user "app" password'`, `'"'`);
    const wrong = await planTestStack({ directory, decisions: twice });
    assert.deepEqual(
      checkAgreement(wrong.conversion, wrong, wrong.decisions).map(({ code }) => code),
      ["kube-job-reference"],
    );
    const misnamed = await planTestStack({ directory, decisions: DECISIONS.replace("app.conf", "ap.conf") });
    assert.match(
      checkAgreement(misnamed.conversion, misnamed, misnamed.decisions)[0]?.hint ?? "",
      /Did you mean "\.\/config\/app\.conf"/,
    );
  }));

fafTest(
  "FAF: every secret of a program and its server is one, files and data source names included",
  async () => {
    const converted = await convertFaf();
    const groups = inventory(converted);
    const sizes = Object.fromEntries(
      groups.filter(({ decisions }) => decisions.length > 0).map(({ name, places }) => [name, places.length]),
    );
    assert.deepEqual(sizes, {
      "faf-db.MYSQL_ROOT_PASSWORD": 3,
      "faf-java-api.DATABASE_PASSWORD": 2,
      "faf-db.MYSQL_PYTHON_SERVER_PASSWORD": 2,
      "faf-rust-replayserver.RS_DB_PASSWORD": 2,
      "faf-policy-server.DATABASE_PASSWORD": 2,
      "faf-user-service.DB_PASSWORD": 2,
      "faf-db.MYSQL_ANOPE_PASSWORD": 2,
      "faf-wordpress.WORDPRESS_DB_PASSWORD": 2,
      "faf-postal.DATABASE_PASSWORD": 2,
      "faf-league-service.DB_PASSWORD": 3,
      "faf-db.HYDRA_PASSWORD": 2,
      "faf-db.MYSQL_MYSQL_EXPORTER_PASSWORD": 2,
      "mongodb.MONGO_INITDB_ROOT_PASSWORD": 1,
      "mongodb.MONGO_NODEBB_PASSWORD": 2,
      "postgres-wikijs.POSTGRES_PASSWORD": 2,
      "faf-rabbitmq.RABBITMQ_DEFAULT_PASS": 1,
      "faf-rabbitmq.RABBITMQ_FAF_LOBBY_PASS": 2,
      "faf-java-api.RABBIT_PASSWORD": 2,
      "faf-league-service.MQ_PASSWORD": 2,
      "faf-postal.RABBITMQ_PASSWORD": 2,
      "faf-coturn.TURN_SECRET": 2,
    });
    for (const group of groups.filter(({ name }) => name in sizes)) {
      assert.deepEqual(editsFor(group, "new.Value-1").problems, [], group.name);
    }
    const kept = groups.flatMap(({ places }) => places.map(({ object }) => `${object?.name}/${object?.key}`));
    for (
      const { object } of converted.conversion.configuration.filter(({ object }) => object.kind === "Secret")
    ) {
      for (const key of Object.keys(object["data"] ?? {})) {
        assert.ok(kept.includes(`${object.metadata.name}/${key}`), `${object.metadata.name}/${key}`);
      }
    }
    const text = renderSecrets(summarise(groups), { colour: false });
    assert.ok(!/banana|b4n4na/i.test(text));
  },
);
