/**
 * The network namespace of the proof: nothing leaves it, and every address of 10.42.0.0/16 is this machine, so
 * that one process can answer for every container and pod.
 */

/** The range of containers and pods. */
export const podRange = "10.42.0.0/16";

/** Whether this process runs in such a namespace. */
export function isIsolated(): boolean {
  return Deno.env.get("ROUTING_NAMESPACE") === "1";
}

/** Names that cluster DNS would answer, for what Traefik itself asks; there is no other name server. */
const clusterHosts = "10.42.1.1 shop.varied.svc.cluster.local";

/** Runs a command in a new namespace. @returns its exit code. */
export async function runIsolated(command: readonly string[]): Promise<number> {
  const hosts = await Deno.makeTempFile({ prefix: "hosts" });
  await Deno.writeTextFile(hosts, `${await Deno.readTextFile("/etc/hosts")}\n${clusterHosts}\n`);
  const setup = [
    "ip link set lo up",
    `ip route add local ${podRange} dev lo`,
    `mount --bind ${hosts} /etc/hosts`,
    'exec "$@"',
  ].join(" && ");
  const child = new Deno.Command("unshare", {
    args: ["-rnm", "sh", "-c", setup, "sh", ...command],
    env: { ROUTING_NAMESPACE: "1" },
    stdin: "null",
  }).spawn();
  const { code } = await child.status;
  await Deno.remove(hosts);
  return code;
}
