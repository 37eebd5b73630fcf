/** Which users of this machine the users of a process are: engines may give a container others than its own. */

/**
 * How far the numbers of a process's users are from those that the machine's disks have; 0 where they are the same.
 * Undefined where the process is gone or may not be looked at.
 */
export async function userShift(pid: number, proc = "/proc"): Promise<number | undefined> {
  const text = await Deno.readTextFile(`${proc}/${pid}/uid_map`).catch(() => undefined);
  const [inside, outside] = text?.trim().split("\n")[0]?.trim().split(/\s+/).map(Number) ?? [];
  return inside === undefined || outside === undefined || Number.isNaN(outside)
    ? undefined
    : outside - inside;
}
