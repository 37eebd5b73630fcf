/**
 * How a release starts: its files are unpacked once, then the program runs as it does in its repository. The code is
 * among them, in the pieces that the commands load: one large file would have to be read and compiled at every start.
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { DamagedRelease, PROGRAM, type Release, unpack, versionText } from "./payload.ts";

/** @param url of the release's own file */
export async function startRelease(release: Release, url: string): Promise<never> {
  const script = fileURLToPath(url);
  const home = await unpack(release, script, Deno.env.toObject()).catch((error: unknown) => {
    if (!(error instanceof DamagedRelease)) throw error;
    Deno.stderr.writeSync(
      new TextEncoder().encode(`error: ${error.message}\n  hint: Copy or load it again\n`),
    );
    return Deno.exit(1);
  });
  // The edge: what `build.ts` made of `program.ts`.
  const { startUnpacked } = await import(
    pathToFileURL(join(home, PROGRAM)).href
  ) as typeof import("./program.ts");
  return await startUnpacked({ home, version: versionText(release.built), script });
}
