/** A plan as what is applied together and what is waited for after it: the order that files can keep. */
import { shellWord } from "../diagnostics/shell_word.ts";
import type { PlannedObject } from "../kube/object.ts";
import type { ObjectRef, Plan, PlannedMigration, Step } from "../migration/step.ts";

/** Something to be waited for; `timeout` is a Go duration. */
export interface Awaited {
  readonly ref: ObjectRef;
  readonly timeout: string;
}

/** Objects that are applied together, then what must be ready before the next phase. */
export interface Phase {
  /** The migration that it is a part of: `050_databases`. */
  readonly migration: string;
  /** From 1, within the migration. */
  readonly number: number;
  readonly objects: readonly PlannedObject[];
  readonly waits: readonly Awaited[];
  /** What a person does before the next phase. */
  readonly manual: readonly string[];
}

interface Growing {
  readonly objects: PlannedObject[];
  readonly waits: Awaited[];
  readonly manual: string[];
}

/**
 * The phases of all migrations, in order. A phase ends where something is waited for, as a run does it; a Job is a phase
 * of its own.
 */
export function phasesOf({ migrations }: Plan): readonly Phase[] {
  return migrations.flatMap(phasesOfMigration);
}

/** How a service gets from the engine to the cluster is a run's, and no part of the files: `effect` is without it. */
function phasesOfMigration({ id, steps, effect = steps }: PlannedMigration): readonly Phase[] {
  const phases: Growing[] = [];
  for (const step of effect) addStep(step, phases);
  return phases.map((phase, index) => ({ migration: id, number: index + 1, ...phase }));
}

function addStep(step: Step, phases: Growing[]): void {
  const last = phases.at(-1);
  switch (step.kind) {
    case "apply":
      if (step.objects.length === 0) return;
      // What is applied after a wait is a new phase.
      if (last === undefined || last.waits.length > 0 || last.manual.length > 0) {
        phases.push({ objects: [...step.objects], waits: [], manual: [] });
      } else last.objects.push(...step.objects);
      return;
    case "job": {
      const { apiVersion, kind, metadata: { name, namespace } } = step.object.object;
      const ref = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
      phases.push({ objects: [step.object], waits: [{ ref, timeout: step.timeout }], manual: [] });
      return;
    }
    case "cutover":
      addStep({ kind: "apply", objects: [step.workload] }, phases);
      for (const wait of step.waits) addStep(wait, phases);
      return;
    case "wait":
      (last ?? opened(phases)).waits.push({ ref: step.ref, timeout: step.timeout });
      return;
    case "manual":
      (last ?? opened(phases)).manual.push(step.instruction);
      return;
    case "remove": {
      const { kind, namespace, name } = step.ref;
      const words = [...namespace === undefined ? [] : ["-n", namespace], "--ignore-not-found", kind, name];
      (last ?? opened(phases)).manual.push(`kubectl delete ${words.map(shellWord).join(" ")}`);
    }
  }
}

function opened(phases: Growing[]): Growing {
  const phase: Growing = { objects: [], waits: [], manual: [] };
  phases.push(phase);
  return phase;
}
