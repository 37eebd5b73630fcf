/** A real Kubernetes node for tests: containers really run, volumes are really mounted, Services really answer. */
import { join } from "node:path";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { fetchManifests } from "../../lib/embedded_cluster/manifests.ts";
import { makeControlGroup, removeControlGroup } from "./control_group.ts";
import { type Image, writeImages } from "./image.ts";
import { openNamespaces, type Output } from "./namespaces.ts";
import { type ProxyMode, SANDBOX_IMAGE } from "./node_configuration.ts";
import { ALL_TOOLS } from "./node_tools.ts";
import type { ToolName } from "../../lib/embedded_cluster/tools.ts";
import { fetchBusybox, installPackages } from "./requirements.ts";

/** A running node with its control plane. */
export interface RealNode extends AsyncDisposable {
  readonly directory: string;
  /** The root of its file systems, as it is reached from outside. */
  readonly root: string;
  readonly kubeconfigPath: string;
  /** Runs a command where the cluster can be reached. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Output>;
  /** The program. */
  readonly kubectlPath: string;
  /** Runs kubectl. @throws when it fails. @returns what it printed. */
  kubectl(...args: readonly string[]): Promise<string>;
}

/** The repository's root, from which commands run. */
const ROOT = join(import.meta.dirname ?? ".", "../..");

const SANDBOX: Image = { name: SANDBOX_IMAGE, entrypoint: ["/bin/tail", "-f", "/dev/null"] };

/**
 * Starts a node that has these images. All it writes is in a temporary folder, in its own namespaces and in its own
 * control group; disposing of it removes all three.
 *
 * @param more programs to build before the namespaces close the network, besides the node's own.
 * @param proxy how kube-proxy works; its mode decides whose address a called pod sees.
 * @throws when {@link whyNoRealNode} has a reason, or a program does not start; then the folder stays, with its logs.
 */
export async function startNode(
  images: readonly Image[],
  report: (line: string) => void,
  more: readonly ToolName[] = [],
  proxy: ProxyMode = "nftables",
): Promise<RealNode> {
  await installPackages(report);
  const env = Deno.env.toObject();
  const busybox = await fetchBusybox(cacheDirectory(env));
  const { kubectl } = await buildTools([...ALL_TOOLS, ...more], report, env);
  await fetchManifests(report, env);
  const directory = await Deno.makeTempDir({ prefix: "real-node-" });
  await writeImages([SANDBOX, ...images], busybox, join(directory, "images.tar"));
  const cgroup = directory.slice(directory.lastIndexOf("/") + 1);
  await makeControlGroup(cgroup);
  const namespaces = await openNamespaces();
  const close = async (): Promise<void> => {
    await namespaces[Symbol.asyncDispose]();
    await removeControlGroup(cgroup);
  };
  const kubeconfigPath = join(directory, "cluster", "kubeconfig");
  const run = (command: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Output> =>
    namespaces.run(command, ROOT, more);
  report("Starting a real node");
  const booted = await run([
    Deno.execPath(),
    "run",
    "-A",
    join("test", "ferry", "boot.ts"),
    directory,
    `/${cgroup}`,
    proxy,
  ]);
  if (booted.code !== 0) {
    await close();
    throw new Error(
      `Cannot start a real node; its logs are in "${directory}":\n${booted.stdout}${booted.stderr}`,
    );
  }
  return {
    directory,
    root: namespaces.root,
    kubeconfigPath,
    run,
    kubectlPath: kubectl,
    kubectl: async (...args) => {
      const { code, stdout, stderr } = await run([kubectl, "--kubeconfig", kubeconfigPath, ...args]);
      if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr.trim()}`);
      return stdout;
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}
