/** The part of `check` that asks a cluster: loaded where one is named. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import type { Engines } from "../docker/engines.ts";
import type { Plan } from "../migration/step.ts";
import { preflight } from "../run/preflight.ts";
import { asRecorded } from "./as_recorded.ts";
import { checkInUse } from "./check_in_use.ts";
import type { CommandOptions } from "./command.ts";
import { type ImagesSeen, seeImages } from "./image_moves.ts";
import { onCluster } from "./next_command.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { Surroundings } from "./surroundings.ts";
import { describeTarget, findTarget, withTarget } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** What the check works with. */
export interface Checking {
  readonly options: CommandOptions;
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  readonly engines: Engines;
}

/** What a cluster told. */
export interface ClusterFindings {
  /** The stack as the cluster has it recorded. */
  readonly stack?: PlannedStack;
  readonly diagnostics: readonly Diagnostic[];
  /** With what its node has. */
  readonly images?: ImagesSeen;
  /** Only where the cluster could not be asked. */
  readonly exitCode?: number;
}

/** Whether the run could work in the cluster that the flags name. */
export async function checkCluster(
  read: PlannedStack,
  plan: Plan,
  namespace: string,
  { options, surroundings, terminal, engines }: Checking,
): Promise<ClusterFindings> {
  try {
    const target = await findTarget(options, surroundings, terminal, true);
    if (target === undefined) return { diagnostics: [] };
    return await withTarget(target, async () => {
      terminal.err(`${describeTarget(target, namespace)}\n`);
      const { client } = target;
      const stack = await asRecorded(read, client);
      const images = target.embedded ? undefined : await seeImages(stack, surroundings, engines, client);
      const diagnostics = [
        ...await preflight(client, stack.plan ?? plan, namespace, (line) => onCluster(line, options)),
        ...await checkInUse(stack, surroundings, client),
      ];
      return { stack, diagnostics, ...(images === undefined ? {} : { images }) };
    });
  } catch (error) {
    // What was found in the files is worth showing all the same.
    if (error instanceof Failure) return { diagnostics: error.diagnostics, exitCode: error.exitCode };
    throw error;
  }
}
