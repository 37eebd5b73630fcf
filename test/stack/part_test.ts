import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { exactBytes, exactText } from "../../lib/stack/secrets/exact_text.ts";
import { findPart } from "../../lib/stack/secrets/part.ts";

const CASES: readonly [string, string, string, string | number][] = [
  ["a DSN", "dsn: mysql://hydra:old@tcp(db:3306)/x", "mysql://hydra:", "old"],
  ["YAML in quotes", 'A: 1\nDB_PASSWORD: "old word"\n', "DB_PASSWORD:", "old word"],
  ["a list", 'KEYS: ["old", "x"]', "KEYS: [", "old"],
  ["JSON", '{"user": "n",\n  "password": "old",\n "b": 1}', '"user": "n", "password":', "old"],
  ["an INI file's last line", "[client]\npassword = old", "password =", "old"],
  [
    "line ends and tabs in between",
    'username = "a"\r\n\t\tpassword = "old"',
    'username = "a" password =',
    "old",
  ],
  ["an empty value", "key =\nnext = 1", "key =", ""],
  ["nothing there", "a = 1", "password =", 0],
  ["twice there", "password = 1\npassword = 2", "password =", 2],
  ["a quote that is not closed", 'password = "old', "password =", 0],
];

for (const [name, text, after, expected] of CASES) {
  Deno.test(`findPart() in ${name}`, () => {
    const found = findPart(text, after);
    assert.equal("times" in found ? found.times : text.slice(found.start, found.end), expected);
  });
}

Deno.test("findPart() takes any text for what it is", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: fc.constantFrom(..."a(b)[.*+?^$|\\/-{}") }), (after) => {
      const found = findPart(`# ${after}old`, after);
      assert.ok(
        "times" in found ? found.times > 1 : `# ${after}old`.slice(found.start, found.end).startsWith("old"),
      );
    }),
    { numRuns: 300 },
  );
});

Deno.test("exactText() keeps every byte, of any encoding", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.deepEqual([...exactBytes(exactText(bytes))], [...bytes]);
    }),
    { numRuns: 500 },
  );
});
