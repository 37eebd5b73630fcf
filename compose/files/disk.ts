/** Reads the texts that a project is made of: regular files of a bounded size in valid UTF-8, nothing else. */
import { readRegular } from "../../lib/files/regular_file.ts";

/** A text, or a phrase that completes `Cannot read "x": `. */
export type TextRead =
  | { readonly text: string }
  | { readonly missing: boolean; readonly reason: string; readonly offset?: number };

/**
 * Reads a whole file. A FIFO, a device or a directory is refused before it is opened, so nothing blocks.
 * `edited` holds contents, by real path, that take the place of what lies there.
 */
export async function readText(path: string, edited: Edited = new Map()): Promise<TextRead> {
  try {
    const instead = await editedAt(path, edited);
    if (instead !== undefined) return decode(instead);
    return decode(await readRegular(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { missing: true, reason: "there is no such file" };
    if (error instanceof Deno.errors.NotADirectory) return { missing: true, reason: "there is no such file" };
    return { missing: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Contents by real path: what a stack would be like after an edit that is not on disk yet. */
export type Edited = ReadonlyMap<string, Uint8Array>;

/** The edited content of the file that a path leads to; nothing where it is not edited or not there. */
export async function editedAt(path: string, edited: Edited): Promise<Uint8Array | undefined> {
  if (edited.size === 0) return undefined;
  return edited.get(await Deno.realPath(path).catch(() => path));
}

/** What lies at a path, links followed. What cannot be looked at is there: reading it says why it cannot be read. */
export async function lyingAt(path: string): Promise<"nothing" | "directory" | "other"> {
  try {
    return (await Deno.stat(path)).isDirectory ? "directory" : "other";
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    return isMissing ? "nothing" : "other";
  }
}

function decode(bytes: Uint8Array): TextRead {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const lossy = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const offset = lossy.indexOf("\uFFFD");
    return { missing: false, reason: "it is not valid UTF-8", offset };
  }
}
