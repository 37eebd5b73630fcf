/** Files with some of their characters replaced: prepared in memory, then each put in place at once. */
import { basename, dirname, join } from "node:path";
import { type Diagnostic, Failure } from "../../diagnostics/diagnostic.ts";
import { exactBytes, exactText } from "../../stack/secrets/exact_text.ts";
import type { Edit } from "../../secrets/edits.ts";
import { isReallyInside } from "../../files/inside.ts";
import { sameBytes } from "../../values/same_bytes.ts";

const TEMPORARY = ".compose-ferry-new";

/** One file as it is and as it is to be. */
export interface EditedFile {
  /** Links followed. */
  readonly realPath: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly mode: number;
  readonly uid: number | null;
  readonly gid: number | null;
}

/**
 * Applies edits in memory, file by file. Files are told apart by their real path, so that a file that is reached in
 * two ways is written once.
 *
 * @param root the stack's folder, which nothing leaves
 * @param named files that the user gave by name, wherever they lie
 * @throws Failure (3) where a file is not as it was read, lies elsewhere, or cannot be written
 */
export async function prepareFiles(
  edits: readonly Edit[],
  root: string,
  named: readonly string[] = [],
): Promise<readonly EditedFile[]> {
  const byFile = new Map<string, Edit[]>();
  for (const edit of edits) {
    if (!named.includes(edit.path) && !await isReallyInside(edit.path, root)) {
      throw new Failure(3, [elsewhere(edit.path, root)]);
    }
    const realPath = await Deno.realPath(edit.path);
    byFile.set(realPath, [...byFile.get(realPath) ?? [], edit]);
  }
  const files: EditedFile[] = [];
  for (const [realPath, mine] of byFile) files.push(await prepare(realPath, mine));
  return files;
}

/**
 * Puts the new content in place, with mode and owner of the old one: whoever reads the file sees the one or the other.
 * @throws Failure (3) where the file was changed by somebody else since it was prepared
 */
export async function writeFile(file: EditedFile): Promise<void> {
  const { realPath, before, after, mode, uid, gid } = file;
  if (!sameBytes(await Deno.readFile(realPath), before)) throw new Failure(3, [changedMeanwhile(realPath)]);
  const temporary = temporaryOf(realPath);
  await removeIfThere(temporary);
  try {
    using opened = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
    await writeAll(opened, after);
    if (uid !== null && gid !== null) await Deno.chown(temporary, uid, gid);
    await Deno.chmod(temporary, mode);
    await opened.sync();
  } catch (error) {
    await removeIfThere(temporary);
    throw new Failure(3, [cannotWrite(realPath, error)]);
  }
  await Deno.rename(temporary, realPath);
}

/** Removes what a killed process left beside files; whether there was anything. */
export async function removeLeftovers(paths: readonly string[]): Promise<boolean> {
  let found = false;
  for (const path of new Set(paths)) {
    const realPath = await Deno.realPath(path).catch(() => path);
    if (await removeIfThere(temporaryOf(realPath))) found = true;
  }
  return found;
}

async function prepare(realPath: string, edits: readonly Edit[]): Promise<EditedFile> {
  const before = await Deno.readFile(realPath);
  const { text, encoding } = exactText(before);
  if (edits.some((edit) => edit.text.text !== text)) throw new Failure(3, [changedMeanwhile(realPath)]);
  const ordered = [...edits].sort((left, right) => right.start - left.start);
  const edited = ordered.reduce(
    (result, { start, end, replacement }) => result.slice(0, start) + replacement + result.slice(end),
    text,
  );
  const { mode, uid, gid } = await Deno.stat(realPath);
  await refuseUnwritable(realPath, uid);
  const after = exactBytes({ text: edited, encoding });
  return { realPath, before, after, mode: (mode ?? 0o600) & 0o7777, uid, gid };
}

/** Said before anything is recorded or written. */
async function refuseUnwritable(realPath: string, uid: number | null): Promise<void> {
  try {
    const own = Deno.uid();
    if (uid !== null && own !== null && own !== 0 && own !== uid) {
      throw new Error("it belongs to another user");
    }
    const temporary = temporaryOf(realPath);
    await removeIfThere(temporary);
    (await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 })).close();
    await Deno.remove(temporary);
  } catch (error) {
    throw new Failure(3, [cannotWrite(realPath, error)]);
  }
}

/** The same name each time, so that the next call finds what a killed one left. */
function temporaryOf(realPath: string): string {
  return join(dirname(realPath), `.${basename(realPath)}${TEMPORARY}`);
}

/** Whether a file is one that is about to be put in place, or was left by a process that was killed before. */
export function isTemporary(path: string): boolean {
  return basename(path).startsWith(".") && path.endsWith(TEMPORARY);
}

async function removeIfThere(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
}

function changedMeanwhile(path: string): Diagnostic {
  return {
    code: "cli-secret-file-changed",
    severity: "error",
    message: `The file "${path}" was changed by another program in the meantime`,
    hint: "Run the same command again",
  };
}

function elsewhere(path: string, root: string): Diagnostic {
  return {
    code: "cli-secret-file-elsewhere",
    severity: "error",
    message: `The file "${path}" lies outside the stack's folder "${root}", by its name or by a link`,
    hint: "Change the value there by hand, then run: deno task migrate",
  };
}

function cannotWrite(path: string, error: unknown): Diagnostic {
  return {
    code: "cli-secret-file-unwritable",
    severity: "error",
    message: `The file "${path}" cannot be replaced: ${
      error instanceof Error ? error.message : String(error)
    }`,
    hint: "Run as the file's owner, in a folder where you may make files",
  };
}
