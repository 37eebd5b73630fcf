/** One process at a time changes the files of a stack: a lock that ends with its process, however that ends. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";

/**
 * Holds the folder while `work` runs.
 * @throws Failure (5) where another process of this machine holds it
 */
export async function withStackLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  using folder = await Deno.open(directory, { read: true });
  if (!await folder.tryLock(true)) {
    throw new Failure(ExitCode.locked, [{
      code: "cli-secret-stack-locked",
      severity: "error",
      message: `Another process is changing a secret of the stack in "${directory}"`,
      hint: "Wait until it is done, then run the same command again",
    }]);
  }
  return await work();
}
