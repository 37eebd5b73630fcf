/** What is written for a secret is read as exactly it, and every other byte stays. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fc } from "../chance.ts";
import { load, originOf, type Project, readBindSources, replacementAt } from "../../compose/mod.ts";

async function withStack(
  files: Readonly<Record<string, string>>,
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "edits-" }));
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(directory, name), text);
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function project(
  directory: string,
  edited: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<Project> {
  const loaded = await load({ directory, environment: {}, edited });
  assert.ok(loaded.project !== undefined, JSON.stringify(loaded.diagnostics));
  return loaded.project;
}

/** Any text of one line that may be a password, with the characters that mean something to somebody. */
const secret = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(..."aZ9$#'\"\\ {}:@!&*%~`?,[]|>-=.é😀\t") }),
  fc.string({ minLength: 1, maxLength: 30, unit: "binary" }).filter((text) =>
    !/\p{Cc}|[\u2028\u2029\uD800-\uDFFF\uFFFE\uFFFF\uFEFF]/u.test(text)
  ),
  fc.constantFrom(
    "true",
    "null",
    "123",
    "1e5",
    "0x1F",
    "~",
    "",
    " ",
    "#",
    "$",
    "$$",
    "${X}",
    "\\",
    "'",
    '"',
    "\\'",
    "a b",
    "- x",
  ),
).filter((text) => text !== "");

/** A place of each kind, with lines around it that must not change. */
const KINDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "env_file, plain": { "a.env": "# note\r\nA=1\r\nPW=old\r\nB=2 # end\r\n" },
  "env_file, plain with a comment": { "a.env": "A=1\nPW=old # why\nB='x'\n" },
  "env_file, single quotes": { "a.env": "A=1\nPW='old'\nB=2" },
  "env_file, double quotes": { "a.env": 'export PW="old" # c\nB=2' },
  "env_file, colon, no last line end": { "a.env": "A=1\nPW: old" },
  "env_file, empty": { "a.env": "A=1\nPW=\nB=2\n" },
  ".env behind the whole value": { ".env": "# x\nOTHER='y'\nSECRET=old\n", yaml: "PW: ${SECRET}" },
  ".env behind a required variable": { ".env": "SECRET=old\n", yaml: 'PW: "${SECRET:?set it}" # why' },
  ".env behind an env_file": { ".env": "SECRET=old\n", "a.env": "PW=${SECRET}\nB=2\n" },
  ".env behind .env": { ".env": "BASE='old'\nSECRET=${BASE}\n", yaml: "PW: $SECRET" },
  ".env, inherited by name": { ".env": "PW=old\nX=1\n", yaml: "PW:" },
  ".env, inherited in a list": { ".env": "PW=old\nX=1\n", list: "- PW" },
  "map, plain": { yaml: "PW: old # why" },
  "map, single quotes": { yaml: "PW: 'old'" },
  "map, double quotes": { yaml: 'PW: "old"' },
  "map, a number": { yaml: "PW: 12345" },
  "list, plain": { list: "- PW=old" },
  "list, quoted": { list: "- 'PW=old'   # why" },
};

function filesOf(kind: Readonly<Record<string, string>>): Record<string, string> {
  const { yaml, list, ...files } = kind;
  const environment = yaml !== undefined
    ? `    environment:\n      OTHER: 'x'\n      ${yaml}\n      LAST: y\n`
    : list !== undefined
    ? `    environment:\n      - OTHER=x\n      ${list}\n      - LAST=y\n`
    : "";
  const envFile = files["a.env"] === undefined ? "" : "    env_file: a.env\n";
  return {
    ...files,
    "compose.yaml":
      `# head\nservices:\n  app:\n    image: x\n${envFile}${environment}  other:\n    image: y\n`,
  };
}

