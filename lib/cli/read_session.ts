/** The stack, its namespace and the cluster, for the commands of `access` that only read. */
import { Failure } from "../diagnostics/diagnostic.ts";
import type { Access } from "../decisions/access.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { planStack } from "./plan_stack.ts";
import type { CommandOptions } from "./command.ts";
import { noCluster, refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { findTarget, type Target, withTarget } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** What such a command works with. */
export interface ReadSession {
  readonly options: CommandOptions;
  readonly terminal: Terminal;
  readonly target: Target;
  readonly namespace: string;
  /** As decided; empty where nothing is. */
  readonly access: Access;
}

/** Reads the input and finds a cluster that runs; starts none. */
export async function withReadSession(
  options: CommandOptions,
  surroundings: Surroundings,
  work: (session: ReadSession) => Promise<number>,
): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const stack = await planStack(options, surroundings);
  if (stack.plan === undefined || stack.conversion === undefined) return refuse(stack);
  const target = await findTarget(options, surroundings, terminal, false);
  if (target === undefined) throw new Failure(ExitCode.cluster, [noCluster()]);
  const { namespace } = stack.conversion;
  const access = stack.decisions.access ?? {};
  return await withTarget(target, () => work({ options, terminal, target, namespace, access }));
}
