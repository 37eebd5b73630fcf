/** One rehearsal at a time has the folder of a copy: a lock that ends with its process, however that ends. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";

/** Holds the folder until it is closed. @throws Failure (5) where another process holds it */
export async function holdCopy(folder: string): Promise<Disposable> {
  const opened = await Deno.open(folder, { read: true });
  if (await opened.tryLock(true)) return opened;
  opened.close();
  throw new Failure(ExitCode.locked, [{
    code: "run-rehearsal-running",
    severity: "error",
    message: `Another rehearsal is running, with its copy in "${folder}"`,
    hint: "Wait until it ends, or stop it with Ctrl-C, which removes its copy",
  }]);
}

/** Works while nobody else has the folder, and keeps others from it where it is there. @throws Failure (5) */
export async function whileNotRunning(folder: string, work: () => Promise<void>): Promise<void> {
  const isThere = await Deno.lstat(folder).then(({ isDirectory }) => isDirectory, () => false);
  using _held = isThere ? await holdCopy(folder) : undefined;
  await work();
}
