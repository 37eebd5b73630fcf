/** Brings up a control plane and a real node. Runs inside the namespaces, and ends when the node is ready. */
import { join } from "node:path";
import { apiClient } from "../../lib/embedded_cluster/api_client.ts";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { listDaemons, startDaemon } from "../../lib/embedded_cluster/daemon.ts";
import { clusterWith } from "../../lib/embedded_cluster/embedded.ts";
import { clusterLayout } from "../../lib/embedded_cluster/layout.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { NODE_ADDRESS } from "./namespaces.ts";
import {
  containerdConfiguration,
  kubeletConfiguration,
  networkConfiguration,
  NODE_NAME,
  proxyConfiguration,
  type ProxyMode,
} from "./node_configuration.ts";
import { nameServer, nameServerConfiguration } from "./name_server.ts";
import { NODE_TOOLS } from "./node_tools.ts";

const READY_TIMEOUT_MS = 300_000;

interface Node {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Deployment {
  readonly status?: { readonly availableReplicas?: number };
}

/** @param directory the node's folder; `images.tar` in it holds the images to import. */
async function boot(directory: string, cgroup: string, mode: ProxyMode): Promise<void> {
  const say = (line: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  const tools = await buildTools(NODE_TOOLS, say);
  const options = { directory: join(directory, "cluster"), audit: false, simulatedNode: false };
  const cluster = clusterWith(options, Deno.env.toObject());
  const { kubeconfigPath: kubeconfig } = await cluster.up(say);
  const records = join(directory, "processes");
  const start = (name: string, program: string, args: readonly string[]): Promise<void> =>
    startDaemon({
      name,
      program,
      args,
      workingDirectory: directory,
      log: join(directory, "logs", `${name}.log`),
    }, records);
  const file = (name: string): string => join(directory, name);
  await writeConfiguration(directory, { kubeconfig, cgroup, mode });

  await start("containerd", "/usr/bin/containerd", [
    "--config",
    file("containerd.toml"),
    "--log-level",
    "warn",
  ]);
  await importImages(file("images.tar"));
  await start("kube-proxy", tools["kube-proxy"], [
    `--config=${file("kube-proxy.yaml")}`,
    `--hostname-override=${NODE_NAME}`,
  ]);
  await start("kubelet", tools.kubelet, [
    `--config=${file("kubelet.yaml")}`,
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
    `--node-labels=storage-id=${NODE_NAME}`,
  ]);
  const { server } = await cluster.status();
  using api = await apiClient(clusterLayout(options.directory), server ?? "");
  const ready = await waitFor(READY_TIMEOUT_MS, async () => {
    const { body } = await api.request("GET", `/api/v1/nodes/${NODE_NAME}`);
    const conditions = (body as Node).status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === "Ready" && status === "True") || undefined;
  });
  const logs = join(directory, "logs");
  const deployments = "/apis/apps/v1/namespaces/kube-system/deployments";
  await api.apply(`${deployments}/coredns`, nameServer(directory, tools.coredns));
  const answering = await waitFor(READY_TIMEOUT_MS, async () => {
    const { body } = await api.request("GET", `${deployments}/coredns`);
    return (body as Deployment).status?.availableReplicas === 1 || undefined;
  });
  if (!ready) throw new Error(`Cannot use the node: it was not ready in time; see "${logs}"`);
  if (!answering) throw new Error(`Cannot use the node: CoreDNS was not ready in time; see "${logs}"`);
  const ended = (await listDaemons(records)).filter(({ running }) => !running).map(({ name }) => name);
  if (ended.length > 0) throw new Error(`Cannot use the node: ${ended.join(", ")} ended; see "${logs}"`);
}

async function writeConfiguration(
  directory: string,
  { kubeconfig, cgroup, mode }: {
    readonly kubeconfig: string;
    readonly cgroup: string;
    readonly mode: ProxyMode;
  },
): Promise<void> {
  for (const name of ["processes", "logs", "network"]) {
    await Deno.mkdir(join(directory, name), { recursive: true });
  }
  const resolvConf = join(directory, "resolv.conf");
  const files = {
    "containerd.toml": containerdConfiguration(join(directory, "network")),
    "network/10-pods.conflist": networkConfiguration(),
    "kubelet.yaml": kubeletConfiguration(cgroup, resolvConf),
    "kube-proxy.yaml": proxyConfiguration(kubeconfig, mode),
    "Corefile": nameServerConfiguration(kubeconfig),
    "resolv.conf": "",
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(directory, name), text);
}

async function importImages(archive: string): Promise<void> {
  const listening = await waitFor(READY_TIMEOUT_MS, async () => await ctr(["version"]) === "" || undefined);
  if (!listening) throw new Error("Cannot use containerd: it does not answer");
  const errors = await ctr(["images", "import", archive]);
  if (errors !== "") throw new Error(`Cannot import the images: ${errors}`);
}

/** @returns what it said when it failed, else nothing. */
async function ctr(args: readonly string[]): Promise<string> {
  const { success, stderr } = await new Deno.Command("ctr", { args: ["--namespace", "k8s.io", ...args] })
    .output();
  return success ? "" : new TextDecoder().decode(stderr).trim() || "no reason given";
}

if (import.meta.main) {
  const [directory, cgroup, mode] = Deno.args;
  if (directory === undefined || cgroup === undefined || (mode !== "nftables" && mode !== "iptables")) {
    throw new Error("Expected the node's folder, control group and the mode of kube-proxy");
  }
  await boot(directory, cgroup, mode);
}
