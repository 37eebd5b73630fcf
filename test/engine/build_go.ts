/** Builds small Go programs of the tests once on a machine, into the cache outside the checkout. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { withFileLock } from "../../lib/embedded_cluster/file_lock.ts";
import { runGo } from "../../lib/embedded_cluster/go_command.ts";

const SOURCE = join(import.meta.dirname ?? ".", "probe");

/** The probe. @returns the program's path. @throws Failure when Go is missing or the build fails. */
export function buildProbe(env: Readonly<Record<string, string>>): Promise<string> {
  return buildGo(SOURCE, env);
}

/** @param source a folder with a Go module, whose name the program gets. */
export async function buildGo(source: string, env: Readonly<Record<string, string>>): Promise<string> {
  const name = basename(source);
  const directory = join(cacheDirectory(env), `${name}-${await sourceDigest(source)}`);
  const program = join(directory, name);
  await Deno.mkdir(directory, { recursive: true });
  await withFileLock(`${program}.lock`, () => {}, async () => {
    if (await Deno.stat(program).then(() => true, () => false)) return;
    // Linked with nothing: an image needs no file besides it.
    const flags = [
      "-trimpath",
      "-tags",
      "netgo,osusergo",
      "-ldflags",
      "-s -w",
      "-o",
      `${program}.unfinished`,
    ];
    await runGo(["build", ...flags, "."], source);
    await Deno.rename(`${program}.unfinished`, program);
  });
  return program;
}

async function sourceDigest(source: string): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(source))).map(({ name }) => name).toSorted();
  const hash = createHash("sha256").update(Deno.build.target);
  for (const name of names) hash.update(name).update(await Deno.readFile(join(source, name)));
  return hash.digest("hex").slice(0, 16);
}
