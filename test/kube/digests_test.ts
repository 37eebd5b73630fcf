/** One conversion serves every target: only digests, and what is named by one, depend on the target's key. */
import assert from "node:assert/strict";
import { Digests, hasSymbol } from "../../lib/kube/digests.ts";
import { convertStack } from "../../lib/checks/convert_stack.ts";
import type { Conversion } from "../../lib/kube/conversion.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";

const STACK = {
  "compose.yaml": `
services:
  web:
    image: nginx:1.27.2
    environment: { PASSWORD: sesame-street-one }
    volumes: [./config/a_b/app.conf:/one.conf:ro, ./config/a-b/app.conf:/two.conf:ro]
  other:
    image: nginx:1.27.2
    environment: { PASSWORD: sesame-street-two }
`,
  "config/a_b/app.conf": "first = 1\n",
  "config/a-b/app.conf": "second = 2\n",
};

/** The conversion before its digests are keyed. */
async function symbolic(): Promise<Conversion> {
  const directory = await Deno.makeTempDir({ prefix: "digests-" });
  try {
    for (const [name, text] of Object.entries(STACK)) {
      const path = `${directory}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    const { project, bindSources, decisions, routing } = await planTestStack({ directory });
    return convertStack({ project, bindSources, decisions, routing, images: () => undefined }).conversion;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function textFor(conversion: Conversion, key: string): string {
  return JSON.stringify(objectsOf(conversion.digests.resolve(conversion, key)), undefined, 1);
}

Deno.test("of two keys nothing differs but digests, and no symbol is left", async () => {
  const conversion = await symbolic();
  const [first, again, other] = ["one", "one", "two"].map((key) => textFor(conversion, key));
  assert.equal(first, again);
  assert.ok(hasSymbol(JSON.stringify(objectsOf(conversion))), "digests are symbols before");
  assert.ok(!hasSymbol(`${first}${other}`));
  const before = first?.split("\n") ?? [];
  const after = other?.split("\n") ?? [];
  assert.equal(before.length, after.length);
  const differing = before.filter((line, index) => line !== after[index]);
  assert.ok(differing.length >= 5, "annotations and names by content");
  for (const line of differing) assert.match(line, /: "([a-z.-]+-)?[0-9a-f]{8}",?$/);
});

Deno.test("with any key every object that a pod reads is there, by the name that it is read by", async () => {
  const conversion = await symbolic();
  for (const key of ["", "one", "two"]) {
    const objects = objectsOf(conversion.digests.resolve(conversion, key)).map(({ object }) => object);
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    assert.equal(new Set(names).size, names.length);
    const text = JSON.stringify(objects);
    const read = [
      ...[...text.matchAll(/"(?:configMap|configMapRef)":\{"name":"([^"]+)"/g)].map(([, name]) =>
        `ConfigMap/${name}`
      ),
      ...[...text.matchAll(/"secretRef":\{"name":"([^"]+)"/g)].map(([, name]) => `Secret/${name}`),
    ];
    assert.ok(read.length >= 4, `${read}`);
    for (const name of read) assert.ok(names.includes(name), `${key}: ${name}`);
  }
});

Deno.test("resolve() keys texts in lists, records and maps, and leaves the rest the same object", () => {
  const digests = new Digests();
  const inner = digests.symbol((key) => `<${key}>`);
  const outer = digests.symbol((key) => digests.resolve(`${inner}${inner}`, key));
  const plain = { deep: [1, "text", new Uint8Array([1])] };
  const value = { plain, list: [outer], map: new Map([[`name-${inner}`, { at: outer }]]) };
  const resolved = digests.resolve(value, "k");
  assert.deepEqual(resolved, {
    plain,
    list: ["<k><k>"],
    map: new Map([["name-<k>", { at: "<k><k>" }]]),
  });
  assert.equal(resolved.plain, plain);
  assert.equal(digests.resolve(plain, "k"), plain);
  assert.deepEqual(value.list, [outer], "what is given stays as it is");
  assert.equal(digests.resolve("\uFDD09\uFDD1", "k"), "\uFDD09\uFDD1", "a symbol of nobody");
});
