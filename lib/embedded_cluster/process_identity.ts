/** Tells one process from another that later got the same pid: by the moment it started. */

/**
 * The moment a process started, in a form that no later process shares: on Linux the boot's id and the kernel's start
 * time in ticks (proc(5), field 22), elsewhere what `ps` says.
 *
 * @returns `undefined` when there is no such process, or only a zombie.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return await identityFromPs(pid);
  try {
    const boot = await Deno.readTextFile("/proc/sys/kernel/random/boot_id");
    return identityFromStat(boot, await Deno.readTextFile(`/proc/${pid}/stat`));
  } catch (error) {
    // A process that ends while it is read gives ESRCH, which Deno does not map to NotFound.
    if (error instanceof Error && /NotFound|os error (2|3)\b/.test(`${error.name} ${error.message}`)) {
      return undefined;
    }
    throw error;
  }
}

/** The identity from `/proc/<pid>/stat`; the command in parentheses may itself hold spaces and parentheses. */
export function identityFromStat(bootId: string, stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  return state === "Z" || state === "X" ? undefined : `${bootId.trim()} ${fields[19]}`;
}

async function identityFromPs(pid: number): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command("ps", { args: ["-o", "lstart=", "-p", `${pid}`] })
    .output();
  const text = new TextDecoder().decode(stdout).trim();
  return success && text !== "" ? text : undefined;
}
