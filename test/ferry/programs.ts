/** Ends programs of a real node, and starts them again as they were: what systemd does with k3s and with Docker. */
import { join } from "node:path";
import { listDaemons, startDaemon, stopDaemons } from "../../lib/embedded_cluster/daemon.ts";
import type { RealNode } from "./node.ts";

/** Only a program that is stuck takes so long: an engine ends its containers first, each in its own time. */
const GRACE_MS = 300_000;

/** Tells each in turn to end, and waits until it has. @throws where one does not run */
export async function endPrograms(node: RealNode, ...names: readonly string[]): Promise<void> {
  await inside(node, "end", names);
}

/** Ends all of them and then starts all of them with the arguments that they had. @throws where one does not run */
export async function restartPrograms(node: RealNode, ...names: readonly string[]): Promise<void> {
  await inside(node, "restart", names);
}

async function inside(node: RealNode, what: string, names: readonly string[]): Promise<void> {
  const script = join(import.meta.dirname ?? "", "programs.ts");
  const { code, stderr } = await node.run([
    ...[Deno.execPath(), "run", "-A", script, node.directory, what, ...names],
  ]);
  if (code !== 0) throw new Error(`Cannot ${what} ${names.join(", ")}: ${stderr.trim()}`);
}

async function work(directory: string, what: string, names: readonly string[]): Promise<void> {
  const records = join(directory, "processes");
  const known = await listDaemons(records);
  const programs = names.map((name) => {
    const found = known.find((one) => one.name === name && one.running);
    if (found === undefined) throw new Error(`"${name}" does not run`);
    return found;
  });
  await stopDaemons(records, names, GRACE_MS);
  if (what === "end") return;
  for (const { name, command } of programs) {
    const [program = "", ...args] = command.trim().split("\n");
    const log = join(directory, "logs", `${name}-again.log`);
    await startDaemon({ name, program, args, workingDirectory: directory, log }, records);
  }
}

if (import.meta.main) {
  const [directory = "", what = "", ...names] = Deno.args;
  await work(directory, what, names);
}
