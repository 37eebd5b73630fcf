/** When the newest file of a folder of this machine was written. */
import { join } from "node:path";

/**
 * Of a file its own time, of a directory the newest of what lies in it. What is empty or hidden is nobody's backup.
 *
 * @returns undefined where there is none, or where it may not be looked at
 */
export async function newestFile(path: string): Promise<Date | undefined> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.isDirectory !== true) return timeOf(info);
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name).catch(() => []);
  const own = names.filter((name) => !name.startsWith("."));
  const times = await Promise.all(
    own.map(async (name) => timeOf(await Deno.stat(join(path, name)).catch(() => undefined))),
  );
  return times.reduce(
    (newest, time) => time === undefined || newest && newest > time ? newest : time,
    undefined,
  );
}

function timeOf(info: Deno.FileInfo | undefined): Date | undefined {
  return info === undefined || info.isFile && info.size === 0 ? undefined : info.mtime ?? undefined;
}
