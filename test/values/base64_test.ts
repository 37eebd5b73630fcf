import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { MASK, redact, secretValues } from "../../lib/diff/secrets.ts";
import { decodeBase64, decodeBase64Text, encodeBase64 } from "../../lib/values/base64.ts";

Deno.test("base64 loses nothing, whatever the bytes and the length", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
    assert.deepEqual(decodeBase64(encodeBase64(bytes)), Uint8Array.from(bytes));
  }));
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assert.equal(decodeBase64Text(encodeBase64(text)), text.toWellFormed());
  }));
  assert.equal(encodeBase64("é"), "w6k=");
  assert.equal(decodeBase64Text(" w6k \n"), "é");
  assert.throws(() => decodeBase64("w6k?"), DOMException);
});

Deno.test("a secret longer than any buffer is masked from its first byte to its last, in base64, too", () => {
  const secret = Array.from({ length: 30_000 }, (_, index) => `k${index * 7919 % 100_003}Q`).join("");
  assert.ok(secret.length > 180_000);
  const object = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "keys", namespace: "shop" },
    data: { TOKEN: encodeBase64(secret) },
  };
  const values = secretValues([object]);
  assert.equal(redact(`before ${secret} after`, values), `before ${MASK} after`);
  assert.equal(redact(`before ${encodeBase64(secret)} after`, values), `before ${MASK} after`);
});
