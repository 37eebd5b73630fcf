/** What the programs of a namespace write, from their first line to their last words: one reader for all of them. */
import { join } from "node:path";
import type { RealNode } from "../ferry/node.ts";
import { must } from "./machine.ts";

/** A reader that follows every container which runs when it is started; it ends with the last of them. */
export interface PodLogs {
  /** All that a container has written. */
  of(pod: string, container: string): Promise<string>;
  /** Whether it still reads. */
  goesOn(): Promise<boolean>;
}

/** @param label of the pods to be followed. */
export async function followLogs(node: RealNode, namespace: string, label: string): Promise<PodLogs> {
  const file = join(node.directory, `logs-of-${namespace}`);
  const script = 'out=$1; shift; ("$@"; : > "$out.ended") > "$out" 2> /dev/null &';
  await must(node, [
    ...["sh", "-c", script, "sh", file, node.kubectlPath, "--kubeconfig", node.kubeconfigPath],
    ...["-n", namespace, "logs", "--follow", "--prefix", "--all-containers", "--ignore-errors"],
    ...["--tail=-1", "--max-log-requests=500", "-l", label],
  ]);
  return {
    of: async (pod, container) => linesOf(await Deno.readTextFile(file), pod, container),
    goesOn: () => Deno.stat(`${file}.ended`).then(() => false, () => true),
  };
}

/** @param text with lines such as `[pod/web-1/web] ahoy`, the last perhaps half. @returns those of one container. */
export function linesOf(text: string, pod: string, container: string): string {
  const prefix = `[pod/${pod}/${container}] `;
  return text.split("\n").slice(0, -1).filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length)).join("\n");
}
