/** One rehearsal at a time has the folder of a copy: a lock that ends with its process, however that ends. */
import { join } from "node:path";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";

/** Says whose folder it is: without it nothing in a folder is removed. */
export const MARKER = "rehearsal-of";

/**
 * Makes the folder and holds it until it is closed. It appears with its mark and its lock at once, so that nobody finds one
 * without.
 *
 * @throws Failure (2) where it cannot be made, (5) where another rehearsal was quicker
 */
export async function makeFolder(folder: string, of: string): Promise<Disposable> {
  const unfinished = `${folder}.${Deno.pid}`;
  let held: Deno.FsFile | undefined;
  try {
    // What is copied may be secret.
    await Deno.mkdir(unfinished, { mode: 0o700 });
    await Deno.writeTextFile(join(unfinished, MARKER), `${of}\n`);
    held = await Deno.open(unfinished, { read: true });
    await held.lock(true);
    await Deno.rename(unfinished, folder);
    return held;
  } catch (error) {
    held?.close();
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
    const isThere = await Deno.lstat(folder).then(() => true, () => false);
    if (isThere) (await holdFolder(folder))?.close();
    throw unusable("run-rehearsal-not-copied", folder, "made", error);
  }
}

/** Holds the folder until it is closed; nothing where there is none. @throws Failure (5) where another process holds it */
export async function holdFolder(folder: string): Promise<Deno.FsFile | undefined> {
  const opened = await Deno.open(folder, { read: true }).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable("run-rehearsal-not-own", folder, "opened", error);
  });
  if (opened === undefined || await opened.tryLock(true)) return opened;
  opened.close();
  throw new Failure(ExitCode.locked, [{
    code: "run-rehearsal-running",
    severity: "error",
    message: `Another rehearsal is running, with its copy in "${folder}"`,
    hint: "Wait until it ends, or stop it with Ctrl-C, which removes its copy",
  }]);
}

/** What another process works with is not touched. @throws Failure (5) */
export async function refuseRunning(folder: string): Promise<void> {
  (await holdFolder(folder))?.close();
}

function unusable(
  code: "run-rehearsal-not-copied" | "run-rehearsal-not-own",
  folder: string,
  what: "made" | "opened",
  error: unknown,
): Failure {
  return new Failure(ExitCode.usage, [{
    code,
    severity: "error",
    message: `The folder of the copy, "${folder}", cannot be ${what}: ${
      error instanceof Error ? error.message : error
    }`,
    hint: "Run it as root, or name another existing folder with --copies",
  }]);
}
