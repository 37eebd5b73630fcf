/** What a real node needs of this machine, and how it comes there. */

import { join } from "node:path";
import { withFileLock } from "../../lib/embedded_cluster/file_lock.ts";
import { aptGet, install } from "../apt.ts";
import { makeControlGroup, removeControlGroup } from "./control_group.ts";

/** Debian's packages, with one program of each by which its presence is seen. */
const PACKAGES: Readonly<Record<string, string>> = {
  "containerd": "/usr/bin/containerd",
  "runc": "/usr/sbin/runc",
  "containernetworking-plugins": "/usr/lib/cni/bridge",
  "iproute2": "/bin/ip",
  "iptables": "/usr/sbin/iptables",
  "nftables": "/usr/sbin/nft",
  "util-linux": "/usr/bin/unshare",
};

/**
 * Why a real node cannot run here; `undefined` when it can. Nothing is changed.
 *
 * @param more packages that are needed besides the node's own, each with a program by which its presence is seen.
 * @returns a sentence for people, to be shown when tests are skipped.
 */
export async function whyNoRealNode(
  more: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "a real node needs Linux";
  if (Deno.uid() !== 0) return "a real node needs root, for its containers' namespaces";
  const missing = await missingPackages({ ...PACKAGES, ...more });
  if (missing.length > 0 && !await exists("/usr/bin/apt-get")) {
    return `a real node needs ${missing.join(", ")}, and apt-get is not here to install them`;
  }
  return await whyNoNamespaces() ?? await whyNoControlGroups();
}

/** Root in a container may not be allowed what root on a machine is. */
async function whyNoNamespaces(): Promise<string | undefined> {
  const attempt = [
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--mount-proc",
    "mount",
    "-t",
    "tmpfs",
    "tmpfs",
    "/run",
  ];
  const { success, stderr } = await new Deno.Command("unshare", { args: attempt, stdin: "null" }).output();
  if (success) return undefined;
  return `a real node needs namespaces of its own: ${new TextDecoder().decode(stderr).trim()}`;
}

async function whyNoControlGroups(): Promise<string | undefined> {
  const name = `compose-ferry-attempt-${Deno.pid}`;
  try {
    await makeControlGroup(name);
    return undefined;
  } catch (error) {
    return `a real node needs a control group of its own: ${error instanceof Error ? error.message : error}`;
  } finally {
    await removeControlGroup(name);
  }
}

/**
 * Installs what is missing, with apt-get.
 *
 * @param packages each with a program by which its presence is seen.
 * @throws when it fails.
 */
export async function installPackages(
  report: (line: string) => void,
  packages: Readonly<Record<string, string>> = PACKAGES,
): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  report(`Installing ${missing.join(", ")} with apt-get`);
  await install(missing);
}

/**
 * Gives the path of one of Debian's two: `busybox` runs the programs of its PATH before its own, as the official image's
 * does, and `busybox-static` needs no library. It is unpacked into the cache and not installed, as they exclude each other.
 */
export async function fetchBusybox(
  cache: string,
  name: "busybox" | "busybox-static" = "busybox",
): Promise<string> {
  await Deno.mkdir(cache, { recursive: true });
  const unpacked = join(cache, name);
  const program = join(unpacked, "bin", "busybox");
  await withFileLock(`${unpacked}.lock`, () => {}, async () => {
    if (await exists(program)) return;
    const directory = await Deno.makeTempDir({ dir: cache, prefix: "unfinished-" });
    try {
      const download = (): Promise<void> => aptGet(["download", name], directory);
      // A machine that has installed nothing yet has no list of packages.
      await download().catch(() => aptGet(["update"]).then(download));
      const [archive] = await Array.fromAsync(Deno.readDir(directory));
      const args = ["--extract", join(directory, archive?.name ?? ""), join(directory, "root")];
      const { success, stderr } = await new Deno.Command("dpkg-deb", { args }).output();
      if (!success) throw new Error(`Cannot unpack ${name}: ${new TextDecoder().decode(stderr).trim()}`);
      await Deno.rename(join(directory, "root"), unpacked);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
  return program;
}

async function missingPackages(packages = PACKAGES): Promise<readonly string[]> {
  const present = await Promise.all(Object.values(packages).map(exists));
  return Object.keys(packages).filter((_, index) => present[index] !== true);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
