/** Debian's packages with the real servers; installed where they are missing and that is allowed. */

/** Why the tests cannot run here, or nothing; installs what is missing. `programs` maps a program to its package. */
export async function missingPackages(
  programs: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const wanted = await absent(programs);
  if (wanted.length === 0) return undefined;
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    return `${wanted.join(", ")} not installed, and not root`;
  }
  const install = await new Deno.Command("apt-get", {
    args: ["install", "-y", "--no-install-recommends", ...wanted],
    // In runlevel 1 no package starts its service.
    env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    stdout: "null",
    stderr: "piped",
  }).output().catch(() => undefined);
  if (install === undefined) return `${wanted.join(", ")} not installed, and there is no apt-get`;
  const still = await absent(programs);
  return still.length === 0
    ? undefined
    : `${still.join(", ")} could not be installed: ${new TextDecoder().decode(install.stderr).slice(0, 300)}`;
}

async function absent(programs: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(programs).map(async ([program, name]) => await isThere(program) ? [] : [name]),
  );
  return found.flat();
}

async function isThere(program: string): Promise<boolean> {
  const paths = program.startsWith("/")
    ? [program]
    : ["/usr/sbin", "/usr/bin", "/bin", "/sbin"].map((folder) => `${folder}/${program}`);
  for (const path of paths) {
    if (await Deno.stat(path).then(() => true, () => false)) return true;
  }
  return false;
}
