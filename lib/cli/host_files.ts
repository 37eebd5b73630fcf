/** Reads crontabs, units and scripts of the machine, for `check --host-file`: what they reach into breaks when it moves. */
import { resolve } from "node:path";
import { Failure } from "../diagnostics/diagnostic.ts";
import type { HostFile } from "../kube/checks/host_jobs.ts";
import { ExitCode } from "./exit_code.ts";
import type { Surroundings } from "./surroundings.ts";

/** The files in the order of the flags. A file that cannot be read is a `Failure`: a check that looked at nothing would mislead. */
export async function readHostFiles(
  files: readonly string[],
  surroundings: Surroundings,
): Promise<HostFile[]> {
  return await Promise.all(files.map(async (file) => {
    const path = resolve(surroundings.directory, file);
    try {
      return { path, text: await Deno.readTextFile(path) };
    } catch (error) {
      throw new Failure(ExitCode.usage, [{
        code: "cli-host-file",
        severity: "error",
        message: `Cannot read the host file "${file}": ${(error as Error).message}`,
        hint: "Name readable crontabs, systemd units or scripts with --host-file",
      }]);
    }
  }));
}
