/** Commands that a message names, as whoever reads it would paste them. */

/** A command with what is its own, such as `redo 060`, as a whole line: with the flags that name stack and cluster. */
export type CommandLine = (command: string) => string;

/** Where nobody said which flags were given. */
export const withoutFlags: CommandLine = (command: string): string => `deno task ${command}`;
