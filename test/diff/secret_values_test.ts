import assert from "node:assert/strict";
import { redact, secretValues } from "../../lib/diff/secrets.ts";

function valuesOf(text: string): readonly string[] {
  return secretValues([{
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    stringData: { file: text },
  }]);
}

const FILES: readonly [string, string][] = [
  ["YAML", "MQ_SERVER: broker-host\nMQ_PASSWORD: hunter22\n"],
  ["quoted YAML", "db:\n  password: 'hunter22'\n  user: broker-host\n"],
  ["an env file", "DB_HOST=broker-host\nexport DB_PASS=hunter22\n"],
  ["JSON", '{\n  "host": "broker-host",\n  "secret": "hunter22",\n}\n'],
  ["a server's own format", 'link {\n  name "broker-host";\n  password "hunter22";\n}\n'],
  ["a list of secrets", "host: broker-host\nsecrets:\n  system:\n    - hunter22\n"],
  ["a DSN", "dsn: mysql://broker-host:hunter22@tcp(db:3306)/x\n"],
];

for (const [name, text] of FILES) {
  Deno.test(`secretValues() finds the secret in ${name}, and leaves names of hosts and users alone`, () => {
    assert.equal(redact("login failed: hunter22", valuesOf(text)), "login failed: ***");
    assert.equal(redact("cannot reach broker-host", valuesOf(text)), "cannot reach broker-host");
  });
}

Deno.test("secretValues() leaves the sections and short words of a file alone", () => {
  const values = valuesOf("[mysql]\npassword = hunter22\n\n[mail]\nmodules:\n  - chat\n");
  assert.equal(redact("mysql mail chat modules", values), "mysql mail chat modules");
});

Deno.test("secretValues() takes the whole value of a key, and its base64", () => {
  const values = valuesOf("broker-host-7");
  assert.equal(redact(`broker-host-7 ${btoa("broker-host-7")}`, values), "*** ***");
});

Deno.test("secretValues() hides each line of a private key", () => {
  const values = valuesOf("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n");
  assert.equal(redact("parsing MIIEvQIBADANBgkq", values), "parsing ***");
});
