import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { secretsInFile, secretsInText } from "../../lib/secrecy/mod.ts";
import { isHostKey, mentionsInText, mentionsInValue } from "../../lib/stack/network/host_mentions.ts";

const NAMES = new Set(["db", "faf-db", "web", "my_queue", "a.b"]);

/** Key (or none), value, and what is found: `host`, `host:port`, `scheme host`. */
const VALUES: readonly (readonly [string | undefined, string, readonly string[]])[] = [
  [undefined, "http://web:8080/x", ["http web:8080"]],
  [undefined, "jdbc:mysql://faf-db/faf?useSSL=false", ["mysql faf-db"]],
  [undefined, "r2dbc:mariadb://faf-db:3306/faf", ["mariadb faf-db:3306"]],
  [undefined, "postgres://user:pass@db:5432/app", ["postgres db:5432"]],
  [undefined, "mongodb://u:p@db:27017,web:27018/x", ["mongodb db:27017", "mongodb web:27018"]],
  [undefined, "hydra:pass@tcp(faf-db:3306)/hydra", ["faf-db:3306"]],
  [undefined, "exporter:pass@(faf-db:3306)/faf", ["faf-db:3306"]],
  [undefined, "amqp://my_queue/jobs", ["amqp my_queue"]],
  [undefined, "//web/path", ["web"]],
  [undefined, "use web:80 and db:3306", ["web:80", "db:3306"]],
  [undefined, "http://a.b:1/", ["http a.b:1"]],
  [undefined, "web", []],
  [undefined, "faf-web:80", []],
  [undefined, "web:80x", []],
  [undefined, "web:999999", []],
  [undefined, "http://example.org/web", []],
  [undefined, "http://web@example.org/", []],
  [undefined, "db:1234@example.org", []],
  [undefined, "/srv/db:80", []],
  ["DB_HOST", "faf-db", ["faf-db"]],
  ["DB_HOST", "faf-db:3307", ["faf-db:3307"]],
  ["MQ_SERVER", '"my_queue"', ["my_queue"]],
  ["database.address", "db", ["db"]],
  ["brokers", "[db, 'web:9092']", ["web:9092", "db"]],
  ["authorizationURL", "http://web/auth", ["http web"]],
  ["DB_USER", "faf-db", []],
  ["DB_NAME", "db", []],
  ["job_name", "'web'", []],
  ["SERVER_NAME", "web", []],
  ["HOST_NAME_PREFIX", "web", []],
  ["description_url", "the web of things", []],
];

for (const [key, value, want] of VALUES) {
  Deno.test(`mentionsInValue() finds ${want.join(" and ") || "nothing"} in ${key ?? "text"}: ${value}`, () => {
    const found = mentionsInValue(value, NAMES, key).map(({ host, port, scheme }) =>
      `${scheme === undefined ? "" : `${scheme} `}${host}${port === undefined ? "" : `:${port}`}`
    );
    assert.deepEqual(found, want);
  });
}

/** A file's text, and `line host:port` of what is found. */
const TEXTS: readonly (readonly [string, string, readonly string[]])[] = [
  ["YAML", "db:\n  host: faf-db\n  port: 3306\n  user: web\n", ["2 faf-db:3306"]],
  ["YAML, the port first", "db:\n  port: 3307\n  host: faf-db\n", ["3 faf-db:3307"]],
  ["YAML, another block's port", "db:\n  host: faf-db\nweb:\n  port: 80\n", ["2 faf-db"]],
  ["JSON", '{\n  "mongo": {\n    "host": "db",\n    "port": "27017"\n  }\n}\n', ["3 db:27017"]],
  ["INI", "[a]\nhost = db\nport = 1\n\n[b]\nport = 2\n", ["2 db:1"]],
  ["INI, the next section", "[a]\nhost = db\n[b]\nport = 2\n", ["2 db"]],
  ["blocks", 'uplink\n{\n\thost = "web"\n\tport = 7000\n}\n', ["3 web:7000"]],
  ["prefixes", "MQ_SERVER: db\nDB_PORT: 1\nMQ_PORT: 5672\n", ["1 db:5672"]],
  ["nginx", "location / {\n  proxy_pass http://web:3000;\n}\n", ["2 web:3000"]],
  ["a list", "- targets: ['web:8011', 'db:9104']\n", ["1 web:8011", "1 db:9104"]],
  ["comments", "# host: db\nx: 1 # http://web:80\n; host = db\n// http://web:80\n", []],
  ["block comments", "/* host = db\n http://web:80 */\nhost = web\n", ["3 web"]],
  ["a fragment in a URL", "url: http://web:80/#/home\n", ["1 web:80"]],
];

for (const [name, text, want] of TEXTS) {
  Deno.test(`mentionsInText() reads ${name}`, () => {
    const found = mentionsInText(text, NAMES).map(({ line, host, port }) =>
      `${line} ${host}${port === undefined ? "" : `:${port}`}`
    );
    assert.deepEqual(found, want);
  });
}

Deno.test("mentionsInText() points at the line and column of the name's context", () => {
  const [mention] = mentionsInText("a: 1\n  target: web:80\n", NAMES);
  assert.deepEqual([mention?.line, mention?.column], [2, 11]);
});

Deno.test("mentionsInText() reads what a program wrote on one line", () => {
  const text = `{"filler":"${"x".repeat(3000)}","mongo":{"host":"db","port":27017},"api":"http://web:8080"}`;
  const found = mentionsInText(text, NAMES);
  assert.deepEqual(found.map(({ host, port, line }) => [host, port, line]), [["db", 27017, 1], [
    "web",
    8080,
    1,
  ]]);
  assert.equal(text.slice((found[1]?.column ?? 0) - 1).startsWith("http://web"), true);
});

Deno.test("rules over texts take no long time, whatever the file is", () => {
  const units = [
    "a",
    " ",
    '"a":1,',
    "//",
    "http://a:",
    "a@",
    "a:1 ",
    "$2y$05$",
    "password   ",
    "/*",
    "tcp(",
    "x:y@",
    "<!--",
    "\n",
  ];
  for (const unit of units) {
    const texts = [10_000, 100_000].map((length) => unit.repeat(Math.ceil(length / unit.length)));
    const seen: string[] = [];
    // Ten times the text: ten times the work where it is linear, a hundred times where it is quadratic. A machine with
    // much else to do may hold up one try, and not each of them.
    const isLinear = Array.from({ length: 8 }).some(() => {
      const [short = 0, long = 0] = texts.map(timeOf);
      seen.push(`${Math.round(short)} ms, then ${Math.round(long)} ms`);
      return long < 50 * Math.max(short, 1);
    });
    assert.ok(isLinear, `${JSON.stringify(unit)}: ${seen.join("; ")}`);
  }
});

function timeOf(text: string): number {
  const start = performance.now();
  mentionsInText(text, NAMES);
  secretsInText(text);
  secretsInFile("app.conf", text);
  return performance.now() - start;
}

Deno.test("isHostKey() goes by the last word", () => {
  for (const key of ["host", "DB_HOST", "mq.server", "baseUrl", "jwks-uri", "ENDPOINTS"]) {
    assert.ok(isHostKey(key), key);
  }
  for (const key of ["HOST_ID", "server_name", "hostess", "url_prefix"]) assert.ok(!isHostKey(key), key);
});

Deno.test("mentionsInText() never throws and finds only the names that it was given", () => {
  fc.assert(fc.property(fc.string({ maxLength: 300, unit: "binary" }), (text) => {
    for (const { host } of mentionsInText(`${text}\nhost: db`, NAMES)) assert.ok(NAMES.has(host));
  }));
});
