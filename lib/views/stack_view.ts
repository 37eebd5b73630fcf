/** A stack as views look at it: what other parts found out and decided, side by side. No view has rules of its own. */
import type { Diagnostic, Sources } from "../diagnostics/diagnostic.ts";
import type { Conversion } from "../kube/conversion.ts";
import type { Plan } from "../migration/step.ts";
import type { StackFacts } from "../stack/facts.ts";

/** Everything that is known of one stack without asking a cluster. */
export interface StackView {
  readonly facts: StackFacts;
  readonly conversion: Conversion;
  /** Absent where errors forbid one. */
  readonly plan?: Plan;
  /** Without secrets. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that places point into, strong secrets hidden. */
  readonly sources: Sources;
  /** The strong secrets of the stack, which are shown nowhere. */
  readonly secrets: readonly string[];
}
