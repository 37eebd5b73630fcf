/** A text as one word of a shell's command line, for hints that are to be pasted: quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-][\w@%+=:,./~-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
