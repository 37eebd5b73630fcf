/**
 * Looks every 50 ms which PostgreSQL servers run and on which directory: run inside a node's namespaces, until they
 * are closed. What was seen so far lies in a file, as JSON.
 */

/** What was seen. */
export interface Seen {
  /** How often was looked. */
  readonly looks: number;
  /** The longest time between two looks. */
  readonly longestMs: number;
  /** The most servers at one time on each directory, by `device:inode`. */
  readonly most: Readonly<Record<string, number>>;
}

const EVERY_MS = 50;

/** How many servers each directory has now. A server is a PostgreSQL process that no other one started. */
function look(): Map<string, number> {
  const parents = new Map<number, number>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const process = Number(name);
    if (!Number.isInteger(process)) continue;
    const [, command, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(read(`/proc/${name}/stat`)) ?? [];
    if (command === "postgres") parents.set(process, Number(parent));
  }
  const found = new Map<string, number>();
  for (const [process, parent] of parents) {
    const directory = parents.has(parent) ? undefined : directoryOf(process);
    if (directory !== undefined) found.set(directory, (found.get(directory) ?? 0) + 1);
  }
  return found;
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // It has just ended.
  }
}

/** A server's working directory is its data directory; by number, as each container has another name for it. */
function directoryOf(process: number): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(`/proc/${process}/cwd`);
    return `${dev}:${ino}`;
  } catch {
    return undefined; // It has just ended.
  }
}

/** Looks for ever. */
function watch(file: string): void {
  const most = new Map<string, number>();
  let [looks, longestMs, last] = [0, 0, performance.now()];
  setInterval(() => {
    let isNew = false;
    for (const [directory, count] of look()) {
      if (count <= (most.get(directory) ?? 0)) continue;
      most.set(directory, count);
      isNew = true;
    }
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    looks++;
    if (!isNew && looks % 20 !== 0) return;
    const seen: Seen = { looks, longestMs: Math.round(longestMs), most: Object.fromEntries(most) };
    Deno.writeTextFileSync(`${file}.new`, JSON.stringify(seen));
    Deno.renameSync(`${file}.new`, file);
  }, EVERY_MS);
}

if (import.meta.main) watch(Deno.args[0] ?? "");
