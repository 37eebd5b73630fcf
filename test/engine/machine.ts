/** A real engine and a real node side by side, with everything that both need of the machine. */
import { join } from "node:path";
import { ENGINE_PACKAGES, engineEnvironment, type RealEngine, startEngine } from "../guard/engine.ts";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import type { Image } from "../ferry/image.ts";
import { WAITING } from "../ferry/images.ts";
import { NODE_ADDRESS } from "../ferry/namespaces.ts";
import { type RealNode, startNode } from "../ferry/node.ts";
import { installPackages } from "../ferry/requirements.ts";
import { installFirewallPackages, startFirewall } from "../ferry/start_kube_router.ts";
import type { Target } from "./project.ts";
import type { Sight } from "./view.ts";

/** Both, as long as they run. */
export interface Machine extends AsyncDisposable {
  readonly node: RealNode;
  readonly engine: RealEngine;
  /** Runs compose v2 on the engine. @throws when it fails. @returns what it printed. */
  compose(stack: string, ...args: readonly string[]): Promise<string>;
  /** Runs a command of the tool, as an operator would. */
  ferry(
    command: string,
    stack: string,
    ...args: readonly string[]
  ): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Asks the probe that is this process, by its number in the node. @throws when it does not answer. */
  askProbe(process: number, kind: string, body: string): Promise<string>;
  /** Leads ports of every address of the node to Services, as k3s's servicelb does. */
  balance(ports: readonly Balanced[]): Promise<AsyncDisposable>;
  /** Asks the cluster's name server for whole names. @returns the addresses of each. */
  askNames(names: readonly string[]): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Looks from the machine itself. */
  lookFromOutside(targets: readonly Target[]): Promise<readonly Sight[]>;
}

/** A port of a Service of type LoadBalancer, and the Service's address. */
export interface Balanced {
  readonly protocol: string;
  readonly port: number;
  readonly address: string;
}

/** The addresses at which published ports are tried: the node's, another of the machine, and its loopback. */
export const ADDRESSES: Readonly<Record<string, string>> = {
  node: NODE_ADDRESS,
  other: "10.40.7.1",
  loopback: "127.0.0.1",
};

/**
 * Starts both with these images. All of it ends with the node's namespaces.
 *
 * @param others.engine another `dockerd` than Debian's.
 * @param others.code the checkout whose tool moves the stacks.
 */
export async function startMachine(
  images: readonly Image[],
  probe: string,
  report: (line: string) => void,
  { engine: program, code }: { readonly engine: string | undefined; readonly code: string },
): Promise<Machine> {
  await installPackages(report, ENGINE_PACKAGES);
  await installFirewallPackages(report);
  const node = await startNode([...images, WAITING], report, ["docker-compose", "kube-router"], "iptables");
  try {
    await must(node, ["ip", "address", "add", `${ADDRESSES["other"]}/24`, "dev", "node0"]);
    await addUser(node);
    report("Starting a Docker Engine");
    const engine = await startEngine(node, program);
    await startFirewall(node);
    const { "docker-compose": compose } = await buildTools(["docker-compose"], report);
    const env = engineEnvironment(node);
    return {
      node,
      engine,
      compose: (stack, ...args) =>
        must(
          node,
          ["env", `--chdir=${stack}`, compose, "--ansi", "never", "--progress", "quiet", ...args],
          env,
        ),
      ferry: (command, stack, ...args) =>
        node.run(
          [
            ...[Deno.execPath(), "run", "--no-prompt", "-A", "--config", join(code, "deno.json")],
            ...[join(code, "main.ts"), command, "--stack", stack, ...args],
          ],
          env,
        ),
      askProbe: (process, kind, body) =>
        must(
          node,
          ["nsenter", `--net=/proc/${process}/ns/net`, probe, "probe-inside", `${process}`, kind, body],
        ),
      balance: (ports) => startBalancer(node, probe, ports),
      askNames: async (names) =>
        names.length === 0
          ? {}
          : JSON.parse(await must(node, [probe, "probe-names", NODE_ADDRESS, ...names])),
      lookFromOutside: async (targets) =>
        JSON.parse(await must(node, [probe, "probe-outside", JSON.stringify(targets)])) as Sight[],
      [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
    };
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * An engine of this age looks on the machine, and not in the image, for the user of a service whose configs have owners:
 * within the namespaces the machine has the one that the cases name.
 */
async function addUser(node: RealNode): Promise<void> {
  const users = join(node.directory, "passwd");
  const user = "harbour:x:1234:1234::/:/bin/sh\n";
  await Deno.writeTextFile(users, `${await Deno.readTextFile("/etc/passwd")}${user}`);
  await must(node, ["mount", "--bind", users, "/etc/passwd"]);
}

/** It runs beside everything else of the node until it is not needed any more. */
async function startBalancer(
  node: RealNode,
  probe: string,
  ports: readonly Balanced[],
): Promise<AsyncDisposable> {
  const script = '"$@" > /dev/null 2>&1 & echo $!';
  const process = await must(
    node,
    ["sh", "-c", script, "sh", probe, "probe-balance", JSON.stringify(ports)],
  );
  return { [Symbol.asyncDispose]: async () => void await node.run(["kill", process.trim()]) };
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 6000;

/** Waits for a condition whose asking starts programs: between two times is a pause, which grows. */
export async function waitSeldom<T>(
  timeoutMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  let pause = FIRST_PAUSE_MS;
  return await waitFor(timeoutMs, async () => {
    const answer = await ask();
    if (answer === undefined) await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    return answer;
  });
}

/** Runs a command inside. @throws when it fails, with what it said. */
export async function must(
  node: RealNode,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await node.run(command, env);
  if (code === 0) return stdout;
  throw new Error(`${command.slice(0, 8).join(" ")}: ${stderr.trim() || stdout.trim()}`);
}

/** The machine's own namespaces, by kind. */
export async function machineNamespaces(node: RealNode): Promise<Readonly<Record<string, string>>> {
  const kinds = ["pid", "ipc", "net", "uts", "cgroup", "user"];
  const names = (await must(node, ["readlink", ...kinds.map((kind) => `/proc/self/ns/${kind}`)])).trim();
  return Object.fromEntries(names.split("\n").map((name) => [name.slice(0, name.indexOf(":")), name]));
}
