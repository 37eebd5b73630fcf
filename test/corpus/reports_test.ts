/**
 * Each input of ../shared/corpus/reports is planned as reports.yaml says, and docs/reports.md is that file as a table.
 * `UPDATE=1` writes the page. Where the corpus is absent its half is skipped, and says so.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { parse } from "yaml";
import type { KubeObject } from "../../lib/kube/object.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { objectsOf, planTestStack, type TestStack } from "../cli/planned_stack.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/reports/", import.meta.url));
const PAGE = new URL("../../docs/reports.md", import.meta.url);

interface Expected {
  readonly right: string;
  readonly now: string;
  /** What the report is about only where it is decided. */
  readonly decisions?: string;
  /** Codes of findings that have a place. */
  readonly findings?: readonly string[];
  /** Parts of objects, by kind and name. */
  readonly objects?: Readonly<Record<string, unknown>>;
  readonly without?: readonly string[];
  /** Objects in the order in which they are applied. */
  readonly order?: readonly string[];
  /** Parts of the values for Traefik's chart. */
  readonly helm?: readonly string[];
}

const expected = parse(
  await Deno.readTextFile(new URL("reports.yaml", import.meta.url)),
) as Readonly<Record<string, Expected>>;
const isThere = await Deno.stat(CORPUS).then(() => true, () => false);

for (const [input, wanted] of Object.entries(expected)) {
  const name = `reports/${input}: ${wanted.right}${isThere ? "" : " (skipped: the corpus is not here)"}`;
  Deno.test({ name, ignore: !isThere }, async () => {
    const { decisions = "" } = wanted;
    const stack = await planTestStack({ directory: join(CORPUS, input), decisions });
    for (const code of wanted.findings ?? []) {
      const found = stack.diagnostics.filter((finding) => finding.code === code);
      assert.ok(
        found.some(({ span }) => span !== undefined),
        `${code} has no place: ${JSON.stringify(found)}`,
      );
    }
    assert.deepEqual(stack.diagnostics.filter(({ severity }) => severity === "error"), []);
    const objects = objectsOf(stack.conversion).map(({ object }) => object);
    for (const [id, part] of Object.entries(wanted.objects ?? {})) {
      const object = objects.find((one) => idOf(one) === id);
      assert.ok(object !== undefined, `there is no ${id}, but ${objects.map(idOf).join(", ")}`);
      assert.ok(holds(object, part), `${id} is ${JSON.stringify(object, null, 1)}`);
    }
    for (const id of wanted.without ?? []) assert.ok(objects.every((one) => idOf(one) !== id), id);
    const values = objects.find(({ kind }) => kind === "HelmChartConfig")?.["spec"];
    for (const text of wanted.helm ?? []) assert.ok(JSON.stringify(values).includes(text), text);
    assert.deepEqual(applied(stack).filter((id) => wanted.order?.includes(id)), wanted.order ?? []);
  });
}

Deno.test({
  name: "every input of the corpus is held to what is right",
  ignore: !isThere,
  fn: async () => {
    const inputs = (await Array.fromAsync(Deno.readDir(CORPUS))).flatMap(({ name, isDirectory }) =>
      isDirectory ? [name] : []
    );
    assert.deepEqual(Object.keys(expected).sort(), inputs.sort());
  },
});

Deno.test("docs/reports.md has every input, with what is right and what is done", async () => {
  const lines = Object.entries(expected).map(([input, { right, now }]) => `| ${input} | ${right} | ${now} |`);
  const text = [
    "# Inputs from public bug reports",
    "",
    "Small stacks that have the faults of public reports (kompose, compose, Kubernetes, Traefik, k3s and others), what",
    "is right for each, and what is made of it with no decision. `test/corpus/reports.yaml` has for each the objects and",
    "findings that show it, and `test/corpus/reports_test.ts` holds them to it.",
    "",
    "| input | what is right | what is done |",
    "| --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
  if (Deno.env.get("UPDATE") === "1") await Deno.writeTextFile(PAGE, text);
  assert.equal(await Deno.readTextFile(PAGE), text);
});

function idOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`;
}

/** Every object of the plan, migration by migration and step by step. */
function applied({ plan }: TestStack): readonly string[] {
  return (plan?.migrations ?? []).flatMap(plannedObjects).map(({ object }) => idOf(object));
}

/** Whether all of `part` is in `whole`: of lists each item somewhere, of texts the whole. */
function holds(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.every((item) => whole.some((one) => holds(one, item)));
  }
  if (typeof part !== "object" || part === null) return whole === part;
  return typeof whole === "object" && whole !== null &&
    Object.entries(part).every(([key, value]) => holds((whole as Record<string, unknown>)[key], value));
}
