/** Writes rendered files into a folder: each whole or not at all, and never over what somebody else wrote or changed. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { refuseOutside } from "../files/inside.ts";
import { readRegularText } from "../files/regular_file.ts";
import type { RenderedFile } from "../render/files.ts";

/** What `render` wrote into a folder, with the digest of each text, so that it knows its own files again. */
const INDEX = ".compose-ferry.json";

/** What is to be done with a file. `kept`: a template that a person has filled in. */
export type FileState = "new" | "changed" | "same" | "kept" | "gone";

/** A file of the folder, by its path below it. */
export interface FileChange {
  readonly path: string;
  readonly state: FileState;
}

/** What a rendering would do to a folder. */
export interface FolderPlan {
  readonly folder: string;
  readonly changes: readonly FileChange[];
  /** Templates that are not any more what those that were filled in were made from. */
  readonly findings: readonly Diagnostic[];
  readonly files: readonly RenderedFile[];
  /** The digests of the last rendering. */
  readonly before: ReadonlyMap<string, string>;
}

/**
 * Compares what is to be written with what is there; nothing is written.
 * @throws Failure (3) with every file that is not ours to write or remove
 */
export async function planFolder(folder: string, files: readonly RenderedFile[]): Promise<FolderPlan> {
  const before = await readIndex(folder);
  const refused: Diagnostic[] = [];
  const findings: Diagnostic[] = [];
  const changes: FileChange[] = [];
  for (const file of files) {
    const there = await readFile(folder, file.path, refused);
    const state = stateOf(file, there, before.get(file.path));
    if (state === undefined) refused.push(foreign(folder, file.path, before.has(file.path)));
    else changes.push({ path: file.path, state });
    if (state === "kept" && before.get(file.path) !== digestOf(file.text)) {
      findings.push(outdated(folder, file.path));
    }
  }
  const wanted = new Set(files.map(({ path }) => path));
  for (const [path, digest] of before) {
    if (wanted.has(path)) continue;
    const there = await readFile(folder, path, refused);
    if (there === undefined) continue;
    if (isOne(there, digest)) changes.push({ path, state: "gone" });
    else findings.push(left(folder, path));
  }
  if (refused.length > 0) throw new Failure(ExitCode.input, refused);
  return { folder, changes, findings, files, before };
}

/**
 * Does it. The index names old and new files before the first is written, so that a run that was interrupted is gone
 * on with.
 * @throws Failure (1) where a file cannot be written
 */
export async function writeFolder({ folder, changes, files, before }: FolderPlan): Promise<void> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const kept = new Set(changes.filter(({ state }) => state === "kept").map(({ path }) => path));
  // What a person filled in was made from the template of then, and goes on being compared with that.
  const digests = new Map(
    files.map(({ path, text }) => [path, kept.has(path) ? before.get(path) ?? "" : digestOf(text)]),
  );
  const write = changes.filter(({ state }) => state === "new" || state === "changed");
  const gone = changes.filter(({ state }) => state === "gone");
  try {
    await Deno.mkdir(folder, { recursive: true });
    const isSame = write.length === 0 && gone.length === 0 && indexText(digests) === indexText(before);
    if (isSame) return;
    await writeWhole(join(folder, INDEX), indexText(before, digests));
    for (const { path } of write) {
      const { text = "", isPrivate } = byPath.get(path) ?? {};
      await writeWhole(join(folder, path), text, isPrivate ? 0o600 : 0o644);
    }
    for (const { path } of gone) await removeFile(folder, path);
    await writeWhole(join(folder, INDEX), indexText(digests));
  } catch (error) {
    throw error instanceof Failure ? error : unwritable(folder, error);
  }
}

function stateOf(
  { text, isTemplate }: RenderedFile,
  there: string | undefined,
  before: string | undefined,
): FileState | undefined {
  if (there === undefined) return "new";
  if (there === text) return "same";
  if (before !== undefined && isOne(there, before)) return "changed";
  return isTemplate && before !== undefined ? "kept" : undefined;
}

/** A run that was interrupted leaves files of two renderings: the index has the digests of both. */
function isOne(text: string, digests: string): boolean {
  return digests.split(" ").includes(digestOf(text));
}

