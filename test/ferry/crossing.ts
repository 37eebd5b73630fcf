/** The stack on its way: copied to a node's disk with data of its own, moved by the real command, looked at in pods. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "../cluster/wait.ts";
import type { Output } from "./namespaces.ts";
import type { RealNode } from "./node.ts";

/** The stack while it is tested. */
export interface Crossing {
  readonly node: RealNode;
  /** Where the compose file and the data lie on the node. */
  readonly stack: string;
  /** Runs `migrate` with more arguments, as an operator would. */
  migrate(...args: readonly string[]): Promise<Output>;
  /** Runs a shell command in a workload's container: `deploy/faf-website`. @returns its output, without the end of line. */
  inside(workload: string, command: string): Promise<string>;
  /** Reads one field of an object in the stack's namespace, by JSONPath. */
  field(object: string, path: string): Promise<string>;
  /** Waits until a question about the cluster is answered by what is expected. @throws with the last answer. */
  until(expected: string, ask: () => Promise<string>): Promise<void>;
}

const NAMESPACE = "crossing";

/** Uid and gid of the programs in the images, and so of the data that they wrote before. */
export const OWNER = 1234;

/** What lay in the data directories before anything moved. */
export const DATA: Readonly<Record<string, string>> = {
  "data/faf-db/index.html": "a row from before\n",
  "data/shared/upload.txt": "a file from before\n",
};

const TIMEOUT_MS = 60_000;

/** Puts the stack and its data on the node's disk. */
export async function prepareCrossing(node: RealNode): Promise<Crossing> {
  const stack = join(node.directory, "stack");
  await copyTree(fileURLToPath(new URL("stack", import.meta.url)), stack);
  for (const [name, text] of Object.entries(DATA)) {
    const path = join(stack, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
    for (const owned of [path, dirname(path)]) await Deno.chown(owned, OWNER, OWNER);
  }
  const field = (object: string, path: string): Promise<string> =>
    node.kubectl("-n", NAMESPACE, "get", object, "-o", `jsonpath={${path}}`);
  return {
    node,
    stack,
    migrate: (...args) =>
      node.run([
        ...[Deno.execPath(), "run", "-A", "main.ts", "migrate", "--stack", stack],
        ...["--kubeconfig", node.kubeconfigPath, "--yes", ...args],
      ]),
    inside: async (workload, command) =>
      (await node.kubectl("-n", NAMESPACE, "exec", workload, "--", "sh", "-c", command)).trimEnd(),
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

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    await (entry.isDirectory ? copyTree(source, target) : Deno.copyFile(source, target));
  }
}
