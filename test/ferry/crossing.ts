/** The stack on its way: copied to a node's disk with data of its own, moved by the real command, looked at in pods. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import type { Output } from "./namespaces.ts";
import type { RealNode } from "./node.ts";

/** The stack while it is tested. */
export interface Crossing {
  readonly node: RealNode;
  /** Where the compose file and the data lie on the node. */
  readonly stack: string;
  /** Runs a command such as `redo` with its arguments, as an operator would. */
  run(...command: readonly string[]): Promise<Output>;
  /** Runs `migrate` with more arguments. */
  migrate(...args: readonly string[]): Promise<Output>;
  /** Runs a shell command in a workload's container: `deploy/faf-website`. @returns its output, without the end of line. */
  inside(workload: string, command: string): Promise<string>;
  /** Reads one field of an object in the stack's namespace, by JSONPath. */
  field(object: string, path: string): Promise<string>;
  /** Waits until a question about the cluster is answered by what is expected. @throws with the last answer. */
  until(expected: string, ask: () => Promise<string>): Promise<void>;
}

/** Uid and gid of the programs in the images, and so of the data that they wrote before. */
export const OWNER = 1234;

/** For what takes a quarter of it on an idle machine. */
const TIMEOUT_MS = 120_000;

/**
 * Puts a stack and its data on the node's disk.
 *
 * @param name the folder of the stack beside this file; its namespace is the one that its decisions name.
 * @param data what lies in the data directories before anything moves, by path below the stack.
 */
export async function prepareCrossing(
  node: RealNode,
  name: string,
  data: Readonly<Record<string, string>>,
): Promise<Crossing> {
  const stack = join(node.directory, name);
  await copyTree(fileURLToPath(new URL(name, import.meta.url)), stack);
  const decisions = await Deno.readTextFile(join(stack, "decisions.yaml"));
  const namespace = /^namespace: (\S+)$/m.exec(decisions)?.[1] ?? "default";
  for (const [name, text] of Object.entries(data)) {
    const path = join(stack, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
    for (const owned of [path, dirname(path)]) await Deno.chown(owned, OWNER, OWNER);
  }
  const field = (object: string, path: string): Promise<string> =>
    node.kubectl("-n", namespace, "get", object, "-o", `jsonpath={${path}}`);
  const run = (...command: readonly string[]): Promise<Output> =>
    node.run([
      ...[Deno.execPath(), "run", "-A", "main.ts", ...command],
      ...["--stack", stack, "--kubeconfig", node.kubeconfigPath, "--yes"],
    ]);
  return {
    node,
    stack,
    run,
    migrate: (...args) => run("migrate", ...args),
    inside: async (workload, command) =>
      (await node.kubectl("-n", namespace, "exec", workload, "--", "sh", "-c", command)).trimEnd(),
    field,
    until: async (expected, ask) => {
      let last = "";
      const reached = await waitFor(TIMEOUT_MS, async () => {
        last = await ask().catch(String);
        return last === expected || undefined;
      });
      if (!reached) {
        throw new Error(`Expected ${JSON.stringify(expected)} in time, the last was ${JSON.stringify(last)}`);
      }
    },
  };
}

/** Copies a folder with all that is in it. */
export async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    await (entry.isDirectory ? copyTree(source, target) : Deno.copyFile(source, target));
  }
}
