/** Reads what a server sends, and no more than fits: nobody promises that a body has an end. */

/** A body that grew beyond what was allowed, or that could not become what was asked for. */
export type Reading =
  | { readonly text: string; readonly bytes: number }
  | { readonly refused: "too long" | "no object" };

/**
 * The body's text. Reading stops, and the connection with it, as soon as the limit is passed or, where JSON's object is
 * asked for, the first character shows that it is none.
 *
 * @param limit bytes after decompression
 * @throws what the connection throws
 */
export async function readBody(response: Response, limit: number, wantsObject: boolean): Promise<Reading> {
  if (Number(response.headers.get("content-length") ?? 0) > limit) {
    await response.body?.cancel();
    return { refused: "too long" };
  }
  const decoder = new TextDecoder();
  let [text, bytes, isBegun] = ["", 0, !wantsObject];
  // Leaving the loop cancels the body.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limit) return { refused: "too long" };
    text += decoder.decode(chunk, { stream: true });
    if (isBegun) continue;
    text = text.trimStart();
    if (text !== "" && !text.startsWith("{")) return { refused: "no object" };
    isBegun = text !== "";
  }
  return { text: text + decoder.decode(), bytes };
}

/**
 * The body's lines without empty ones. Ends early, and the connection with it, where all of them together pass their
 * limit.
 *
 * @param limits in bytes for all, in characters for one line
 * @param tooLong what is thrown where a line passes its limit
 */
export async function* readLines(
  response: Response,
  limits: { readonly line: number; readonly all: number },
  tooLong: () => Error,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // The parts of a long line are joined once, not copied for each that comes.
  let [parts, length, all]: [string[], number, number] = [[], 0, 0];
  for await (const chunk of response.body ?? []) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    parts.push(first);
    length += first.length;
    for (const next of others) {
      const line = parts.join("");
      if (line !== "") yield line;
      [parts, length] = [[next], next.length];
    }
    all += chunk.byteLength;
    if (length > limits.line) throw tooLong();
    if (all > limits.all) return;
  }
  if (length > 0) yield parts.join("");
}
