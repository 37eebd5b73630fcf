/** One stack: seen in Docker, asked of `check`, seen in pods, compared and explained. */
import { join } from "node:path";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { stackAspects } from "./aspects.ts";
import { compareSides } from "./compare.ts";
import { seeEngineSide } from "./engine_side.ts";
import { explain } from "./explain.ts";
import type { Machine } from "./machine.ts";
import { seeNodeSide } from "./node_side.ts";
import type { SideView } from "./view.ts";
import type { Judged } from "./verdict.ts";

/** A judgement, with both sides for what is done with them afterwards. */
export interface Seen extends Judged {
  readonly before: SideView;
  readonly after: SideView;
}

/**
 * @param directory the stack, with its data; it is moved as it lies there.
 * @param keep where both sides are written down.
 * @throws when a side does not start.
 */
export async function judgeStack(machine: Machine, directory: string, keep: string): Promise<Seen> {
  const stack = directory.slice(directory.lastIndexOf("/") + 1);
  const before = await seeEngineSide(machine, directory);
  await write(join(keep, `${stack}-before.json`), before.side);
  const findings = await findingsOf(machine, directory);
  const after = await seeNodeSide(machine, directory, before);
  await write(join(keep, `${stack}-after.json`), after);
  const comparison = compareSides(stackAspects(before.side), stackAspects(after));
  const explanation = explain(comparison.differences, findings);
  const services = Object.keys(before.side.services).length;
  return { stack, services, comparison, explanation, before: before.side, after };
}

async function findingsOf(machine: Machine, directory: string): Promise<readonly Diagnostic[]> {
  const { stdout, stderr } = await machine.ferry("check", directory, "-o", "json");
  try {
    return (JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics;
  } catch {
    throw new Error(`check has not answered: ${(stderr || stdout).trim().slice(-1000)}`);
  }
}

async function write(path: string, side: SideView): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(side, undefined, 1));
}
