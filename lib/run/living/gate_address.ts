/** The address of this machine at which pods find a gate, and what is said where others find it there, too. */
import type { ClusterClient } from "../../cluster/client.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { KubeObject } from "../../kube/object.ts";
import { list, record } from "../../values/json.ts";
import type { GatePort } from "./gate.ts";

/** Where gates are open. */
export interface GateAddress {
  readonly address: string;
  /** It is that of the pods' bridge: nobody but pods and the node itself has a way to it. */
  readonly isBridge: boolean;
}

/** Undefined where no node is this machine. @throws ApiError */
export async function findGateAddress(client: ClusterClient): Promise<GateAddress | undefined> {
  const { items } = await client.list({ apiVersion: "v1", kind: "Node" }, undefined);
  return gateAddressOf(items, new Set(Deno.networkInterfaces().map(({ address }) => address)));
}

/** @param own the addresses of this machine */
export function gateAddressOf(
  nodes: readonly KubeObject[],
  own: ReadonlySet<string>,
): GateAddress | undefined {
  for (const node of nodes) {
    const address = list(record(node["status"])?.["addresses"]).filter(({ type }) => type === "InternalIP")
      .map((one) => String(one["address"])).find((one) => own.has(one));
    if (address === undefined) continue;
    const bridge = bridgeOf(String(record(node["spec"])?.["podCIDR"] ?? ""));
    return bridge !== undefined && own.has(bridge)
      ? { address: bridge, isBridge: true }
      : { address, isBridge: false };
  }
  return undefined;
}

/** CNI's host-local gives a bridge the first address of the node's range, as k3s has it on cni0. IPv4 alone. */
function bridgeOf(range: string): string | undefined {
  const [, network, last] = /^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/.exec(range) ?? [];
  return network === undefined ? undefined : `${network}.${Number(last) + 1}`;
}

/** Nothing where nobody but pods finds it. */
export function openToOthers(
  service: string,
  ports: readonly Pick<GatePort, "hostPort">[],
  { address, isBridge }: GateAddress,
): readonly Diagnostic[] {
  if (isBridge || ports.length === 0) return [];
  const host = address.includes(":") ? `[${address}]` : address;
  const places = ports.map(({ hostPort }) => `${host}:${hostPort}`).join(", ");
  return [{
    code: "run-gate-open",
    severity: "warning",
    message:
      `"${service}" in the engine is open at ${places} to everything that can reach the node there, as long as ` +
      "pods call it in the engine: the node has no bridge of its pods, and ufw does not block ports that Docker publishes",
    hint:
      `Close these ports by a firewall in front of the node; or start a pod, which makes the bridge, and run ` +
      `again; or move "${service}" before those that call it`,
  }];
}