for (const [name, kind] of Object.entries(KINDS)) {
  Deno.test(`a new value is read as it is, all else stays: ${name}`, () =>
    withStack(filesOf(kind), async (directory) => {
      const before = await project(directory);
      const origin = originOf(before, "app", "PW");
      assert.ok(!("reason" in origin), "reason" in origin ? origin.reason : "");
      await fc.assert(
        fc.asyncProperty(secret, async (value) => {
          const replacement = replacementAt(origin, value);
          assert.ok(replacement !== undefined, "it can be written");
          const { path, text, start, end } = origin.written;
          const edited = text.slice(0, start) + replacement + text.slice(end);
          const after = await project(directory, new Map([[path, new TextEncoder().encode(edited)]]));
          assert.equal(after.services["app"]?.environment?.["PW"], value);
          const without = (each: Project): unknown => ({
            ...each.canonical,
            services: {
              ...each.services,
              app: { ...each.services["app"], environment: { ...each.services["app"]?.environment, PW: "" } },
            },
          });
          assert.deepEqual(without(after), without(before));
        }),
        { numRuns: 60 },
      );
    }));
}

Deno.test("a part of a value is followed to the characters that it is read from", () =>
  withStack({
    ".env": "DB_PASSWORD=old\n",
    "compose.yaml":
      "services:\n  app:\n    image: x\n    environment:\n      DSN: 'mysql://app:${DB_PASSWORD}@db/x'\n      LITERAL: mysql://app:old@db/x\n",
  }, async (directory) => {
    const before = await project(directory);
    const value = before.services["app"]?.environment?.["DSN"] ?? "";
    const start = value.indexOf("old");
    const dsn = originOf(before, "app", "DSN", { start, end: start + 3 });
    assert.ok(!("reason" in dsn));
    assert.ok(dsn.written.path.endsWith("/.env"));
    const literal = originOf(before, "app", "LITERAL", { start, end: start + 3 });
    assert.ok(!("reason" in literal));
    const replacement = replacementAt(literal, "new-1");
    assert.equal(replacement, "mysql://app:new-1@db/x");
  }));

Deno.test("what comes from the shell or from several variables has no place, and says why", () =>
  withStack({
    ".env": "A=one\nB=two\n",
    "compose.yaml":
      "services:\n  app:\n    image: x\n    environment:\n      BOTH: ${A}${B}\n      SHELL: ${FROM_SHELL}\n      DEFAULT: ${NOT_SET:-old}\n      BLOCK: |\n        old\n",
  }, async (directory) => {
    const loaded = await load({ directory, environment: { FROM_SHELL: "x" } });
    assert.ok(loaded.project !== undefined);
    const reasons = ["BOTH", "SHELL", "DEFAULT", "BLOCK"].map((name) => {
      const origin = originOf(loaded.project ?? assert.fail(), "app", name);
      return "reason" in origin ? origin.reason : "none";
    });
    assert.deepEqual(reasons, [
      "it is put together from several variables",
      'variable "FROM_SHELL" comes from the shell\'s environment',
      "it is the default of a variable",
      "it is written over several lines",
    ]);
  }));

Deno.test("edited contents are read through links, and nothing on disk changes", () =>
  withStack({
    "real.env": "PW=old\n",
    "real.conf": "old",
    "compose.yaml":
      "services:\n  app:\n    image: x\n    env_file: link.env\n    volumes: [./link.conf:/x]\n",
  }, async (directory) => {
    await Deno.symlink("real.env", join(directory, "link.env"));
    await Deno.symlink("real.conf", join(directory, "link.conf"));
    const edited = new Map(
      ["real.env", "real.conf"].map((
        name,
      ) => [join(directory, name), new TextEncoder().encode("PW=new\n")]),
    );
    const after = await project(directory, edited);
    assert.equal(after.services["app"]?.environment?.["PW"], "new");
    const source = (await readBindSources(after, {}, edited)).get(join(directory, "link.conf"));
    assert.equal(source?.kind === "file" && new TextDecoder().decode(source.content), "PW=new\n");
    assert.equal(await Deno.readTextFile(join(directory, "real.env")), "PW=old\n");
  }));