async function readFile(
  folder: string,
  path: string,
  refused: Diagnostic[],
): Promise<string | undefined> {
  const file = join(folder, path);
  try {
    await refuseOutside(file, folder);
    return await readRegularText(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    refused.push(unreadable(file, error));
    return undefined;
  }
}

async function readIndex(folder: string): Promise<ReadonlyMap<string, string>> {
  const file = join(folder, INDEX);
  try {
    const index: unknown = JSON.parse(await readRegularText(file));
    const { files } = index as { files?: unknown };
    if (typeof files === "object" && files !== null) {
      return new Map(
        Object.entries(files).filter(([path, digest]) => isBelow(path) && typeof digest === "string"),
      );
    }
    throw new Error("it has no list of files");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return new Map();
    throw new Failure(ExitCode.input, [unreadable(file, error)]);
  }
}

/** Whether a path of an index, which anybody may have changed, stays in the folder. */
function isBelow(path: string): boolean {
  return !path.startsWith("/") &&
    path.split("/").every((part) => part !== ".." && part !== "" && part !== ".");
}

function indexText(...rendered: readonly ReadonlyMap<string, string>[]): string {
  const all = new Map<string, string>();
  for (const [path, digest] of rendered.flatMap((files) => [...files])) {
    const known = all.get(path);
    all.set(path, known === undefined || known === digest ? digest : `${known} ${digest}`);
  }
  const files = Object.fromEntries([...all].sort(([one], [other]) => one < other ? -1 : 1));
  return `${JSON.stringify({ schemaVersion: 1, files }, undefined, 1)}\n`;
}

async function writeWhole(file: string, text: string, mode = 0o644): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
  const temporary = await Deno.makeTempFile({ dir: dirname(file), prefix: ".render-", suffix: ".tmp" });
  try {
    await Deno.writeTextFile(temporary, text);
    await Deno.chmod(temporary, mode);
    await Deno.rename(temporary, file);
  } catch (error) {
    await Deno.remove(temporary).catch(() => undefined);
    throw error;
  }
}

/** The file, and the folders that are empty without it. */
async function removeFile(folder: string, path: string): Promise<void> {
  await Deno.remove(join(folder, path));
  for (let above = dirname(path); above !== "."; above = dirname(above)) {
    // Somebody else's files keep it.
    if (!await Deno.remove(join(folder, above)).then(() => true, () => false)) return;
  }
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

function foreign(folder: string, path: string, isKnown: boolean): Diagnostic {
  return {
    code: "cli-render-foreign",
    severity: "error",
    message: isKnown
      ? `"${path}" in "${folder}" was changed since it was rendered; nothing was written`
      : `"${path}" in "${folder}" was not written by render; nothing was written`,
    hint: isKnown
      ? "Make the change in the compose files or decisions.yaml and remove the file, or render into another folder"
      : "Render into a folder of its own, or remove the file",
  };
}

function outdated(folder: string, path: string): Diagnostic {
  return {
    code: "cli-render-template",
    severity: "warning",
    message: `"${path}" in "${folder}" was filled in, and the template that it was made from has changed`,
    hint: "Move it away, render again, and fill in the new one",
  };
}

function left(folder: string, path: string): Diagnostic {
  return {
    code: "cli-render-left",
    severity: "warning",
    message:
      `"${path}" in "${folder}" is no longer needed, but was changed since it was rendered, and is kept`,
    hint: "Remove it where nobody needs it",
  };
}

function unreadable(file: string, error: unknown): Diagnostic {
  return {
    code: "cli-render-unreadable",
    severity: "error",
    message: `Cannot read "${file}": ${error instanceof Error ? error.message : String(error)}`,
    hint: "Render into a folder of its own",
  };
}

function unwritable(folder: string, error: unknown): Failure {
  return new Failure(ExitCode.failed, [{
    code: "cli-render-unwritable",
    severity: "error",
    message: `Cannot write into "${folder}": ${error instanceof Error ? error.message : String(error)}`,
    hint: "Make it writable and run the same command again: it continues where it stopped",
  }]);
}
