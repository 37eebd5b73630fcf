/** Debian's packages with the real servers; installed where they are missing and that is allowed. */

import { install } from "../apt.ts";

/** Why the tests cannot run here, or nothing; installs what is missing. `programs` maps a program to its package. */
export async function missingPackages(
  programs: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const wanted = await absent(programs);
  if (wanted.length === 0) return undefined;
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    return `${wanted.join(", ")} not installed, and not root`;
  }
  const why = await install(wanted).then(() => undefined, (error: Error) => error);
  if (why instanceof Deno.errors.NotFound) {
    return `${wanted.join(", ")} not installed, and there is no apt-get`;
  }
  const still = await absent(programs);
  return still.length === 0
    ? undefined
    : `${still.join(", ")} could not be installed: ${why?.message.slice(0, 300)}`;
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
