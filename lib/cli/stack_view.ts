/** Reads a stack for a view. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { StackView } from "../views/stack_view.ts";
import type { PlannedStack } from "./plan_stack.ts";

/** @throws Failure (3) with all problems where the compose files cannot be read */
export function viewOf(stack: PlannedStack): StackView {
  const { facts, conversion, plan, diagnostics, sources, secrets } = stack;
  if (facts === undefined || conversion === undefined) {
    throw new Failure(
      ExitCode.input,
      diagnostics.filter(({ severity }) => severity === "error"),
      sources,
    );
  }
  return { facts, conversion, diagnostics, sources, secrets, ...(plan === undefined ? {} : { plan }) };
}
