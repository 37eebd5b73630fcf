import assert from "node:assert/strict";
import { parseDocument } from "yaml";
import { withoutValue } from "../../lib/diagnostics/yaml_message.ts";

for (
  const text of [
    "password: |hunter2\n",
    "password: >hunter2\n",
    "password: [a] hunter2\n",
    "password: 'a' hunter2\n",
  ]
) {
  Deno.test(`withoutValue() keeps the value of ${JSON.stringify(text)} out of the library's message`, () => {
    const messages = parseDocument(text, { prettyErrors: false }).errors.map(({ message }) =>
      withoutValue(message)
    );
    assert.ok(messages.length > 0);
    for (const message of messages) assert.doesNotMatch(message, /hunter2/);
  });
}

Deno.test("withoutValue() leaves other messages as they are", () => {
  assert.equal(withoutValue("Map keys must be unique: at line 3"), "Map keys must be unique: at line 3");
});
