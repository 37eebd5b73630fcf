/** What is on disk. */

/** Whether something is at a path, links followed. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
