/** Looks for the secrets of every stack, byte for byte, in its objects and in what is shown of it. */
import assert from "node:assert/strict";
import { maskVersions } from "../../lib/diff/mask.ts";
import { redact, secretValues } from "../../lib/diff/secrets.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { diffText } from "../../lib/report/preview_text.ts";
import { told } from "../cli/in_process.ts";
import { type MarkedStack, markedStack, plannedOf, stacks, type Strength } from "./marked_stacks.ts";

/** Fails where one of them stands in the clear. */
export async function seekSecrets(strength: Strength): Promise<void> {
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
}

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

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return JSON.stringify(text.slice(Math.max(0, at - 80), at + 40));
}
