/** Judges stacks that are made by chance: each by its seed, which makes it again. */
import { join } from "node:path";
import { fc } from "../chance.ts";
import { layOut } from "./cases.ts";
import { composeFile, decisionsFile, stacksOf } from "./generated.ts";
import { judgeStack, type Seen } from "./judge_stack.ts";
import { KNOWN_OPEN } from "./known_open.ts";
import type { Machine } from "./machine.ts";
import { isFaithful } from "./verdict.ts";

/** How many services a stack has at most. */
const SERVICES = 8;

/** Ports that stacks of neighbouring seeds, which may run at one time, do not share; no NodePort is among them. */
const FIRST_PORT = 20_000;
const PORTS_EACH = 24;
const NEIGHBOURS = 300;

/** Where stacks are laid out, and what is seen is kept. */
export interface Places {
  readonly stacks: string;
  readonly keep: string;
}

/**
 * @param shrink whether a stack that differs is made smaller as long as it differs; each try starts it once more.
 * @returns what was seen of the first stack, or of the smallest that differs. @throws when that did not start.
 */
export async function judgeGenerated(
  machine: Machine,
  seed: number,
  shrink: boolean,
  { stacks, keep }: Places,
): Promise<Seen> {
  let attempts = 0;
  let judged: Seen | Error = new Error(`Seed ${seed} has made no stack`);
  const property = fc.asyncProperty(stacksOf(SERVICES), async (stack) => {
    const name = `generated-${seed}${attempts === 0 ? "" : `-${attempts}`}`;
    attempts++;
    const directory = join(stacks, name);
    await layOut(directory, composeFile(stack, name, FIRST_PORT + (seed % NEIGHBOURS) * PORTS_EACH));
    await Deno.writeTextFile(join(directory, "decisions.yaml"), decisionsFile(stack));
    const result = await judgeStack(machine, directory, keep).catch((error: Error) => error);
    const failed = result instanceof Error || !isFaithful(result, KNOWN_OPEN);
    if (failed || attempts === 1) judged = result;
    return !failed;
  });
  await fc.check(property, { seed, numRuns: 1, endOnFailure: !shrink });
  if (judged instanceof Error) throw judged;
  return judged;
}
