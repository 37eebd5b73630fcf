/** What lies behind bind mounts, within bounds. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type BindLimits, type BindSource, load, readBindSources } from "../../compose/mod.ts";

/** Looks at `./it` of a directory that `prepare` fills. */
async function look(
  prepare: (it: string) => Promise<void>,
  limits?: Partial<BindLimits>,
): Promise<BindSource> {
  const directory = await Deno.makeTempDir({ prefix: "binds" });
  const it = join(directory, "it");
  await prepare(it);
  await Deno.writeTextFile(
    join(directory, "compose.yaml"),
    "services:\n  a: {image: x, volumes: ['./it:/it']}\n",
  );
  const { project } = await load({ directory, environment: {} });
  assert.ok(project);
  const sources = await readBindSources(project, limits);
  await Deno.remove(directory, { recursive: true });
  const found = sources.get(it);
  assert.ok(found);
  assert.equal(sources.size, 1);
  return found;
}

async function write(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(directory, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(directory, name), text);
  }
}

function names(source: BindSource): string[] {
  assert.equal(source.kind, "directory");
  return source.kind === "directory" ? [...source.files.keys()] : [];
}

function isComplete(source: BindSource): boolean {
  return source.kind === "directory" && source.complete;
}

Deno.test("readBindSources() says what is missing", async () => {
  assert.deepEqual(await look(async () => {}), { kind: "missing" });
});

Deno.test("readBindSources() reads a file with its mode", async () => {
  const source = await look(async (it) => {
    await Deno.writeTextFile(it, "text");
    await Deno.chmod(it, 0o750);
  });
  assert.ok(source.kind === "file");
  assert.equal(source.size, 4);
  assert.equal(source.mode, 0o750);
  assert.equal(new TextDecoder().decode(source.content), "text");
});

Deno.test("readBindSources() leaves the content of a large file on disk", async () => {
  const source = await look((it) => Deno.writeTextFile(it, "x".repeat(2000)), { fileBytes: 1000 });
  assert.ok(source.kind === "file");
  assert.equal(source.size, 2000);
  assert.equal(source.content, undefined);
});

Deno.test("readBindSources() walks a directory", async () => {
  const source = await look((it) => write(it, { "b.conf": "b", "a.conf": "a", "sub/c.conf": "c" }));
  assert.deepEqual(names(source), ["a.conf", "b.conf", "sub/c.conf"]);
  assert.ok(isComplete(source));
  assert.ok(source.kind === "directory" && source.size === 3);
  assert.equal(new TextDecoder().decode(source.files.get("sub/c.conf")?.content), "c");
});

const BOUNDS: Readonly<Record<string, readonly [Record<string, string>, Partial<BindLimits>]>> = {
  "too many files": [{ a: "1", b: "2", c: "3" }, { files: 2 }],
  "too large a file": [{ a: "12345" }, { fileBytes: 4 }],
  "too much in all": [{ a: "123", b: "456" }, { totalBytes: 4 }],
  "too deep a file": [{ "1/2/3/a": "x" }, { depth: 2 }],
};

for (const [name, [files, limits]] of Object.entries(BOUNDS)) {
  Deno.test(`readBindSources() says that a directory is not complete: ${name}`, async () => {
    assert.ok(!isComplete(await look((it) => write(it, files), limits)));
    assert.ok(isComplete(await look((it) => write(it, files))));
  });
}

Deno.test("readBindSources() follows links inside of the directory only", async () => {
  const inside = await look(async (it) => {
    await write(it, { a: "1" });
    await Deno.symlink("a", join(it, "b"));
  });
  assert.deepEqual(names(inside), ["a", "b"]);
  assert.ok(isComplete(inside));
  const outside = await look(async (it) => {
    await write(it, { a: "1" });
    await Deno.symlink("/etc/hostname", join(it, "b"));
  });
  assert.deepEqual(names(outside), ["a"]);
  assert.ok(!isComplete(outside));
});

Deno.test("readBindSources() does not follow a link in a circle", async () => {
  const source = await look(async (it) => {
    await write(it, { a: "1" });
    await Deno.symlink(".", join(it, "loop"));
  });
  assert.ok(!isComplete(source));
});

Deno.test("readBindSources() never opens a FIFO", async () => {
  const fifo = (path: string): Promise<Deno.CommandOutput> =>
    new Deno.Command("mkfifo", { args: [path] }).output();
  assert.deepEqual(await look(async (it) => void await fifo(it)), { kind: "fifo" });
  const within = await look(async (it) => {
    await write(it, { a: "1" });
    await fifo(join(it, "pipe"));
  });
  assert.deepEqual(names(within), ["a"]);
  assert.ok(!isComplete(within));
});

Deno.test("readBindSources() does not walk the system's directories", async () => {
  const directory = await Deno.makeTempDir({ prefix: "binds" });
  const text = "services:\n  a: {image: x, volumes: ['/:/host', '/proc:/p', '/sys:/s', '/dev/null:/n']}\n";
  await Deno.writeTextFile(join(directory, "compose.yaml"), text);
  const { project } = await load({ directory, environment: {} });
  assert.ok(project);
  const sources = await readBindSources(project);
  for (const path of ["/", "/proc", "/sys"]) {
    const source = sources.get(path);
    assert.ok(source && names(source).length === 0 && !isComplete(source));
  }
  assert.equal(sources.get("/dev/null")?.kind, "device");
  await Deno.remove(directory, { recursive: true });
});
