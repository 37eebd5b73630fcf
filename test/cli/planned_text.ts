/** A stack that a test writes as texts, planned as from disk, and what became of one of its services. */
import { dirname, join } from "node:path";
import type { KubeObject } from "../../lib/kube/object.ts";
import { fields, list } from "../../lib/values/json.ts";
import { objectsOf, planTestStack, type StackFiles, type TestStack } from "./planned_stack.ts";

/** Beside `compose.yaml`. */
export interface BesidesCompose extends Pick<StackFiles, "decisions" | "images" | "seen"> {
  readonly texts?: Readonly<Record<string, string>>;
}

/** Plans the text of a compose file; other files by their paths. */
export async function planText(
  compose: string,
  { texts = {}, ...input }: BesidesCompose = {},
): Promise<TestStack> {
  const directory = await Deno.makeTempDir({ prefix: "planned-" });
  try {
    for (const [path, text] of Object.entries({ "compose.yaml": compose, ...texts })) {
      await Deno.mkdir(join(directory, dirname(path)), { recursive: true });
      await Deno.writeTextFile(join(directory, path), text);
    }
    return await planTestStack({ directory, ...input });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** What runs the pods of a service. */
export function podSpecOf({ conversion }: TestStack, service: string): Record<string, unknown> {
  const workload = conversion.services.get(service)?.workload
    .find(({ object }) => fields(fields(object["spec"])["template"])["spec"] !== undefined)?.object;
  return fields(fields(fields(workload?.["spec"])["template"])["spec"]);
}

/** Its container. */
export function containerOf(stack: TestStack, service: string): Record<string, unknown> {
  return list(podSpecOf(stack, service)["containers"])[0] ?? {};
}

/** An object by its kind and name. */
export function objectNamed({ conversion }: TestStack, kind: string, name: string): KubeObject | undefined {
  return objectsOf(conversion).find(({ object }) => object.kind === kind && object.metadata.name === name)
    ?.object;
}

/** `severity message (file:line:column)` of the findings with a code. */
export function findingsOf({ diagnostics }: TestStack, code: string): readonly string[] {
  return diagnostics.filter((finding) => finding.code === code).map(({ severity, message, span }) =>
    `${severity} ${message}` +
    (span === undefined ? "" : ` (${span.file.replace(/^\/.*\//, "")}:${span.line}:${span.column})`)
  );
}
