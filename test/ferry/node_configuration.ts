/** The configuration files of a real node's programs. */
import { stringify } from "yaml";
import { NODE_ADDRESS } from "./namespaces.ts";

/** The node's name, and the `storage-id` of the disks that it has. */
export const NODE_NAME = "main-01";

/** The image of the container that holds a pod's namespaces; it has only to wait. */
export const SANDBOX_IMAGE = "localhost/sandbox:1";

/** A node's pods; the service range of the control plane is another. */
const POD_RANGE = "10.42.0.0/24";
const POD_RANGES = "10.42.0.0/16";

/** containerd 1.6, as Debian has it, with runc and cgroupfs. */
export function containerdConfiguration(networkFolder: string): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${SANDBOX_IMAGE}"
  # Where root may not lower the score runc says only "can't get final child's PID from pipe: EOF".
  restrict_oom_score_adj = true
  disable_apparmor = true
  # As k3s has it, and Docker: who is not root may listen on port 80, and ping.
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

[plugins."io.containerd.grpc.v1.cri".containerd]
  default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${networkFolder}"
`;
}

/** One bridge for all pods; ports of the host as k3s offers them. */
export function networkConfiguration(): string {
  return JSON.stringify({
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "pods0",
        isGateway: true,
        hairpinMode: true,
        ipam: { type: "host-local", ranges: [[{ subnet: POD_RANGE }]], routes: [{ dst: "0.0.0.0/0" }] },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
}

/** @param cgroup the node's own control group, so that nothing of it is left in another. */
export function kubeletConfiguration(cgroup: string, resolvConf: string): string {
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: NODE_ADDRESS,
    // Only this node's namespaces reach it.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: cgroup,
    clusterDNS: [NODE_ADDRESS],
    clusterDomain: "cluster.local",
    resolvConf,
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    failCgroupV1: false,
    failSwapOn: false,
    // The machine is shared with builds and tests: its disk and memory say nothing about the pods.
    evictionHard: { "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    syncFrequency: "5s",
    // Changes of a mounted ConfigMap are seen at once instead of within a minute or two.
    configMapAndSecretChangeDetectionStrategy: "Watch",
    serializeImagePulls: false,
    registryPullQPS: 0,
  });
}

/** How kube-proxy leads packets to pods. */
export type ProxyMode = "nftables" | "iptables";

/**
 * With nftables everything is masqueraded; with iptables, as k3s has it, a pod sees which pod calls, and what comes from
 * outside is masqueraded alone.
 */
export function proxyConfiguration(kubeconfig: string, mode: ProxyMode): string {
  const syncPeriod = "10s";
  return stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    bindAddress: NODE_ADDRESS,
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    clientConnection: { kubeconfig },
    clusterCIDR: POD_RANGES,
    mode,
    ...(mode === "nftables"
      ? { nftables: { masqueradeAll: true, minSyncPeriod: "0s", syncPeriod } }
      : { iptables: { masqueradeAll: false, minSyncPeriod: "1s", syncPeriod } }),
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  });
}
