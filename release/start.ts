/** How a release starts: its files are unpacked once, then the program runs as it does in its repository. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgram } from "../lib/cli/start_program.ts";
import { setOwnFolder } from "../lib/embedded_cluster/own_folder.ts";
import { type Payload, unpack, versionText } from "./payload.ts";

/** @param url of the bundle itself */
export async function startRelease(payload: Payload, url: string): Promise<never> {
  const home = await unpack(payload, Deno.env.toObject());
  setOwnFolder(join(home, "lib/embedded_cluster"));
  return await startProgram({ home, version: versionText(payload.built), script: fileURLToPath(url) });
}
