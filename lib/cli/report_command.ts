/** `report`: the page of a stack. Asks a cluster only where one is named. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { readKey } from "../run/key.ts";
import { readStatus } from "../run/status.ts";
import { asRecorded } from "./as_recorded.ts";
import type { CommandOptions } from "./command.ts";
import { keyText } from "./digest_key.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { type Moment, ReportFile } from "./report_file.ts";
import { noCluster } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { findTarget, type Target, withTarget } from "./target.ts";

/** Writes the page, or prints what it shows with `-o json`. */
export async function report(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const read = await planStack(options, surroundings);
  const isNamed = [options.kubeconfig, options.context, options.embedded].some((flag) => flag !== undefined);
  const target = isNamed ? await findTarget(options, surroundings, terminal, false) : undefined;
  if (isNamed && target === undefined) throw new Failure(ExitCode.cluster, [noCluster()]);
  const { stack, moment } = target === undefined
    ? { stack: read, moment: {} }
    : await withTarget(target, () => inCluster(read, target));
  const file = await ReportFile.of(String(options["to"]), stack, options, surroundings);
  if (options.output === "json") {
    terminal.out(`${JSON.stringify(file.model(moment))}\n`);
    return ExitCode.ok;
  }
  await file.write(moment);
  terminal.out(`${file.path} is written; open it in a browser\n`);
  return ExitCode.ok;
}

/** The stack as the cluster has it recorded, and how far it is there. */
async function inCluster(
  read: PlannedStack,
  { client }: Target,
): Promise<{ readonly stack: PlannedStack; readonly moment: Moment }> {
  const { conversion } = read;
  if (conversion === undefined) return { stack: read, moment: {} };
  const stack = await asRecorded(read, client);
  const plan = stack.planFor(keyText(await readKey(client, conversion.namespace)));
  if (plan === undefined) return { stack, moment: {} };
  const { status } = await readStatus(plan, client, conversion.namespace);
  return { stack, moment: { status } };
}
