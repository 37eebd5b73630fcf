/** No secret of any stack stands in the clear, byte for byte, in objects and in what is shown; and nothing else is hidden. */
import assert from "node:assert/strict";
import { maskVersions } from "../../lib/diff/mask.ts";
import { redact, secretValues } from "../../lib/diff/secrets.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { maskSource } from "../../lib/report/mask_sources.ts";
import { diffText } from "../../lib/report/preview_text.ts";
import { told } from "../cli/in_process.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";
import { type MarkedStack, markedStack, stacks, type Strength } from "./marked_stacks.ts";

for (const strength of ["word", "token"] as const) {
  Deno.test(`no secret of any stack is in the clear where it is a ${strength}`, async () => {
    const leaks: string[] = [];
    let [count, looked] = [0, 0];
    for (const stack of stacks()) {
      await using copy = await markedStack(stack, strength);
      count += copy.markers.length;
      for (const [where, text] of await shownOf(copy, strength)) {
        looked++;
        const found = copy.markers.filter((marker) => text.includes(marker));
        if (found.length > 0) {
          leaks.push(`${copy.name}: ${where}: ${found.length}: ${around(text, found[0] ?? "")}`);
        }
      }
    }
    // deno-lint-ignore no-console
    console.info(`${count} secrets sought in ${looked} texts: ${leaks.length} found`);
    assert.ok(count > 20, `${count} secrets`);
    assert.deepEqual(leaks, []);
  });
}

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

/** All that is shown or readable by everybody, with its name. */
async function shownOf(
  stack: MarkedStack,
  strength: Strength,
): Promise<readonly (readonly [string, string])[]> {
  const objects = await plannedOf(stack);
  const values = secretValues(objects);
  const flags = ["--stack", stack.directory, ...(stack.files ?? []).flatMap((file) => ["-f", file])];
  const commands = [["check"], ["check", "-o", "json"], ["config", "-o", "json"]];
  const outputs: [string, string][] = [];
  for (const command of commands) {
    const { out, err } = await told(stack.directory, [...command, ...flags]);
    outputs.push([command.join(" "), out + err]);
  }
  return [
    ...outputs,
    ...objects.filter(({ kind }) => kind !== "Secret").map((object) =>
      [`${object.kind} ${object.metadata.name}`, JSON.stringify(object)] as const
    ),
    ...objects.filter(({ kind }) => kind === "Secret").map((object) =>
      [`${object.kind} ${object.metadata.name}`, JSON.stringify({ ...object, data: undefined })] as const
    ),
    ...objects.flatMap((object) => [
      [`preview of ${object.kind} ${object.metadata.name}`, preview(object, values)] as const,
    ]),
    ...stack.markers.map((marker, index) => [`log ${index}`, logged(marker, values, strength)] as const),
  ];
}

/** What a program or the server could say of a secret. */
function logged(marker: string, values: readonly string[], strength: Strength): string {
  const lines = [
    `refused: password=${marker}`,
    `connecting to postgres://app:${marker}@db/app`,
    `{"token":"${marker}"}`,
  ];
  // A weak one that the stack's Secrets do not hold, or any weak one amid other words, cannot be known.
  const isKnown = strength === "token" && values.includes(marker);
  return redact([...lines, ...(isKnown ? [`tried ${marker} in vain`] : [])].join("\n"), values);
}

function preview(object: KubeObject, values: readonly string[]): string {
  const versions = maskVersions({ after: object }, values);
  return diffText({ object: object.kind, outcome: "created", ...versions }) + JSON.stringify(versions);
}

async function plannedOf(stack: MarkedStack): Promise<readonly KubeObject[]> {
  const { directory, files, decisions } = stack;
  const converted = await planTestStack({
    directory,
    decisions,
    ...(files === undefined ? {} : { files, compatibility: true }),
  });
  return objectsOf(converted.conversion).map(({ object }) => object);
}

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return JSON.stringify(text.slice(Math.max(0, at - 80), at + 40));
}

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
