/** Refuses a stack that lies in another namespace already: two namespaces must not share its directories. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { parseDecisions } from "../decisions/decisions.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { movedBefore } from "../run/moved_before.ts";
import { decisionsIn } from "./decisions_file.ts";
import { migrationFolders } from "./known_stack.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { InputOptions } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * An earlier version moved every stack without decisions by those of a known stack, into its namespace.
 *
 * @throws Failure (3) with the line that keeps the stack where it is
 */
export async function refuseMovedBefore(
  client: ClusterClient,
  { plan, decisions, conversion }: PlannedStack,
  options: InputOptions,
  surroundings: Surroundings,
): Promise<void> {
  // Whoever decides the namespace may want the project in several.
  if (decisions.namespace !== undefined || plan === undefined || conversion === undefined) return;
  const { namespace } = conversion;
  const found = await movedBefore(client, plan, namespace);
  if (found === undefined) return;
  const file = await answersOf(found.namespace, options, surroundings);
  throw new Failure(ExitCode.input, [{
    code: "run-moved-before",
    severity: "error",
    message:
      `This stack was moved into namespace "${found.namespace}" before: ${found.workload} runs there; in namespace ` +
      `"${namespace}" it would run a second time, on the same directories`,
    hint: file === undefined
      ? `To keep it there, add to decisions.yaml: namespace: ${found.namespace}`
      : `To keep it there as it was moved: --decisions ${file} (or that file beside the stack as decisions.yaml; ` +
        `its first line is namespace: ${found.namespace})`,
  }]);
}

/** The decisions of the known stack whose namespace it is. */
async function answersOf(
  namespace: string,
  options: InputOptions,
  surroundings: Surroundings,
): Promise<string | undefined> {
  const { stacks } = await migrationFolders(options, surroundings);
  for (const { directory } of stacks) {
    const found = await decisionsIn(directory);
    if (found === undefined) continue;
    if (parseDecisions(found.text, found.file).decisions.namespace === namespace) return found.file;
  }
  return undefined;
}
