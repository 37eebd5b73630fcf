/** Hints as they are shown. */

/** With a capital, unless the hint begins with a command. */
export function sentence(text: string): string {
  return /^(?!deno |docker |kubectl )[a-z]+[ ,]/.test(text)
    ? `${text.charAt(0).toUpperCase()}${text.slice(1)}`
    : text;
}
