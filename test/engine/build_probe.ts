/** Builds the probe once on a machine, into the cache outside the checkout. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { withFileLock } from "../../lib/embedded_cluster/file_lock.ts";
import { runGo } from "../../lib/embedded_cluster/go_command.ts";

const SOURCE = join(import.meta.dirname ?? ".", "probe");

/** @returns the program's path. @throws Failure when Go is missing or the build fails. */
export async function buildProbe(env: Readonly<Record<string, string>>): Promise<string> {
  const directory = join(cacheDirectory(env), `probe-${await sourceDigest()}`);
  const program = join(directory, "probe");
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
    await runGo(["build", ...flags, "."], SOURCE);
    await Deno.rename(`${program}.unfinished`, program);
  });
  return program;
}

async function sourceDigest(): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(SOURCE))).map(({ name }) => name).toSorted();
  const hash = createHash("sha256").update(Deno.build.target);
  for (const name of names) hash.update(name).update(await Deno.readFile(join(SOURCE, name)));
  return hash.digest("hex").slice(0, 16);
}
