/**
 * Secrets inside configuration that a program reads again by itself. A program that sees a changed setting rarely logs
 * in anew: its connections were made with the password of before, and whether it notices is for the operator to say.
 */
import { join } from "node:path/posix";
import { sharedSecrets } from "../../stack/secrets/shared_secrets.ts";
import { exactText } from "../../stack/secrets/exact_text.ts";
import { decidedPath } from "../../stack/secrets/located_secrets.ts";
import { findPart } from "../../stack/secrets/part.ts";
import type { ConversionState } from "./conversion_state.ts";

/** One file that a service mounts. */
export interface ReadFile {
  /** Absolute. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** A digest of the secrets that need a restart when they change; none where there are none. */
export function secretDigests(state: ConversionState, files: readonly ReadFile[]): readonly string[] {
  const values = files.flatMap((file) => [...decidedParts(state, file), ...wholeSecret(state, file)]);
  return values.length === 0 ? [] : [state.objects.digestOf(values)];
}

/** The parts of a file that decisions name, but for those that the program is said to take while it runs. */
function decidedParts({ context }: ConversionState, { path, content }: ReadFile): readonly string[] {
  const { text } = exactText(content);
  return sharedSecrets(context.decisions).flatMap(({ places }) => places).flatMap((place) => {
    if (typeof place === "string" || !("file" in place) || place.hotReload === true) return [];
    if (decidedPath(context.project, place.file) !== join(path)) return [];
    const range = findPart(text, place.after);
    return "times" in range ? [] : [text.slice(range.start, range.end)];
  });
}

/** A file of a single line that is a secret, as `secrets set` changes it. */
function wholeSecret({ secrets }: ConversionState, { path, content }: ReadFile): readonly string[] {
  const { text } = exactText(content);
  return /^[^\r\n\0]+\r?\n?$/.test(text) && secrets.ofFile(path, content) !== undefined ? [text] : [];
}
