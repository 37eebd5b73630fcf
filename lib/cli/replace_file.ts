/** Writes a text file anew in one step: a reader sees the old text or the new one, whatever happens in between. */
import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { refuseOutside } from "../files/inside.ts";
import { sameBytes } from "../values/same_bytes.ts";

/**
 * Replaces the file that holds `before` (undefined: there is none yet) by `after`; a link stays a link, and the mode
 * stays. A file that holds something else by now is left alone.
 * @throws Failure (3) where the file cannot be written, or is not what it was
 */
export async function replaceFile(file: string, before: string | undefined, after: string): Promise<void> {
  try {
    if (before === undefined) return await create(file, after);
    const real = await Deno.realPath(file);
    const mark = await markOf(real);
    if (!isSame(await Deno.readFile(real), mark + before)) throw changed(file);
    // Whether this very file may be written, which a new one in its place would not ask.
    (await Deno.open(real, { write: true })).close();
    const { mode, uid, gid } = await Deno.stat(real);
    await throughTemporary(real, mark + after, async (temporary) => {
      if (uid !== null && gid !== null) await Deno.chown(temporary, uid, gid).catch(() => undefined);
      if (mode !== null) await Deno.chmod(temporary, mode & 0o7777);
      if (!isSame(await Deno.readFile(real), mark + before)) throw changed(file);
      await Deno.rename(temporary, real);
    });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw changed(file);
    throw error instanceof Failure ? error : unwritable(file, error);
  }
}

/**
 * Of a file that nobody named: a link of it that leads out of its folder is somebody else's doing.
 * @throws Failure (3)
 */
export async function refuseLinkedAway(file: string): Promise<void> {
  try {
    await refuseOutside(file, dirname(file));
  } catch (error) {
    throw unwritable(file, error);
  }
}

/**
 * Of a file, or of the folder that it is to be made in.
 * @throws Failure (3)
 */
export async function refuseReadOnly(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function create(file: string, text: string): Promise<void> {
  await throughTemporary(file, text, async (temporary) => {
    await Deno.chmod(temporary, 0o644);
    // A link is refused where somebody made the file meanwhile.
    await Deno.link(temporary, file);
    await Deno.remove(temporary);
  });
}

/** The text on disk beside the file, before `place` gives it its name. */
async function throughTemporary(
  file: string,
  text: string,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = await Deno.makeTempFile({ dir: dirname(file), prefix: ".decisions-", suffix: ".tmp" });
  try {
    await Deno.writeTextFile(temporary, text);
    using handle = await Deno.open(temporary, { read: true, write: true });
    await handle.sync();
    if (!isSame(await Deno.readFile(temporary), text)) throw new Error("the disk did not take the text");
    await place(temporary);
  } catch (error) {
    await Deno.remove(temporary).catch(() => undefined);
    throw error;
  }
}

/** The byte order mark that the file begins with, which a text that was read does not have. */
async function markOf(file: string): Promise<string> {
  const [first, second, third] = await Deno.readFile(file);
  return first === 0xef && second === 0xbb && third === 0xbf ? "\ufeff" : "";
}

function isSame(bytes: Uint8Array, text: string): boolean {
  return sameBytes(bytes, new TextEncoder().encode(text));
}

function changed(file: string): Failure {
  return new Failure(ExitCode.input, [{
    code: "cli-decisions-changed",
    severity: "error",
    message: `The decisions file "${file}" was changed by another program meanwhile, or is not UTF-8`,
    hint: "Run the same command again: it starts from the file as it is now",
  }]);
}

function unwritable(file: string, error: unknown): Failure {
  return new Failure(ExitCode.input, [{
    code: "cli-decisions-unwritable",
    severity: "error",
    message: `Cannot write the decisions file "${file}": ${
      error instanceof Error ? error.message : String(error)
    }`,
    hint: "Make the file and its folder writable, or name another file with --decisions",
  }]);
}
