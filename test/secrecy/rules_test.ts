import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { isSecretKey, secretsInText, secretsInVariable, urlPassword } from "../../lib/secrecy/mod.ts";

/** Why a value is or holds a secret. */
function secretLook(value: string): string | undefined {
  return secretsInText(value)[0]?.why;
}

// deno-fmt-ignore
const SECRET_KEYS = [
  "PASSWORD", "DB_PASS", "dbPassword", "MYSQL_ROOT_PASSWORD", "SESSION_SECRET", "OAUTH_CLIENT_SECRET", "apiKey",
  "CHALLONGE_APIKEY", "CHALLONGE_KEY", "DISCORD_TOKEN", "ERLANG_COOKIE", "DSN", "SENTRY_DSN", "JWT_HMAC_MESSAGE",
  "XIRSYS_IDENT", "TURN_SECRET", "spring.datasource.password", "RECAPTCHA_SITE_KEY", "AWS_SECRET_ACCESS_KEY",
  "rootpassword", "SALT", "CREDENTIALS", "HTPASSWD",
];

// deno-fmt-ignore
const PLAIN_KEYS = [
  "PASSWORD_RESET_URL", "PASSWORD_RESET_EMAIL_SUBJECT", "PASSWORD_RESET_URL_FORMAT", "TOKEN_LIFESPAN", "IRC_TOKEN_TTL",
  "HYDRA_TOKEN_ISSUER", "JWT_PRIVATE_KEY_PATH", "JWT_PUBLIC_KEY_PATH", "JWT_PUBLIC_KEY", "RATING_ROUTING_KEY",
  "POSTGRES_PASSWORD_FILE", "PWD", "KEYBOARD", "MONKEY", "USER", "PORT", "DATABASE_NAME", "CACHE_KEY_PREFIX",
  "PRIMARY_KEY", "API_URL", "TOKENIZER", "COMPASS", "SECRET_PATH", "PASSIVE",
];

Deno.test("isSecretKey() knows secrets by their words", () => {
  for (const key of SECRET_KEYS) assert.ok(isSecretKey(key), key);
});

Deno.test("isSecretKey() knows settings about secrets, and words that only look alike", () => {
  for (const key of PLAIN_KEYS) assert.ok(!isSecretKey(key), key);
});

/** A variable that names users, and the passwords in it. */
const USERS: readonly (readonly [string, string, readonly string[]])[] = [
  ["ETCD_USER", "root:hunter2", ["hunter2"]],
  ["ETCD_USER", "root:hunt,er2;x", ["hunt,er2;x"]],
  ["SFTP_USERS", "bob:hunter2:1001 eve:horse:e:1002:100:upload", ["hunter2", "horse"]],
  ["USERS", "scan|hunter2|/scans|1000,guest|word|/in", ["hunter2", "word"]],
  ["USER", "bob;hunter2", ["hunter2"]],
  ["RUN_USER", "www-data:www-data", []],
  ["USER", "1000:1000", []],
  ["ALLOWED_USERS", "alice:admin,bob:viewer", []],
  ["USERS", "alice bob", []],
  ["HOST", "web:8080a", []],
];

Deno.test("secretsInVariable() finds the passwords beside the names of users, and neither groups nor roles", () => {
  for (const [key, value, passwords] of USERS) {
    assert.deepEqual(
      secretsInVariable(key, value).map(({ start, end }) => value.slice(start, end)),
      passwords,
      `${key}=${value}`,
    );
  }
});

/** Value and why it is secret; undefined for a value that anybody may read. */
const VALUES: readonly (readonly [string, string | undefined])[] = [
  ["mysql://hydra:horse@tcp(db:3306)/hydra", "a password inside a URL"],
  ["postgres://app:horse@db/app", "a password inside a URL"],
  ["exporter:horse@(db:3306)/", "a password inside a URL"],
  ["redis://:horse@cache:6379", "a password inside a URL"],
  ["-----BEGIN RSA PRIVATE KEY-----", "a private key"],
  ["-----BEGIN OPENSSH PRIVATE KEY-----\nx", "a private key"],
  ["admin:$2y$05$klVQBa8nTDvU7euvEAuJROeAF7", "a password hash"],
  ["admin:$apr1$abcdefgh$ijklmnopqrst", "a password hash"],
  ["admin:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "a password hash"],
  ["eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln", "a signed token"],
  ["ghp_abcdefghijklmnopqrstuvwxyz0123", "an access token"],
  ["k3Jd82LmQpXz71VbNw0RtYs5HgFcUaEo", "long random text"],
  ["0f1e2d3c4b5a69788796a5b4c3d2e1f0", "long random text"],
  ["Host(`a.example`) && Header(`X-Api-Key`, `hunter2`)", "its name"],
  ["HeaderRegexp(`Authorization`, `Bearer hunter2`)", "a header"],
  ["Headers(`Authorization`, `hunter2`)", "its name"],
  ['Query(\\"token\\", \\"hunter2\\")', "its name"],
  ["Query(`token=hunter2`)", "its name"],
  ["Header(`Content-Type`, `application/json`) && Query(`page`, `2`)", undefined],
  ["-----BEGIN CERTIFICATE-----", undefined],
  ["-----BEGIN PUBLIC KEY-----", undefined],
  ["http://localhost:8080/users/linkToSteamAccountWithToken?x=%s", undefined],
  ["http://user@example.org/", undefined],
  ["jdbc:mysql://db:3306/faf?useSSL=false", undefined],
  ["3f2504e0-4f89-11d3-9a0c-0305e82c3301", undefined],
  ["success.leagueScore.update", undefined],
  ["abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", undefined],
  ["/content/legacy-featured-mod-files/updates_faf_files", undefined],
  ["grafana-clock-panel,grafana-piechart-panel,percona-percona-app", undefined],
  ["-Xms256m -Xmx256m", undefined],
  ["irc3.plugins.command.mask_based_policy", undefined],
  ["postgres://${USER}:${PASSWORD}@db/app", undefined],
  ["", undefined],
];

for (const [value, why] of VALUES) {
  Deno.test(`secretLook() says ${why ?? "nothing"} of ${JSON.stringify(value.slice(0, 40))}`, () => {
    assert.equal(secretLook(value), why);
  });
}

Deno.test("urlPassword() finds the password of any user at any host", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{1,11}$/);
  // Stars alone are what a masked password is shown as.
  const password = fc.stringMatching(/^[A-Za-z0-9!*+,.-]{1,20}$/).filter((secret) => !/^\*+$/.test(secret));
  fc.assert(fc.property(word, password, word, (user, secret, host) => {
    assert.equal(urlPassword(`mysql://${user}:${secret}@${host}:3306/x`), secret);
    assert.equal(urlPassword(`${user}:${secret}@tcp(${host}:3306)/x`), secret);
  }));
});

Deno.test("secretLook() never says the value", () => {
  fc.assert(fc.property(fc.string({ minLength: 12, maxLength: 80 }), (value) => {
    assert.ok(!(secretLook(value) ?? "").includes(value));
  }));
});
