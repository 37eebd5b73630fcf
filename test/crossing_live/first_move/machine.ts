/** A machine with a Docker Engine that runs a stack, on which the guide's commands are pasted, one after the other. */
import { dirname, join } from "node:path";
import { cacheDirectory } from "../../../lib/embedded_cluster/cache.ts";
import { buildTools } from "../../../lib/embedded_cluster/build.ts";
import { type Image, writeImages } from "../../ferry/image.ts";
import { FILLING, WAITING } from "../../ferry/images.ts";
import type { Output } from "../../ferry/namespaces.ts";
import { type RealNode, startNode } from "../../ferry/node.ts";
import { fetchBusybox, installPackages } from "../../ferry/requirements.ts";
import { installFirewallPackages, startFirewall } from "../../ferry/start_kube_router.ts";
import { ENGINE_PACKAGES, engineEnvironment, type RealEngine, startEngine } from "../../guard/engine.ts";
import { installManifest, installTraefik, type LoadBalancers, serveLoadBalancers } from "../../guard/k3s.ts";
import { ANSWERS, onMachine } from "./guide.ts";

/** The machine, and what is done on it. */
export interface Machine extends AsyncDisposable {
  readonly node: RealNode;
  readonly engine: RealEngine;
  readonly stack: string;
  /** Runs a line of the guide, or one like it. */
  paste(line: string): Promise<Output>;
  /** Runs docker compose in the stack's folder. @throws when it fails. */
  compose(...args: readonly string[]): Promise<void>;
}

/** Before it the reader installs k3s: here the node runs already, and gets what k3s would apply. */
const WAITS_FOR_K3S = /^until k3s kubectl wait\b/;
/** After it k3s applies the settings of its Traefik anew. */
const SETS_TRAEFIK = /task migrate .*--to 040\b/;

/**
 * @param images that the engine alone has
 * @param name the folder of the stack; its files are laid out by who calls this
 */
export async function openMachine(
  name: string,
  images: readonly Image[],
  report: (line: string) => void,
): Promise<Machine> {
  await installPackages(report, ENGINE_PACKAGES);
  await installFirewallPackages(report);
  const tools = ["docker-compose", "traefik", "kube-router"] as const;
  const { "docker-compose": composer } = await buildTools([...tools], report);
  const node = await startNode([WAITING, FILLING], report, tools);
  try {
    report("Starting a Docker Engine with the stack's images");
    const engine = await startEngine(node);
    await loadImages(node, engine, images);
    await startFirewall(node);
    const [stack, root, bin] = ["opt", "root", "bin"].map((folder) => join(node.directory, folder));
    const places = {
      stack: join(stack ?? "", name),
      root: root ?? "",
      deno: Deno.execPath(),
      kubectl: node.kubectlPath,
    };
    await Promise.all(
      [places.stack, places.root, bin ?? ""].map((path) => Deno.mkdir(path, { recursive: true })),
    );
    // Images that were loaded are of no registry that is known.
    await Deno.writeTextFile(join(places.root, ANSWERS), "kube-image-local: default\n");
    await Deno.symlink(composer, join(bin ?? "", "docker-compose"));
    const environment = {
      ...engineEnvironment(node),
      KUBECONFIG: node.kubeconfigPath,
      PATH: `${bin}:${Deno.env.get("PATH")}`,
    };
    const balancers = serveLoadBalancers(node);
    return {
      node,
      engine,
      stack: places.stack,
      paste: async (line) => {
        if (WAITS_FOR_K3S.test(line)) await installK3s(node, places.root);
        const output = await node.run(["sh", "-c", onMachine(line, places)], environment);
        if (SETS_TRAEFIK.test(line)) await installTraefik(node);
        return output;
      },
      compose: async (...args) => {
        const shell = 'cd "$1" && shift && exec docker-compose "$@"';
        const { code, stderr } = await node.run(
          ["sh", "-c", shell, "sh", places.stack, ...args],
          environment,
        );
        if (code !== 0) throw new Error(`docker compose ${args.join(" ")}: ${stderr.trim()}`);
      },
      [Symbol.asyncDispose]: () => close(node, balancers),
    };
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

async function close(node: RealNode, balancers: LoadBalancers): Promise<void> {
  await balancers[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
}

/** As `docker pull` or `docker build` did long ago: the node has none of them. */
async function loadImages(node: RealNode, engine: RealEngine, images: readonly Image[]): Promise<void> {
  const archive = join(node.directory, "stack-images.tar");
  await writeImages(images, await fetchBusybox(cacheDirectory(Deno.env.toObject())), archive);
  await engine.docker("load", "--quiet", "--input", archive);
  await Deno.remove(archive);
}

/** With what lies in its folders by then. */
async function installK3s(node: RealNode, root: string): Promise<void> {
  const manifests = join(root, "var/lib/rancher/k3s/server/manifests");
  for await (const { name } of Deno.readDir(manifests)) {
    await installManifest(node, await Deno.readTextFile(join(manifests, name)));
  }
  // It keeps its state there from its first start on.
  await Deno.mkdir(join(dirname(manifests), "db"));
  await installTraefik(node);
}
