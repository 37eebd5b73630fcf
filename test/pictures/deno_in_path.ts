/** The word `deno task` in a shell, as in this repository, from any folder. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Writes the program `deno` into a folder that is to come first in PATH: `deno task X` is this program's command X. */
export async function writeDeno(folder: string): Promise<void> {
  await Deno.writeTextFile(
    join(folder, "deno"),
    `#!/bin/sh\nshift\nexec '${Deno.execPath()}' run --no-prompt --no-check -A '${ROOT}main.ts' "$@"\n`,
    { mode: 0o755 },
  );
}
