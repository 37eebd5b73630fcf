/** Files that mean harm: a project or a clear error, in bounded time, and never a crash. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { load, type Loaded } from "../../compose/mod.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Loads `compose.yaml` of some files; `prepare` may put more into the directory. */
async function loadFiles(files: Files, prepare?: (directory: string) => Promise<void>): Promise<Loaded> {
  const directory = await Deno.makeTempDir({ prefix: "hostile" });
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(join(directory, name), bytes);
  }
  await prepare?.(directory);
  const loaded = await load({ directory, files: ["compose.yaml"], environment: { A: "1" } });
  await Deno.remove(directory, { recursive: true });
  return loaded;
}

function codes({ diagnostics }: Loaded): string[] {
  return [...new Set(diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code))];
}

const A = "services:\n  a:\n    image: x\n";

function aliasBomb(levels: number, width: number): string {
  const lines = ["x-0: &l0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level <= levels; level++) {
    lines.push(`x-${level}: &l${level} [${Array(width).fill(`*l${level - 1}`).join(", ")}]`);
  }
  return `${lines.join("\n")}\n${A}`;
}

function repeated(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

/** Texts, and the codes of the errors that they give; none where they load. */
const TEXTS: Readonly<Record<string, readonly [() => string, readonly string[]]>> = {
  "an alias bomb": [() => aliasBomb(9, 9), ["compose-too-large"]],
  "an alias bomb of merge keys": [
    () =>
      "x-0: &m0 {a: b}\n" + repeated(40, (i) => `x-${i + 1}: &m${i + 1}\n  <<: [*m${i}, *m${i}, *m${i}]\n`) +
      A,
    [],
  ],
  "brackets without end": [() => `x-a: ${"[".repeat(100_000)}\n${A}`, [
    "compose-too-deep",
    "compose-yaml-syntax",
  ]],
  "deep brackets": [() => `x-a: ${"[".repeat(5000)}${"]".repeat(5000)}\n${A}`, [
    "compose-too-deep",
    "compose-yaml-syntax",
  ]],
  "deep blocks": [() => `x-a:\n${repeated(500, (i) => `${" ".repeat(i + 1)}a:\n`)}${A}`, [
    "compose-too-deep",
  ]],
  "a long line of variables": [() => `x-a: "${"${A:-}".repeat(100_000)}"\n${A}`, []],
  "variables without end": [() => `x-a: "${"${A:-".repeat(50_000)}"\n${A}`, ["compose-interpolation"]],
  "nested defaults": [() => `x-a: "${"${N:-".repeat(60)}${"}".repeat(60)}"\n${A}`, ["compose-interpolation"]],
  "many unset variables": [() => `x-a: "${"$NONE ".repeat(100_000)}"\n${A}`, []],
  "many ranges of ports": [
    () => `${A}    ports:\n${repeated(60, (i) => `      - "${i + 1}-65535"\n`)}`,
    ["compose-port"],
  ],
  "a chain of extends": [
    () => `services:\n  s0: {image: x}\n${repeated(500, (i) => `  s${i + 1}: {extends: s${i}}\n`)}`,
    [],
  ],
  "a chain of dependencies": [
    () =>
      `services:\n  s0: {image: x}\n${
        repeated(3000, (i) => `  s${i + 1}: {image: x, depends_on: [s${i}]}\n`)
      }`,
    [],
  ],
  "many undefined references": [
    () => `services:\n${repeated(3000, (i) => `  service${i}: {image: x, depends_on: [nothing${i}]}\n`)}`,
    ["compose-undefined"],
  ],
  "many equal keys": [() => `services:\n${repeated(5000, () => "  a: {image: x}\n")}`, [
    "compose-duplicate-key",
  ]],
  "a list with many equal items": [() => `${A}    security_opt: [${"A, ".repeat(20_000)}A]\n`, [
    "compose-duplicate-item",
  ]],
  "control characters": [() => `services:\n  a:\n    image: "\u0001\u0002"\n`, ["compose-yaml-syntax"]],
  "only a quote": [() => '"', ["compose-yaml-syntax"]],
};

for (const [name, [text, expected]] of Object.entries(TEXTS)) {
  Deno.test(`load() survives ${name}`, async () => {
    const loaded = await loadFiles({ "compose.yaml": text() });
    const found = codes(loaded);
    assert.equal(found.length === 0, expected.length === 0, found.join());
    for (const code of found) assert.ok(expected.includes(code), `unexpected ${code}`);
    assert.equal(loaded.project === undefined, found.length > 0);
    assert.ok(loaded.diagnostics.length <= 400);
  });
}

Deno.test("load() reads 20 000 services", async () => {
  const loaded = await loadFiles({
    "compose.yaml": `services:\n${repeated(20_000, (i) => `  s${i}: {image: x}\n`)}`,
  });
  assert.equal(Object.keys(loaded.project?.services ?? {}).length, 20_000);
});

Deno.test("load() reads a text of ten megabytes", async () => {
  const line = "some words that fill a line of a very long text\n";
  const text = `${A}    labels:\n      long: |\n${repeated(200_000, () => `        ${line}`)}`;
  const loaded = await loadFiles({ "compose.yaml": text });
  assert.equal(loaded.project?.services["a"]?.labels?.["long"]?.length, 200_000 * line.length);
});

Deno.test("load() refuses what is not a file, without waiting for it", async () => {
  const fifo = (name: string) => async (directory: string): Promise<void> => {
    const made = await new Deno.Command("mkfifo", { args: [join(directory, name)] }).output();
    assert.ok(made.success);
  };
  const text = `${A}    env_file: f.env\n`;
  const asFifo = await loadFiles({ "compose.yaml": text }, fifo("f.env"));
  assert.deepEqual(codes(asFifo), ["compose-env-file"]);
  assert.equal(asFifo.diagnostics[0]?.span?.line, 4);
  const asDirectory = await loadFiles(
    { "compose.yaml": text },
    (directory) => Deno.mkdir(join(directory, "f.env")),
  );
  assert.deepEqual(codes(asDirectory), ["compose-env-file"]);
  assert.deepEqual(codes(await loadFiles({}, fifo("compose.yaml"))), ["compose-unreadable-file"]);
  assert.deepEqual(codes(await loadFiles({ "compose.yaml": A }, fifo(".env"))), ["compose-env-file"]);
});

Deno.test("load() says where a file is not UTF-8", async () => {
  const bytes = new Uint8Array([...new TextEncoder().encode("services:\n  a: "), 0xff, 0xfe]);
  const loaded = await loadFiles({ "compose.yaml": bytes });
  assert.deepEqual(codes(loaded), ["compose-unreadable-file"]);
  assert.match(loaded.diagnostics[0]?.message ?? "", /not valid UTF-8/);
  const env = await loadFiles({ "compose.yaml": `${A}    env_file: f.env\n`, "f.env": bytes });
  assert.deepEqual(codes(env), ["compose-env-file"]);
});

Deno.test("load() never shows a value of a file of variables", async () => {
  const loaded = await loadFiles({
    "compose.yaml": `${A}    env_file: f.env\n`,
    "f.env": "PASSWORD=hunter2secret\nBAD='hunter2secret\nmore hunter2secret\n",
  });
  assert.deepEqual(codes(loaded), ["compose-env-syntax"]);
  assert.ok(!JSON.stringify([loaded.diagnostics, [...loaded.sources]]).includes("hunter2secret"));
});
