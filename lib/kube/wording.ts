/** Numbers in sentences. */

/** `1 port`, `2 ports`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
