import assert from "node:assert/strict";
import { parseDocument } from "yaml";
import { SECTIONS } from "../../compose/spec/project.ts";
import type { Shape } from "../../compose/spec/shape.ts";
import { coverageDocument } from "../../lib/checks/coverage/document.ts";
import { COVERAGE } from "../../lib/checks/coverage/table.ts";
import { goldenCases } from "../kube/golden_cases.ts";

const NAMES = {
  services: "service",
  networks: "network",
  volumes: "volume",
  configs: "config",
  secrets: "secret",
};

Deno.test("every key that the loader knows stands in the table of coverage", () => {
  const missing = specificationKeys().filter((key) => patternOf(key) === undefined);
  assert.deepEqual(missing, []);
});

Deno.test("the table of coverage has no key that the loader does not know", () => {
  const known = specificationKeys();
  const unknown = Object.keys(COVERAGE).filter((pattern) => !known.some((key) => matches(pattern, key)));
  assert.deepEqual(unknown, []);
});

Deno.test("every key of the table is used by a golden case", () => {
  const used = usedKeys();
  const unused = Object.keys(COVERAGE).filter((pattern) => casesOf(used, pattern).length === 0);
  assert.deepEqual(unused, []);
});

Deno.test("every reported key is reported in a golden case that uses it", () => {
  const used = usedKeys();
  const silent = Object.entries(COVERAGE).filter(([pattern, { treatment, hint }]) => {
    if (treatment !== "reported" || hint === undefined) return false;
    const key = pattern.split(".").slice(1).filter((part) => part !== "*").join(".");
    return !casesOf(used, pattern).some((name) => findingsOf(name).includes(`"${key}" of `));
  });
  assert.deepEqual(silent.map(([pattern]) => pattern), []);
});

Deno.test("docs/coverage.md is what the table says (deno task goldens writes it)", async () => {
  const path = new URL("../../docs/coverage.md", import.meta.url);
  const [goldens, stacks] = [usedKeys(), usedKeys(engineCases())];
  const wanted = coverageDocument(
    (key) => casesOf(goldens, key).slice(0, 3),
    (key) => casesOf(stacks, key).slice(0, 3),
  );
  if (Deno.env.get("UPDATE") === "1") await Deno.writeTextFile(path, wanted);
  assert.equal(await Deno.readTextFile(path), wanted);
});

/** Leaf keys by path: `service.ports.target`; names that the user chooses are left out. */
function specificationKeys(): string[] {
  return Object.entries(NAMES).flatMap(([section, name]) => {
    const shape = SECTIONS[section as keyof typeof SECTIONS].shape;
    const item = shape.mapping?.others?.shape;
    assert.ok(item !== undefined, section);
    return leaves(item, name);
  });
}

function leaves(shape: Shape, path: string): string[] {
  const mapping = shape.mapping ?? shape.list?.items.mapping;
  const named = mapping?.others?.shape.mapping?.keys === undefined ? mapping : mapping.others.shape.mapping;
  const keys = [...named?.keys ?? []];
  if (keys.length === 0 || patternOf(`${path}.*`) === `${path}.*`) return [path];
  return keys.flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

function patternOf(key: string): string | undefined {
  return Object.keys(COVERAGE).find((pattern) => matches(pattern, key));
}

function matches(pattern: string, key: string): boolean {
  if (!pattern.endsWith(".*")) return key === pattern;
  const prefix = pattern.slice(0, -2);
  return key === prefix || key.startsWith(`${prefix}.`);
}

/** A case with its compose file. */
interface Case {
  readonly name: string;
  readonly file: string;
}

function goldenFiles(): readonly Case[] {
  return goldenCases().map(({ name, directory }) => ({ name, file: `${directory}/compose.yaml` }));
}

function engineCases(): readonly Case[] {
  const root = new URL("../engine/cases", import.meta.url).pathname;
  return [...Deno.readDirSync(root)].map(({ name }) => ({
    name: name.replace(/\.yaml$/, ""),
    file: `${root}/${name}`,
  }));
}

/** Keys of every compose file with the cases that use them. */
function usedKeys(cases: readonly Case[] = goldenFiles()): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  for (const { name, file } of cases) {
    const tree: unknown = parseDocument(Deno.readTextFileSync(file), { merge: true }).toJS();
    for (const [section, key] of Object.entries(NAMES)) {
      for (const item of Object.values(record(record(tree)[section]))) {
        for (const path of pathsOf(item, key)) used.set(path, (used.get(path) ?? new Set()).add(name));
      }
    }
  }
  return used;
}

function pathsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item) => shortForm(item, path))];
  if (typeof value !== "object" || value === null) return [path];
  const inner = (key: string, item: unknown): string[] => pathsOf(item, `${path}.${key}`);
  if (path === "service.networks") {
    const named = Object.values(value).flatMap((item) => Object.entries(record(item)));
    return [path, ...named.flatMap(([key, item]) => inner(key, item))];
  }
  return [path, ...Object.entries(value).flatMap(([key, item]) => inner(key, item))];
}

/** The long keys that a short form stands for. */
const SHORT_FORMS: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  "service.ports": [[/\d/, "target"], [/:/, "published"], [/\d\.\d/, "host_ip"], [/\//, "protocol"]],
  "service.volumes": [[/./, "target"], [/:/, "source"], [/:ro/, "read_only"], [/./, "type"], [
    /slave/,
    "bind.propagation",
  ]],
  "service.configs": [[/./, "source"]],
  "service.secrets": [[/./, "source"]],
};

function shortForm(item: unknown, path: string): string[] {
  if (typeof item !== "string") return pathsOf(item, path);
  return (SHORT_FORMS[path] ?? []).filter(([form]) => form.test(item)).map(([, key]) => `${path}.${key}`);
}

function findingsOf(name: string): string {
  return Deno.readTextFileSync(new URL(`../golden/${name}/findings.txt`, import.meta.url));
}

function casesOf(used: ReadonlyMap<string, ReadonlySet<string>>, pattern: string): string[] {
  const cases = [...used].filter(([key]) => matches(pattern, key)).flatMap(([, names]) => [...names]);
  return [...new Set(cases)].sort();
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}
