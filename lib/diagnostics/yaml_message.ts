/** What the YAML library says of a text, without the text itself: it may be a secret. */

/** The library quotes the rest of the line after a `|` or `>` that does not begin a block, and after a stray bracket. */
export function withoutValue(message: string): string {
  return message.replace(/(extra characters|Unexpected scalar[^:]*): .*/s, "$1");
}
