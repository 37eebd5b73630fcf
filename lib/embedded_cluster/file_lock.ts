/** One process at a time: an exclusive lock on a file, which the kernel takes away from a process that dies. */
import { dirname } from "node:path";

/** How often a waiting process looks whether the lock is free, in milliseconds. */
const POLL_MS = 100;

/**
 * Runs `work` while no other process holds the lock at `path`. The file names its holder's pid, so that one who waits
 * can be told for whom.
 *
 * @param onWait called once, when the lock is held by another process, with what that process wrote about itself.
 */
export async function withFileLock<T>(
  path: string,
  onWait: (holder: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { create: true, read: true, write: true });
  let told = false;
  while (!await file.tryLock(true)) {
    if (!told) onWait((await Deno.readTextFile(path)).trim() || "another process");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    await file.truncate(0);
    await file.seek(0, Deno.SeekMode.Start);
    await file.write(new TextEncoder().encode(`process ${Deno.pid}\n`));
    return await work();
  } finally {
    await file.unlock();
  }
}
