/** `rbac`: the rights that the run of this plan needs, as objects for an administrator. Talks to no cluster. */
import { rbacObjects } from "../run/rbac.ts";
import type { Purpose } from "../run/rights.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { planStack } from "./plan_stack.ts";
import type { CommandOptions } from "./command.ts";
import { refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { yamlOutput } from "../diagnostics/yaml_output.ts";

/** Prints Roles, ClusterRole and their bindings for `--user`, as YAML documents or with `-o json` as a List. */
export async function rbac(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const stack = await planStack(options, surroundings);
  const { plan, conversion } = stack;
  if (plan === undefined || conversion === undefined) return refuse(stack);
  // The edge: a flag with choices.
  const purposes = (options["for"] ?? ["migrate"]) as readonly Purpose[];
  const objects = rbacObjects(plan, conversion.namespace, String(options["user"]), purposes);
  terminal.out(
    options.output === "json"
      ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: objects })}\n`
      : objects.map((object) => `---\n${yamlOutput(object, { aliasDuplicateObjects: false })}`).join(""),
  );
  return ExitCode.ok;
}
