/** Debian's packages, one after the other, whichever tests want them at once. */
import { withFileLock } from "../lib/embedded_cluster/file_lock.ts";

/** One for the machine: no cache of its own keeps a test out of the others' way. */
const LOCK = "/run/lock/compose-ferry-tests-apt";

/** For somebody else who installs something, such as a new machine's own setup. */
const WAIT = ["-o", "DPkg::Lock::Timeout=600"];

/**
 * Runs `apt-get`. A package neither asks anything nor starts a daemon on this machine.
 *
 * @param directory where it downloads to
 * @throws when it fails, or is not here
 */
export async function aptGet(args: readonly string[], directory = "/"): Promise<void> {
  await withFileLock(LOCK, () => {}, async () => {
    const { success, stderr } = await new Deno.Command("apt-get", {
      args: ["--quiet", ...WAIT, ...args],
      cwd: directory,
      // In runlevel 1 no package starts its service.
      env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
      stdin: "null",
    }).output();
    if (success) return;
    throw new Error(`Cannot run "apt-get ${args[0]}": ${new TextDecoder().decode(stderr).trim()}`);
  });
}

/**
 * Installs packages.
 *
 * @throws when that fails, or `apt-get` is not here
 */
export async function install(packages: readonly string[]): Promise<void> {
  const installing = (): Promise<void> =>
    aptGet(["install", "--yes", "--no-install-recommends", ...packages]);
  // A machine that has installed nothing yet has no list of packages, or an old one.
  await installing().catch(() => aptGet(["update"]).then(installing));
}
