/** A control group of the node's own, so that nothing of it stays in the machine's. */
import { join } from "node:path";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

const ROOT = "/sys/fs/cgroup";
const TIMEOUT_MS = 30_000;

/** A node is a machine: among the programs of a busy one its pods are to have more than the share of one program. */
const WEIGHTS = [["cpu.shares", "32768"], ["cpu.weight", "1000"]] as const;

/** Makes the group in every hierarchy of the machine (version 1, hybrid or 2). */
export async function makeControlGroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const group = join(hierarchy, name);
    await Deno.mkdir(group, { recursive: true });
    // Version 1 gives a new cpuset nothing to run on.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const value = await Deno.readTextFile(join(hierarchy, file)).catch(() => "");
      if (value.trim() !== "") await Deno.writeTextFile(join(group, file), value).catch(() => {});
    }
    const controllers = await Deno.readTextFile(join(hierarchy, "cgroup.controllers")).catch(() => "");
    for (const controller of controllers.trim().split(/\s+/).filter((word) => word !== "")) {
      await Deno.writeTextFile(join(hierarchy, "cgroup.subtree_control"), `+${controller}`).catch(() => {});
    }
    for (const [file, weight] of WEIGHTS) await Deno.writeTextFile(join(group, file), weight).catch(() => {});
  }
}

/**
 * Removes the group and all below it, once the processes in it are gone: they end, but not at once.
 *
 * @throws when some are there after half a minute.
 */
export async function removeControlGroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    let busy: unknown;
    const gone = await waitFor(TIMEOUT_MS, async () => {
      try {
        await removeTree(join(hierarchy, name));
        return true;
      } catch (error) {
        busy = error;
        return undefined;
      }
    });
    if (!gone) throw busy;
  }
}

/** Each controller has a folder in version 1; in version 2 the root itself is the one hierarchy. */
async function hierarchies(): Promise<readonly string[]> {
  if (await Deno.stat(join(ROOT, "cgroup.controllers")).then(() => true, () => false)) return [ROOT];
  const found: string[] = [];
  for await (const entry of Deno.readDir(ROOT)) if (entry.isDirectory) found.push(join(ROOT, entry.name));
  return found;
}

/** A group is removed by its folder; the files in it are the kernel's. */
async function removeTree(group: string): Promise<void> {
  try {
    for await (const entry of Deno.readDir(group)) {
      if (entry.isDirectory) await removeTree(join(group, entry.name));
    }
    await Deno.remove(group);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
