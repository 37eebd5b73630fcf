import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { maskLine } from "../../lib/report/mask_line.ts";

const CASES: readonly [string, string, string][] = [
  ["compose.yaml", "      DB_PASSWORD: hunter2", "      DB_PASSWORD: *******"],
  ["compose.yaml", "      - DB_PASSWORD=hunter2", "      - DB_PASSWORD=*******"],
  ["compose.yaml", '      - "API_TOKEN=abc"', '      - "API_TOKEN=***"'],
  ["compose.yaml", "      PASSWORD: ${DB_PASSWORD}", "      PASSWORD: ${DB_PASSWORD}"],
  ["compose.yaml", "    image: nginx:1.27", "    image: nginx:1.27"],
  ["compose.yaml", "      DSN: mysql://u:pw@tcp(db)/x", "      DSN: **********************"],
  ["compose.yaml", "      URL: http://user:pw@db:80/x", "      URL: http://user:**@db:80/x"],
  ["config/app.env", "PORT=3000", "PORT=****"],
  [".env", "DOMAINNAME=example.org", "DOMAINNAME=***********"],
  [".env.prod", "A=b", "A=*"],
  [
    "compose.yaml",
    "traefik.http.middlewares.a.basicauth.users=me:$2y$05$abcdef",
    "traefik.http.middlewares.a.basicauth.users=****************",
  ],
  ["compose.yaml", "      HASH: $2y$05$abcdefgh", "      HASH: ***************"],
  ["compose.yaml", "    env_file: secrets.env", "    env_file: secrets.env"],
  ["compose.yaml", "    secrets: [db_password]", "    secrets: [db_password]"],
  [
    "compose.yaml",
    "    environment: { DB_PASSWORD: hunter2, MODE: fast }",
    "    environment: { DB_PASSWORD: *******, MODE: fast }",
  ],
  ["config.json", '  "password": "hunter2",', '  "password": **********'],
  [
    "compose.yaml",
    "    command: run --token hunter2 --port 80",
    "    command: run --token ******* --port 80",
  ],
  ["compose.yaml", "      - --password=hunter2", "      - --password=*******"],
  ["compose.yaml", "      MYSQL_PWD: hunter2", "      MYSQL_PWD: *******"],
  ["compose.yaml", "      SOURCE: me:hunter2@tcp(db:3306)/x", "      SOURCE: me:*******@tcp(db:3306)/x"],
  ["compose.yaml", "      URL: http://me:hun@ter@db/x", "      URL: http://me:*******@db/x"],
  ["compose.yaml", "      URL: https://x/hook?token=hunter2", "      URL: https://x/hook?token=*******"],
  ["compose.yaml", "      - me:{SHA}abcdef=", "      - me:************"],
  ["compose.yaml", "      TOKEN: ${TOKEN:-hunter2}", "      TOKEN: *****************"],
  ["compose.yaml", "      PASSWORD: the hunter2 of it's", "      PASSWORD: *******************"],
  ["compose.yaml", "      PASSWORD: a hunter2 # never", "      PASSWORD: ********* # never"],
  ["compose.yaml", "      PASSWORD: 'it''s hunter2'", "      PASSWORD: ***************"],
  ["compose.yaml", '      PASSWORD: "a\\"b hunter2"', "      PASSWORD: **************"],
  ["compose.yaml", "      - PASSWORD=a hunter2 b", "      - PASSWORD=***********"],
  ["compose.yaml", '      - "PASSWORD=a hunter2"', '      - "PASSWORD=*********"'],
  [
    "compose.yaml",
    "    environment: [PASSWORD=a hunter2, B=c]",
    "    environment: [PASSWORD=*********, B=c]",
  ],
  [
    "compose.yaml",
    '    command: ["--password=a hunter2", "-v"]',
    '    command: ["--password=*********", "-v"]',
  ],
  [
    "compose.yaml",
    "    environment: { PASSWORD: a hunter2, B: c }",
    "    environment: { PASSWORD: *********, B: c }",
  ],
  [".env", "hunter2 of more lines'", "**********************"],
  [".env", "# a note", "# a note"],
  [".env", "DOMAINNAME", "DOMAINNAME"],
];

for (const [file, line, expected] of CASES) {
  Deno.test(`maskLine() of "${line.trim()}" in ${file}`, () => {
    const masked = maskLine(line, file);
    if (line.includes("hunter2")) assert.ok(!masked.includes("hunter2"), masked);
    assert.equal(masked, expected);
    assert.equal(maskLine(line, file).length, line.length, "a caret below still points to its column");
  });
}

Deno.test("maskLine() never shows a value of an env file", () => {
  const value = fc.stringMatching(/^[a-zA-Z0-9!%&/()=?+#-]{6,30}$/);
  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,15}$/);
  fc.assert(fc.property(name, value, (key, secret) => {
    fc.pre(!key.includes(secret));
    assert.ok(!maskLine(`${key}=${secret}`, "config/app.env").includes(secret));
  }));
});

Deno.test("maskLine() never shows a word of a value, however YAML writes it", () => {
  const value = fc.string({
    unit: fc.constantFrom(..."xyz'\"\\ #,:=[]{}$@%&*!|>?-"),
    minLength: 1,
    maxLength: 16,
  });
  fc.assert(
    fc.property(value, fc.boolean(), fc.boolean(), (secret, isFlow, isList) => {
      const environment = isList ? [`PASSWORD=${secret}`, "B=1"] : { PASSWORD: secret, B: "1" };
      const text = stringify(isFlow ? [environment] : environment, {
        lineWidth: 0,
        collectionStyle: isFlow ? "flow" : "any",
      });
      const line = text.split("\n").find((one) => one.includes("PASSWORD")) ?? "";
      assert.ok(!/[xyz]/.test(maskLine(line, "compose.yaml")), `${line}\n${maskLine(line, "compose.yaml")}`);
    }),
    { numRuns: 2000 },
  );
});
