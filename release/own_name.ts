/** A release is called by its own name: what says `deno task check` in the repository says `compose-ferry check` there. */

/** The name that `completions` defines, and that the manual has. */
const NAME = "compose-ferry";

/** A text of the program or of its documentation, as a release has it. */
export function inOwnName(text: string): string {
  return text.replaceAll(/\bdeno task\b(?: -q\b)?/g, NAME);
}
