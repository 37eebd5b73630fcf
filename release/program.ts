/** The program as a release unpacks it: this module and what it imports are the code of a release, in pieces. */
import { join } from "node:path";
import { type Installation, startProgram } from "../lib/cli/start_program.ts";
import { setOwnFolder } from "../lib/embedded_cluster/own_folder.ts";

/** Runs the command line with the files of `home` in place of the repository's. */
export async function startUnpacked(installation: Installation): Promise<never> {
  setOwnFolder(join(installation.home, "lib/embedded_cluster"));
  return await startProgram(installation);
}
