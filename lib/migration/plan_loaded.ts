/** From a stack as it was loaded to its plan: facts, objects and steps, each made once, for any key of digests. */
import { checkIssuer } from "../checks/check_issuer.ts";
import { type ConvertInput, convertStack } from "../checks/convert_stack.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Conversion } from "../kube/conversion.ts";
import { checkPreparations } from "../kube/jobs/preparations.ts";
import type { StackFacts } from "../stack/facts.ts";
import { planMigrations, type Script } from "./plan.ts";
import { preparationsFor } from "./preparations.ts";
import type { Plan } from "./step.ts";

/** What a plan is made of. */
export interface LoadedStack extends ConvertInput {
  /** In the order of their ids. */
  readonly scripts: readonly Script[];
}

/** Where errors are among the findings, the plan is not complete. */
export interface PlannedStack {
  readonly facts: StackFacts;
  /** With the digests of a target that has no key yet, as `plan`. */
  readonly conversion: Conversion;
  readonly plan: Plan;
  readonly findings: readonly Diagnostic[];
  /** The same plan with the digests of a target; nothing is converted or planned for it. */
  planFor(digestKey: string): Plan;
}

/** Pure, and never throws for bad input. */
export function planLoaded(input: LoadedStack): PlannedStack {
  const { decisions, scripts } = input;
  const { facts, conversion } = convertStack(input);
  const { plan, diagnostics } = planMigrations({
    scripts,
    conversion,
    preparations: preparationsFor(conversion, decisions),
    assigned: assignments(decisions),
    ...(decisions.defaultMigration === undefined ? {} : { defaultMigration: decisions.defaultMigration }),
  });
  const findings = [
    ...conversion.findings,
    ...checkPreparations(conversion, input, decisions),
    ...checkIssuer(input, decisions),
    ...diagnostics,
  ];
  const { digests } = conversion;
  return {
    facts,
    ...digests.resolve({ conversion, plan, findings }, ""),
    planFor: (digestKey) => digests.resolve(plan, digestKey),
  };
}

function assignments(decisions: Decisions): Map<string, string> {
  const services = Object.entries(decisions.services ?? {});
  return new Map(
    services.flatMap(([service, { migration }]) => migration === undefined ? [] : [[service, migration]]),
  );
}
