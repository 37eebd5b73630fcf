/** The program as it lies in its repository: the folder of this file is its home. */
import { fileURLToPath } from "node:url";
import metadata from "./deno.json" with { type: "json" };
import { startProgram } from "./lib/cli/start_program.ts";

if (import.meta.main) {
  await startProgram({ home: fileURLToPath(new URL(".", import.meta.url)), version: metadata.version });
}
