/** From a stack as it was read to its facts, its objects and all that is worth saying about them: pure. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { type ConversionOptions, convert } from "../kube/convert.ts";
import type { Conversion } from "../kube/conversion.ts";
import { withStartCalls } from "../kube/jobs/start_calls.ts";
import type { StackInput } from "../stack/context.ts";
import { withoutTools } from "../stack/engine_tools.ts";
import { type StackFacts, stackFacts } from "../stack/facts.ts";
import { withImageHealthchecks } from "../stack/image_healthchecks.ts";
import { runChecks } from "./all.ts";
import type { LiveUsage } from "./proposed_limits.ts";

/** What a stack is converted from. */
export interface ConvertInput extends StackInput, ConversionOptions {
  /** What running containers use now, by service, where an engine told it. */
  readonly usage?: ReadonlyMap<string, LiveUsage>;
  /** What containers wrote into their own layers, by service, where an engine told it. */
  readonly written?: ReadonlyMap<string, readonly string[]>;
  /** Named volumes that the engine that has the stack does not have, by key. */
  readonly absentVolumes?: readonly string[];
}

/** Facts and objects; the conversion's findings are everything found on the way, sorted. */
export interface ConvertedStack {
  readonly facts: StackFacts;
  readonly conversion: Conversion;
}

/** Never throws for bad input: what is wrong is in `findings`, and the same input gives the same bytes. */
export function convertStack(input: ConvertInput): ConvertedStack {
  const decisions = withoutTools(input.project, input.decisions);
  const project = withImageHealthchecks(input.project, decisions, input.images);
  const facts = stackFacts({ ...input, project, decisions });
  const conversion = convert(facts, input);
  const findings = sorted([
    ...facts.findings,
    ...conversion.findings,
    ...runChecks(facts, conversion, input),
  ]);
  return { facts, conversion: { ...withStartCalls(conversion, input.decisions), findings } };
}

const SEVERITIES = ["error", "question", "warning", "info"];

/** By severity, then place, then code: independent of the order in which they were found. */
function sorted(findings: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ severity, span, code, message }: Diagnostic): string =>
    [
      SEVERITIES.indexOf(severity),
      span?.file ?? "",
      String(span?.line ?? 0).padStart(7, "0"),
      String(span?.column ?? 0).padStart(5, "0"),
      code,
      message,
    ].join("\0");
  return [...findings].sort((left, right) => key(left) < key(right) ? -1 : 1);
}
