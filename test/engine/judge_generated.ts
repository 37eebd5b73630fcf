/** Judges stacks that are made by chance: each by its seed, which makes it again. */
import { join } from "node:path";
import { fc } from "../chance.ts";
import { layOut } from "./cases.ts";
import { composeFile, decisionsFile, stacksOf } from "./generated.ts";
import { judgeStack, type Seen } from "./judge_stack.ts";
import { KNOWN_OPEN } from "./known_open.ts";
import type { Machine } from "./machine.ts";
import { isFaithful } from "./verdict.ts";

/** Ports that stacks of neighbouring seeds, which may run at one time, do not share; no NodePort is among them. */
const FIRST_PORT = 20_000;
const PORTS_EACH = 24;
const NEIGHBOURS = 300;

/** What stacks are made, and what is done with one that differs. */
export interface Making {
  /** How many services a stack has at most. */
  readonly services: number;
  /** Whether one that differs is made smaller as long as it differs; each try starts it once more. */
  readonly shrink: boolean;
}

/** Where stacks are laid out, and what is seen is kept. */
export interface Places {
  readonly stacks: string;
  readonly keep: string;
}

/**
 * @returns what was seen of the first stack, or of the smallest that differs. @throws when that did not start.
 */
export async function judgeGenerated(
  machine: Machine,
  seed: number,
  { services, shrink }: Making,
  { stacks, keep }: Places,
): Promise<Seen> {
  let attempts = 0;
  let judged: Seen | Error = new Error(`Seed ${seed} has made no stack`);
  const property = fc.asyncProperty(stacksOf(services), async (stack) => {
    const name = `generated-${seed}${attempts === 0 ? "" : `-${attempts}`}`;
    attempts++;
    const directory = join(stacks, name);
    await removed(directory);
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

/** Takes a stack's directory away, which may not be there yet. */
export async function removed(directory: string): Promise<void> {
  await Deno.remove(directory, { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
