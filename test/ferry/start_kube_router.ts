/** Starts what enforces network policies in k3s, kube-router's firewall, beside a real node: inside its namespaces. */
import { join } from "node:path";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { startDaemon } from "../../lib/embedded_cluster/daemon.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import type { RealNode } from "./node.ts";
import { NODE_NAME } from "./node_configuration.ts";
import { installPackages } from "./requirements.ts";

/** Debian's packages that it needs, each with a program by which its presence is seen. */
const PACKAGES = { ipset: "/usr/sbin/ipset" };

const TIMEOUT_MS = 300_000;

/** Before the node's namespaces close the network. */
export function installFirewallPackages(report: (line: string) => void): Promise<void> {
  return installPackages(report, PACKAGES);
}

/** Starts it for a node whose program `kube-router` has been built. @throws when it writes no rules. */
export async function startFirewall(node: RealNode): Promise<void> {
  const script = [Deno.execPath(), "run", "-A", "test/ferry/start_kube_router.ts"];
  const { code, stderr } = await node.run([...script, node.directory, NODE_NAME]);
  if (code !== 0) throw new Error(stderr.trim());
}

/** @param directory the node's folder. @param node its name in the cluster. */
async function start(directory: string, node: string): Promise<void> {
  const tools = await buildTools(["kube-router"], () => {});
  const log = join(directory, "logs/kube-router.log");
  const args = [
    `--kubeconfig=${join(directory, "cluster", "kubeconfig")}`,
    `--hostname-override=${node}`,
    "--run-firewall=true",
    "--run-router=false",
    "--run-service-proxy=false",
    "--enable-cni=false",
    "--metrics-port=0",
    "--health-port=0",
  ];
  const program = { name: "kube-router", program: tools["kube-router"], args };
  await startDaemon({ ...program, workingDirectory: directory, log }, join(directory, "processes"));
  const begun = await waitFor(TIMEOUT_MS, async () => {
    const { stdout } = await new Deno.Command("iptables", { args: ["-S", "FORWARD"], stderr: "null" })
      .output();
    return new TextDecoder().decode(stdout).includes("KUBE-ROUTER-FORWARD") || undefined;
  });
  if (!begun) throw new Error(`Cannot use kube-router: it wrote no rules; see "${log}"`);
}

if (import.meta.main) {
  const [directory = "", node = ""] = Deno.args;
  await start(directory, node);
}
