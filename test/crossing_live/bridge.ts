/** The bridge of a node's pods, to whose address gates are bound. */
import type { RealNode } from "../ferry/node.ts";
import { until } from "../guard/berth.ts";

/** As k3s's controllers give each node its range: its first address is the bridge's, which the first pod makes. */
export async function makeBridge(node: RealNode): Promise<void> {
  const [name = ""] = (await node.kubectl("get", "nodes", "-o", "name")).split("\n");
  const spec = { podCIDR: "10.42.0.0/24", podCIDRs: ["10.42.0.0/24"] };
  await node.kubectl("patch", name, "--patch", JSON.stringify({ spec }));
  // It has a network before it has an image.
  await node.kubectl("run", "first", "--image=nobody.invalid/none:1", "--restart=Never");
  await until("the first pod has an address", async () => {
    return /^10\.42\.0\.\d+$/.test(await node.kubectl("get", "pod/first", "-o", "jsonpath={.status.podIP}"));
  });
  await node.kubectl("delete", "pod/first", "--wait=false");
}
