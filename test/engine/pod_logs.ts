/**
 * What the programs of a namespace write, from their first line to their last words. The kubelet takes a log away with
 * its pod, and who follows it by the API server may be cut off before its last lines: so the files themselves are kept
 * open.
 */
import { join } from "node:path";
import type { RealNode } from "../ferry/node.ts";

/** Where the kubelet has logs, as `NAMESPACE_POD_UID/CONTAINER/RESTART.log`. */
const LOGS = "var/log/pods";

/** The logs of every container that had begun when they were opened. */
export interface PodLogs extends Disposable {
  /** All that a container has written since it was started last. @throws when it had not begun. */
  of(pod: string, container: string): Promise<string>;
}

/** Opens them; what is written later is there, too. */
export async function openLogs({ root }: Pick<RealNode, "root">, namespace: string): Promise<PodLogs> {
  const folder = join(root, LOGS);
  const files = new Map<string, Deno.FsFile>();
  for (const pod of await namesIn(folder)) {
    if (!pod.startsWith(`${namespace}_`)) continue;
    for (const container of await namesIn(join(folder, pod))) {
      const starts = (await namesIn(join(folder, pod, container))).map((name) => Number.parseInt(name));
      const last = join(folder, pod, container, `${Math.max(...starts)}.log`);
      if (starts.length > 0) files.set(keyOf(pod.split("_")[1] ?? "", container), await Deno.open(last));
    }
  }
  return {
    of: async (pod, container) => {
      const file = files.get(keyOf(pod, container));
      if (file === undefined) throw new Error(`"${container}" of pod "${pod}" has no log in "${folder}"`);
      return linesOf(await wholeOf(file));
    },
    [Symbol.dispose]: () => files.forEach((file) => file.close()),
  };
}

function keyOf(pod: string, container: string): string {
  return `${pod}/${container}`;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

async function wholeOf(file: Deno.FsFile): Promise<string> {
  const { size } = await file.stat();
  await file.seek(0, Deno.SeekMode.Start);
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) break;
    at += read;
  }
  return new TextDecoder().decode(bytes);
}

/**
 * @param text in the form of the container runtime interface, such as `2026-12-01T07:29:10.8Z stdout F ahoy`; a line
 * with `P` goes on in the next of its stream. The last one may be half written.
 * @returns what was written.
 */
export function linesOf(text: string): string {
  const begun = new Map<string, string>();
  const lines: string[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const [, stream = "", tag = "", written = ""] = /^\S+ (\S+) (\S+) (.*)$/.exec(line) ?? [];
    const whole = `${begun.get(stream) ?? ""}${written}`;
    begun.set(stream, tag === "P" ? whole : "");
    if (tag !== "P") lines.push(whole);
  }
  return lines.join("\n");
}
