/** Root file systems of Debian with programs of its own, made once on a machine. */
import { join } from "node:path";
import { withFileLock } from "../../lib/embedded_cluster/file_lock.ts";
import { install } from "../apt.ts";

const RELEASE = "bookworm";

/**
 * Gives the tar file of a minimal Debian with these packages. It takes about a minute and 800 MB the first time, and is
 * kept in the cache.
 *
 * @throws when debootstrap cannot be installed or fails.
 */
export async function debianRoot(
  packages: readonly string[],
  cache: string,
  report: (line: string) => void,
): Promise<string> {
  const file = join(cache, `${RELEASE}-${packages.join("-")}.tar`);
  await withFileLock(`${file}.lock`, () => {}, async () => {
    if (await Deno.stat(file).then(() => true, () => false)) return;
    report(`Making a file system of Debian with ${packages.join(", ")}`);
    const directory = await Deno.makeTempDir({ dir: cache, prefix: "unfinished-" });
    try {
      const root = join(directory, "root");
      await install(["debootstrap"]);
      await run("debootstrap", ["--variant=minbase", `--include=${packages.join(",")}`, RELEASE, root]);
      await run("tar", [
        "--create",
        "--numeric-owner",
        "--file",
        join(directory, "root.tar"),
        "--directory",
        root,
        ".",
      ]);
      await Deno.rename(join(directory, "root.tar"), file);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
  return file;
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], env, stdin: "null" })
    .output();
  if (success) return;
  const text = new TextDecoder();
  throw new Error(
    `Cannot run "${program}": ${(text.decode(stderr) || text.decode(stdout)).trim().slice(-2000)}`,
  );
}
