/** What a long test tells people while it runs. */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`    ${line}\n`));
}
