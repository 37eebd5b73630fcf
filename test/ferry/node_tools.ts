/** The programs of a real node and its control plane, for a build before the node's namespaces close the network. */
import { CLUSTER_TOOLS, type ToolName } from "../../lib/embedded_cluster/tools.ts";

/** What is needed besides Debian's packages. */
export const NODE_TOOLS = [
  "kubelet",
  "kube-proxy",
  "coredns",
  "kubectl",
] as const satisfies readonly ToolName[];

/** All that is built from Go modules. */
export const ALL_TOOLS = [...CLUSTER_TOOLS, ...NODE_TOOLS] as const;
