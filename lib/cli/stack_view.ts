/** Reads a stack for a view. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { StackView } from "../views/stack_view.ts";
import type { ClusterOptions, InputOptions } from "./options.ts";
import type { PlannedStack } from "./plan_stack.ts";
import { toPaste } from "./print_diagnostics.ts";

/**
 * @param options the flags that commands in findings are named with; none for who shows no finding
 * @throws Failure (3) with all problems where the compose files cannot be read
 */
export function viewOf(stack: PlannedStack, options: InputOptions & ClusterOptions = {}): StackView {
  const { facts, conversion, plan, diagnostics, sources, secrets } = stack;
  if (facts === undefined || conversion === undefined) {
    throw new Failure(
      ExitCode.input,
      diagnostics.filter(({ severity }) => severity === "error"),
      sources,
    );
  }
  return {
    facts,
    conversion,
    diagnostics: diagnostics.map((diagnostic) => toPaste(diagnostic, options)),
    sources,
    secrets,
    ...(plan === undefined ? {} : { plan }),
  };
}
