import assert from "node:assert/strict";
import { convertFaf, fafTest } from "./faf_stack.ts";
import { objectsOf, type TestStack } from "../cli/planned_stack.ts";

/** Files that hold a secret, as their operators listed them. */
const SECRET_FILES = [
  "config/extra/nodebb/config.json",
  "config/faf-anope/services.conf",
  "config/faf-db/mysql.cnf",
  "config/faf-ircd/ssl/server.key.pem",
  "config/faf-ircd/unrealircd.conf",
  "config/faf-java-api/pki/secret.key",
  "config/faf-ory-hydra/hydra.yaml",
  "config/faf-python-server/dynamic/config.yml",
];

/** Files that anybody may read. */
const PLAIN_FILES = [
  "config/extra/phpbb3-archive/default.conf",
  "config/extra/unitdb/datafiles.json",
  "config/faf-content/default.conf",
  "config/faf-db/mysqld.cnf",
  "config/faf-ircd/motd.txt",
  "config/faf-java-api/mail/password-reset.html",
  "config/faf-rabbitmq/enabled_plugins",
  "config/faf-rust-replayserver/faf-rust-replayserver.yml",
  "config/monitoring/loki/config.yml",
  "config/monitoring/prometheus/prometheus.yml",
];

/** Keys whose words look like a secret's and that are none. */
const PLAIN_KEYS = [
  "faf-java-api.JWT_PRIVATE_KEY_PATH",
  "faf-java-api.JWT_PUBLIC_KEY_PATH",
  "faf-java-api.PASSWORD_RESET_EMAIL_SUBJECT",
  "faf-java-api.PASSWORD_RESET_URL_FORMAT",
  "faf-java-api.STEAM_PASSWORD_RESET_REDIRECT_URL_FORMAT",
  "faf-league-service.LEAGUE_SCORE_UPDATE_ROUTING_KEY",
  "faf-rabbitmq.RABBITMQ_FAF_API_USER",
  "faf-user-service.PASSWORD_RESET_URL",
  "faf-website.TOKEN_LIFESPAN",
];

/** A key that is no secret to people who know the stack: everything that these words do not mark. */
const SECRET_TO_PEOPLE = /PASS|SECRET|TOKEN$|_KEY$|DSN|DATA_SOURCE_NAME/;

fafTest("FAF: secrets are in Secrets, whatever holds them", async () => {
  const converted = await convertFaf();
  const secret = secretsOf(converted);
  for (const file of SECRET_FILES) assert.ok(secret.has(file), file);
  for (const service of Object.values(converted.project.services)) {
    if (converted.conversion.services.get(service.name)?.kind === "none") continue;
    for (const [key, value] of Object.entries(service.environment ?? {})) {
      if (value?.includes("banana")) {
        assert.ok(secret.has(`${service.name}.${key}`), `${service.name}.${key}`);
      }
    }
  }
});

fafTest("FAF: at most one plain key in twenty is taken for a secret", async () => {
  const converted = await convertFaf();
  const secret = secretsOf(converted);
  for (const key of [...PLAIN_KEYS, ...PLAIN_FILES]) assert.ok(!secret.has(key), key);
  const plain = Object.values(converted.project.services).flatMap((service) =>
    Object.keys(service.environment ?? {}).filter((key) =>
      PLAIN_KEYS.includes(`${service.name}.${key}`) || !SECRET_TO_PEOPLE.test(key)
    ).map((key) => `${service.name}.${key}`)
  );
  const wrong = plain.filter((key) => secret.has(key));
  assert.ok(plain.length > 100);
  assert.ok(wrong.length / plain.length <= 0.05, `${wrong.length} of ${plain.length}: ${wrong}`);
});

fafTest("FAF: the word of all template secrets is outside Secrets nowhere", async () => {
  const converted = await convertFaf();
  const spoken = /banana|b4n4na/i;
  for (const { object } of objectsOf(converted.conversion)) {
    if (object.kind !== "Secret") assert.doesNotMatch(JSON.stringify(object), spoken, object.metadata.name);
    else assert.doesNotMatch(JSON.stringify(object.metadata), spoken);
  }
  assert.doesNotMatch(JSON.stringify(converted.diagnostics), spoken);
});

fafTest("FAF: a password that differs from its server's is an error with both places", async () => {
  /** File, text before, text after, user: each pair is one that production once had wrong. */
  const pairs = [
    [
      "config/faf-java-api/faf-java-api.env",
      "\nDATABASE_PASSWORD=banana",
      "\nDATABASE_PASSWORD=apple1",
      "faf-java-api",
    ],
    [
      "config/faf-league-service/faf-league-service.env",
      "\nDB_PASSWORD=banana",
      "\nDB_PASSWORD=apple1",
      "faf-league-service",
    ],
    ["config/faf-ory-hydra/hydra.yaml", "hydra:banana@", "hydra:apple1@", "hydra"],
    [
      "config/faf-python-server/dynamic/config.yml",
      'MQ_PASSWORD: "banana"',
      'MQ_PASSWORD: "apple1"',
      "faf-python-server",
    ],
    [
      "config/faf-db-migrations/faf-db-migrations.env",
      "FLYWAY_PASSWORD=banana",
      "FLYWAY_PASSWORD=apple1",
      "root",
    ],
    ["config/extra/nodebb/config.json", '"password": "banana"', '"password": "apple1"', "nodebb"],
    ["config/faf-wordpress/faf-wordpress.env", "PASSWORD=banana", "PASSWORD=apple1", "faf-wordpress"],
    ["config/monitoring/mysql-exporter/mysql-exporter.env", ":banana@", ":apple1@", "faf-mysql-exporter"],
  ] as const;
  const { conversion } = await convertFaf();
  assert.deepEqual(conversion.findings.filter(({ code }) => code === "kube-secrets-disagree"), []);
  for (const [file, before, after, user] of pairs) {
    const changed = await convertFaf((directory) => {
      const path = `${directory}/${file}`;
      const text = Deno.readTextFileSync(path);
      assert.ok(text.includes(before), file);
      Deno.writeTextFileSync(path, text.replace(before, after));
    });
    const found = changed.conversion.findings.filter(({ code }) => code === "kube-secrets-disagree");
    assert.equal(found.length, 1, file);
    assert.match(found[0]?.message ?? "", new RegExp(`user "${user}"`));
    assert.ok(found[0]?.span?.file.endsWith(file), found[0]?.span?.file ?? "no place");
    assert.doesNotMatch(JSON.stringify(found), /banana|apple1/);
  }
});

/** `service.KEY` and paths relative to the stack, of everything in Secrets. */
function secretsOf({ conversion }: TestStack): ReadonlySet<string> {
  const listed = conversion.findings.find(({ code }) => code === "kube-secrets")?.related ?? [];
  return new Set(listed.map(({ message }) => /^"([^"]+)"/.exec(message)?.[1] ?? ""));
}
