/** What decides what is built: the pinned sources of a module. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ownPath } from "./own_folder.ts";

/** The folder of this package that holds the `go.mod` and `go.sum` of a module. */
export function moduleDirectory(module: string): string {
  return ownPath("modules", module);
}

/**
 * A short name for everything that decides what a module's build gives: its pinned sources, its own programs, flags and
 * platform.
 */
export async function moduleDigest(module: string, flags: string): Promise<string> {
  const hash = createHash("sha256");
  const directory = moduleDirectory(module);
  for (const file of ["go.mod", "go.sum", ...await ownSources(directory)]) {
    hash.update(await Deno.readFile(join(directory, file)));
  }
  return hash.update(flags).update(Deno.build.target).digest("hex").slice(0, 16);
}

/** The Go files of a module's own packages, one folder deep, sorted. */
async function ownSources(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(directory)) {
    if (!entry.isDirectory) continue;
    for await (const { name } of Deno.readDir(join(directory, entry.name))) {
      if (name.endsWith(".go")) found.push(join(entry.name, name));
    }
  }
  return found.sort();
}
