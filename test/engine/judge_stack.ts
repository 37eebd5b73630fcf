/** One stack: seen in Docker, asked of `check`, seen in pods, compared and explained. */
import { join } from "node:path";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { stackAspects } from "./aspects.ts";
import { compareSides } from "./compare.ts";
import { seeEngineSide } from "./engine_side.ts";
import { explain } from "./explain.ts";
import { type Keys, keysOf } from "./keys.ts";
import type { Machine } from "./machine.ts";
import { seeNodeSide } from "./node_side.ts";
import type { SideView } from "./view.ts";
import type { Judged } from "./verdict.ts";

/** When a stack was seen, as `2026-11-30`, and how many seconds it took with what ran beside it. */
interface Took {
  readonly day?: string;
  readonly seconds?: number;
}

/** A judgement, with both sides for what is done with them afterwards. */
export interface Seen extends Judged, Took {
  readonly keys: Keys;
  readonly before: SideView;
  readonly after: SideView;
}

/** All that is known of one stack, as it is kept. */
interface Kept extends Took {
  readonly before: SideView;
  readonly after: SideView;
  readonly findings: readonly Diagnostic[];
  readonly keys: Keys;
}

/**
 * @param directory the stack, with its data; it is moved as it lies there.
 * @param keep where both sides and the findings are written down.
 * @throws when a side does not start.
 */
export async function judgeStack(machine: Machine, directory: string, keep: string): Promise<Seen> {
  const stack = directory.slice(directory.lastIndexOf("/") + 1);
  const started = performance.now();
  const engine = await seeEngineSide(machine, directory);
  const findings = await findingsOf(machine, directory);
  await Deno.writeTextFile(join(keep, `${stack}.findings`), JSON.stringify(findings, undefined, 1));
  const after = await seeNodeSide(machine, directory, engine);
  const kept: Kept = {
    day: new Date().toISOString().slice(0, 10),
    seconds: Math.round((performance.now() - started) / 100) / 10,
    before: engine.side,
    after,
    findings,
    keys: await keysOf(directory),
  };
  await Deno.writeTextFile(join(keep, `${stack}.json`), JSON.stringify(kept, undefined, 1));
  return judge(stack, kept);
}

/** Judges once more what was kept, with the rules of today. */
export async function judgeAgain(keep: string, only: string): Promise<readonly Seen[]> {
  const names = (await Array.fromAsync(Deno.readDir(keep))).map(({ name }) => name).toSorted();
  const seen: Seen[] = [];
  for (const name of names.filter((each) => each.endsWith(".json") && each.includes(only))) {
    seen.push(
      judge(name.replace(/\.json$/, ""), JSON.parse(await Deno.readTextFile(join(keep, name))) as Kept),
    );
  }
  return seen;
}

function judge(stack: string, { before, after, findings, keys, day, seconds }: Kept): Seen {
  const comparison = compareSides(stackAspects(before), stackAspects(after));
  const explanation = explain(comparison.differences, findings, keys);
  return {
    stack,
    services: Object.keys(before.services).length,
    comparison,
    explanation,
    before,
    after,
    keys,
    ...(day === undefined ? {} : { day }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}

async function findingsOf(machine: Machine, directory: string): Promise<readonly Diagnostic[]> {
  const { stdout, stderr } = await machine.ferry("check", directory, "-o", "json");
  try {
    return (JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics;
  } catch {
    throw new Error(`check has not answered: ${(stderr || stdout).trim().slice(-1000)}`);
  }
}
