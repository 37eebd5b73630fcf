/** Passwords inside of files that a program reads again by itself: it keeps the old one until it starts anew. */
import { join } from "node:path/posix";
import { sharedSecrets } from "../jobs/agreement.ts";
import { exactText } from "../jobs/exact_text.ts";
import { findPart } from "../jobs/part.ts";
import type { Context } from "../context.ts";

/**
 * The values that the decisions name in this file, because a database, a broker or another program has to agree.
 *
 * @param path of the host, absolute
 */
export function sharedValues(
  { project, decisions }: Context,
  path: string,
  content: Uint8Array,
): readonly string[] {
  const parts = sharedSecrets(decisions).flatMap(({ places }) => places)
    .filter((place) => typeof place !== "string" && "file" in place)
    .filter(({ file }) =>
      (file.startsWith("/") ? join(file) : join(project.workingDir, file)) === join(path)
    );
  const { text } = parts.length === 0 ? { text: "" } : exactText(content);
  return parts.flatMap(({ after }) => {
    const range = findPart(text, after);
    return "times" in range ? [] : [text.slice(range.start, range.end)];
  });
}
