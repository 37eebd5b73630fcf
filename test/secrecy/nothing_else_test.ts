/** Of any stack nothing is hidden but its secrets. */
import assert from "node:assert/strict";
import { maskVersions } from "../../lib/diff/mask.ts";
import { secretValues } from "../../lib/diff/secrets.ts";
import { maskSource } from "../../lib/report/mask_sources.ts";
import { markedStack, plannedOf, stacks } from "./marked_stacks.ts";

Deno.test("no name, kind, image, path or line of any stack is hidden that holds no secret", async () => {
  const hidden: string[] = [];
  let lines = 0;
  for (const stack of stacks()) {
    await using copy = await markedStack(stack, "word");
    for await (const { path, text } of textsOf(copy.directory)) {
      const masked = maskSource(path, text).split("\n");
      text.split("\n").forEach((line, index) => {
        lines++;
        const words = hiddenWords(line, masked[index] ?? "");
        const wrong = words.filter((word) =>
          !copy.markers.some((marker) => word.includes(marker)) && !isSecret(word)
        );
        if (wrong.length > 0) {
          hidden.push(`${copy.name}: ${path.slice(copy.directory.length + 1)}: ${line.trim()} | ${wrong}`);
        }
      });
    }
    const objects = await plannedOf(copy);
    const values = secretValues(objects);
    for (const object of objects) {
      const { after } = maskVersions({ after: object }, values);
      assert.deepEqual(
        namesIn(after),
        namesIn(object),
        `${copy.name}: ${object.kind} ${object.metadata.name}`,
      );
    }
  }
  // deno-lint-ignore no-console
  console.info(`${lines} lines: ${hidden.length} hidden that hold no secret`);
  assert.deepEqual(hidden, []);
});

/** What asterisks took the place of, word by word. */
function hiddenWords(line: string, masked: string): readonly string[] {
  return [...masked.matchAll(/\*+/g)].map(({ 0: stars, index }) => line.slice(index, index + stars.length))
    .filter((word) => !/^\**$/.test(word));
}

/** Secrets that the patterns of the copies do not see: hashes, keys, lists, and one in a comment. */
function isSecret(word: string): boolean {
  return /^\$\$?(2[aby]|apr1|argon2id)\$|BEGIN|^banana|^a-system-secret|^foobar123$/.test(word);
}

const NAMES = new Set([
  "name",
  "kind",
  "image",
  "namespace",
  "apiVersion",
  "mountPath",
  "path",
  "secretName",
  "host",
]);

function namesIn(node: unknown): readonly unknown[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    NAMES.has(key) && typeof value === "string" ? [value] : namesIn(value)
  );
}

async function* textsOf(directory: string): AsyncGenerator<{ readonly path: string; readonly text: string }> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) yield* textsOf(path);
    else if (/\.(ya?ml|env|conf|cnf|json|ini|toml|cfg|sql|sh)$|^\.env$/.test(entry.name)) {
      if ((await Deno.stat(path)).size < 200_000) yield { path, text: await Deno.readTextFile(path) };
    }
  }
}
