/** Which addresses a process listens on, as the kernel knows it: for tests that nothing is open to the network. */

/** TCP's LISTEN in `/proc/net/tcp` (proc_net_tcp.txt of the kernel's documentation). */
const LISTEN = "0A";

/** The IPv4 and IPv6 addresses with port of a process's listening TCP sockets, sorted. Linux only. */
export async function listeningAddresses(pid: number): Promise<readonly string[]> {
  const sockets = await socketInodes(pid);
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => Deno.readTextFile(`/proc/${pid}/net/${name}`)),
  );
  return tables.flatMap((table) =>
    table.trim().split("\n").slice(1).flatMap((row) => {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
      return state === LISTEN && sockets.has(inode ?? "") ? [formatAddress(local ?? "")] : [];
    })
  ).sort();
}

async function socketInodes(pid: number): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** IPv4 is in the machine's byte order; IPv6 stays as the kernel writes it, as any is too much. */
function formatAddress(local: string): string {
  const [address, port] = local.split(":");
  const bytes = (address ?? "").match(/../g)?.map((byte) => parseInt(byte, 16)) ?? [];
  const host = bytes.length === 4 ? bytes.reverse().join(".") : address;
  return `${host}:${parseInt(port ?? "", 16)}`;
}
