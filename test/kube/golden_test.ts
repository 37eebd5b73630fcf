/**
 * One folder for each case in test/golden: `compose.yaml` (with whatever it mounts), optional `decisions.yaml` and
 * `images.yaml` and `seen.yaml` (what an engine tells), and what must come out, `want.yaml` and `findings.txt`.
 * `deno task goldens` writes the last two.
 */
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { Seen } from "../../lib/stack/seen.ts";
import type { ImageFacts } from "../../lib/stack/image_facts.ts";
import { objectsOf, planTestStack, type TestStack } from "../cli/planned_stack.ts";
import { goldenCases } from "./golden_cases.ts";

for (const { name, directory } of goldenCases()) {
  Deno.test(`golden: ${name}`, async () => {
    const converted = await convertGolden(directory);
    const want = objectsText(converted, directory);
    const findings = findingsText(converted.diagnostics, directory);
    if (Deno.env.get("UPDATE") === "1") {
      await Deno.writeTextFile(`${directory}/want.yaml`, want);
      await Deno.writeTextFile(`${directory}/findings.txt`, findings);
    }
    assert.equal(findings, await Deno.readTextFile(`${directory}/findings.txt`));
    assert.equal(want, await Deno.readTextFile(`${directory}/want.yaml`));
  });
}

Deno.test("golden: the same input gives the same bytes", async () => {
  for (const { directory } of goldenCases()) {
    const [first, second] = [await convertGolden(directory), await convertGolden(directory)];
    assert.equal(objectsText(first, directory), objectsText(second, directory));
    assert.equal(findingsText(first.diagnostics, directory), findingsText(second.diagnostics, directory));
  }
});

Deno.test("golden: every mounted key is a key of its object", async () => {
  for (const { directory } of goldenCases()) {
    const objects = objectsOf((await convertGolden(directory)).conversion).map(({ object }) => object);
    for (const { owner, name, key } of objects.flatMap(mountedKeys)) {
      const target = objects.find((object) => object.kind === owner && object.metadata.name === name);
      const known = [...Object.keys(target?.["data"] ?? {}), ...Object.keys(target?.["binaryData"] ?? {})];
      const isExternal = target === undefined && directory.endsWith("/external-files");
      assert.ok(isExternal || known.includes(key), `${directory}: ${owner} ${name} ${key}`);
    }
  }
});

async function convertGolden(directory: string): Promise<TestStack> {
  const read = async (file: string): Promise<string | undefined> => {
    try {
      return await Deno.readTextFile(`${directory}/${file}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  };
  const decisions = await read("decisions.yaml");
  const images = await read("images.yaml");
  const seen = await read("seen.yaml");
  return planTestStack({
    directory,
    ...(decisions === undefined ? {} : { decisions }),
    ...(images === undefined ? {} : { images: parse(images) as Record<string, ImageFacts> }),
    ...(seen === undefined ? {} : { seen: parse(seen) as Partial<Seen> }),
  });
}

/** One YAML document for each object, the folder's own path replaced; Traefik's own settings have other tests. */
function objectsText({ conversion }: TestStack, directory: string): string {
  const documents = objectsOf(conversion).filter(({ object }) => object.kind !== "HelmChartConfig").map((
    { object },
  ) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }));
  return documents.join("---\n").replaceAll(directory, "/stack");
}

function findingsText(diagnostics: readonly Diagnostic[], directory: string): string {
  const lines = diagnostics.map(
    ({ severity, code, message, span, hint, related }) => {
      const place = span === undefined ? "" : ` [${span.file}:${span.line}:${span.column}]`;
      const rest = (related ?? []).map((one) => `    ${one.message} [${one.span.file}:${one.span.line}]\n`)
        .join("");
      return `${severity} ${code}${place}\n  ${message}\n${hint === undefined ? "" : `  > ${hint}\n`}${rest}`;
    },
  );
  return lines.join("").replaceAll(directory, "/stack");
}

interface MountedKey {
  readonly owner: "ConfigMap" | "Secret";
  readonly name: string;
  readonly key: string;
}

/** Keys that volumes and variables of any workload take from ConfigMaps and Secrets. */
function mountedKeys(value: unknown): MountedKey[] {
  if (Array.isArray(value)) return value.flatMap(mountedKeys);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]: [string, unknown]): MountedKey[] => {
    const own = inner as { name?: string; secretName?: string; key?: string; items?: { key: string }[] };
    const owner = /^configMap(KeyRef)?$/.test(field)
      ? "ConfigMap"
      : /^secret(KeyRef)?$/.test(field)
      ? "Secret"
      : undefined;
    if (owner === undefined) return mountedKeys(inner);
    const keys = [...(own.items ?? []).map(({ key }) => key), ...(own.key === undefined ? [] : [own.key])];
    return keys.map((key) => ({ owner, name: own.name ?? own.secretName ?? "", key }));
  });
}
