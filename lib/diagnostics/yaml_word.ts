/** Texts as they stand in a line of YAML that is to be pasted. */

/** What YAML reads as something else than a text. */
const NO_TEXT = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** A key or value inside of braces: quoted where it has to be. */
export function yamlWord(text: string): string {
  return /^[A-Za-z/][\w./-]*$/.test(text) && !NO_TEXT.test(text) ? text : yamlText(text);
}

/** The same, always in quotes: JSON's escapes are YAML's. */
export function yamlText(text: string): string {
  return JSON.stringify(text);
}
