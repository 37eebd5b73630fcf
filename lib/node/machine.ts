/** What this machine is known by, so that a cluster's node can be told from it. */

/** Marks of this machine as a kubelet on it would report them. */
export interface Machine {
  /** The kernel's mark of its last start (`nodeInfo.bootID`); containers have the same. Absent where it is no Linux. */
  readonly bootId?: string;
  /** The mark of the installation (`nodeInfo.machineID`); a container has another one, or none. */
  readonly machineId?: string;
  readonly addresses: readonly string[];
}

const BOOT_ID = "/proc/sys/kernel/random/boot_id";
/** In the kubelet's order (cadvisor, `machine_id_file`). */
const MACHINE_ID = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/** @throws where the marks are there and cannot be read */
export async function thisMachine(): Promise<Machine> {
  const bootId = await textOf(BOOT_ID);
  const ids = await Promise.all(MACHINE_ID.map(textOf));
  const machineId = ids.find((id) => id !== undefined);
  return {
    ...(bootId === undefined ? {} : { bootId }),
    ...(machineId === undefined ? {} : { machineId }),
    addresses: Deno.networkInterfaces().map(({ address }) => address),
  };
}

/** A node as far as it says what it runs on. */
export interface NodeMarks {
  readonly bootId: string;
  readonly machineId: string;
  readonly addresses: readonly string[];
}

/**
 * Whether a node is this machine. A node that is a container on it (kind, minikube and k3d on Docker) has the same
 * kernel, but an installation of its own and addresses that this machine does not have: its directories are others.
 */
export function isThisMachine(node: NodeMarks, machine: Machine): boolean {
  if (machine.bootId === undefined || node.bootId !== machine.bootId) return false;
  if (node.machineId !== "" && node.machineId === machine.machineId) return true;
  return node.addresses.length === 0 || node.addresses.some((address) => machine.addresses.includes(address));
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(file)).trim() || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
