/** Runs the scripts over a conversion and checks that together they take every service exactly once. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Conversion } from "../kube/conversion.ts";
import type { Migration, Steps } from "./authoring.ts";
import type { Preparations } from "./preparations.ts";
import { applyRoutes, type Notes, stackFor } from "./stack.ts";
import type { Plan, PlannedMigration, Step } from "./step.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

/** A script with the id that its file name gives it. */
export interface Script {
  readonly id: string;
  readonly migration: Migration;
}

/** What the plan is made of. */
export interface PlanInput {
  /** In the order of their ids. */
  readonly scripts: readonly Script[];
  readonly conversion: Conversion;
  /** Service name to the id (or the number of the id) of the script that `decisions.yaml` gives it to. */
  readonly assigned: ReadonlyMap<string, string>;
  readonly preparations: Preparations;
  /** The script that takes every service that no script names; without it such a service is an error. */
  readonly defaultStep?: string;
}

/**
 * Plans all migrations. Problems are collected: a script that throws, a service that no script takes or two take,
 * an assignment to a script that is not there.
 */
export function planMigrations(input: PlanInput): { plan: Plan; diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const named = resolveAssignments(input.assigned, input.scripts, diagnostics);
  const assignments = new Map([...named, ...defaultAssignments(input, named, diagnostics)]);
  const drafts = input.scripts.map((script) => runScript(script, input, assignments, new Set()));
  diagnostics.push(...drafts.flatMap((draft) => draft.notes.diagnostics));
  const claims = claimsOf(input.scripts, drafts, diagnostics);
  diagnostics.push(...unclaimed(input.conversion, claims, assignments));

  const opening = drafts.findIndex((draft) => draft.notes.opensRoutes);
  const later = new Set(drafts.slice(opening + 1).flatMap((draft) => [...draft.notes.claimed]));
  const migrations = input.scripts.map((script, index): PlannedMigration => {
    const { steps, notes } = runScript(script, input, assignments, later);
    const delayed = opening >= 0 && index > opening
      ? flatten(applyRoutes(input.conversion, (service) => notes.claimed.has(service)))
      : [];
    const { title, why } = script.migration;
    return {
      id: script.id,
      title,
      why,
      steps: [...steps, ...delayed],
      absent: [...notes.absent],
      claimed: [...notes.claimed],
    };
  });
  return { plan: { migrations }, diagnostics };
}

interface Draft {
  readonly steps: readonly Step[];
  readonly notes: Notes;
}

function runScript(
  script: Script,
  { conversion, preparations }: PlanInput,
  assignments: ReadonlyMap<string, string>,
  later: ReadonlySet<string>,
): Draft {
  const notes: Notes = { absent: new Set(), claimed: new Set(), opensRoutes: false, diagnostics: [] };
  const assigned = [...assignments].filter(([, id]) => id === script.id).map(([service]) => service);
  try {
    return {
      steps: flatten(script.migration.plan(stackFor({ conversion, preparations, assigned, later }, notes))),
      notes,
    };
  } catch (error) {
    notes.diagnostics.push({
      code: "plan-script-failed",
      severity: "error",
      message: `Migration "${script.id}" cannot be planned: ${
        error instanceof Error ? error.message : String(error)
      }`,
      hint: "A script only returns steps; look at the last change to its file",
    });
    return { steps: [], notes };
  }
}

function claimsOf(
  scripts: readonly Script[],
  drafts: readonly Draft[],
  diagnostics: Diagnostic[],
): Map<string, string> {
  const claims = new Map<string, string>();
  for (const [index, script] of scripts.entries()) {
    for (const service of drafts[index]?.notes.claimed ?? []) {
      const first = claims.get(service);
      if (first !== undefined) diagnostics.push(claimedTwice(service, first, script.id));
      else claims.set(service, script.id);
    }
  }
  return claims;
}

function flatten(steps: Steps | readonly Steps[]): Step[] {
  return isList(steps) ? steps.flatMap(flatten) : [steps];
}

function isList(steps: Steps | readonly Steps[]): steps is readonly Steps[] {
  return Array.isArray(steps);
}

/** The services that no script takes by itself or by an assignment, all to the default script. */
function defaultAssignments(
  input: PlanInput,
  named: ReadonlyMap<string, string>,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, string> {
  const { scripts, conversion, defaultStep } = input;
  if (defaultStep === undefined) return new Map();
  const drafts = scripts.map((script) => runScript(script, input, named, new Set()));
  const claimed = new Set(drafts.flatMap((draft) => [...draft.notes.claimed]));
  const rest = [...conversion.services.values()].filter(({ name, kind }) =>
    kind !== "none" && !claimed.has(name)
  );
  const id = findScript(scripts, defaultStep);
  if (id === undefined) diagnostics.push(unknownScript("defaultStep", defaultStep, scripts));
  return new Map(id === undefined ? [] : rest.map(({ name }) => [name, id]));
}

function resolveAssignments(
  assigned: ReadonlyMap<string, string>,
  scripts: readonly Script[],
  diagnostics: Diagnostic[],
): Map<string, string> {
  const resolved = new Map<string, string>();
  for (const [service, wanted] of assigned) {
    const id = findScript(scripts, wanted);
    if (id === undefined) diagnostics.push(unknownScript(`services.${service}.step`, wanted, scripts));
    else resolved.set(service, id);
  }
  return resolved;
}

/** By its id, its number or its name. */
function findScript(scripts: readonly Script[], wanted: string): string | undefined {
  return scripts.map(({ id }) => id).find((id) =>
    id === wanted || id.split("_")[0] === wanted || id.replace(/^\d+_/, "") === wanted
  );
}

function unknownScript(decision: string, wanted: string, scripts: readonly Script[]): Diagnostic {
  const ids = scripts.map(({ id }) => id);
  const near = nearest(wanted, [...ids, ...ids.map((id) => id.replace(/^\d+_/, ""))]);
  return {
    code: "plan-unknown-script",
    severity: "error",
    message: `Decision "${decision}" names "${wanted}", but there is no such migration`,
    hint: near === undefined ? `The migrations are ${ids.join(", ")}` : `Did you mean "${near}"?`,
  };
}

function claimedTwice(service: string, first: string, second: string): Diagnostic {
  return {
    code: "plan-service-claimed-twice",
    severity: "error",
    message: `Service "${service}" is taken by migration "${first}" and again by "${second}"`,
    hint: "Let one script name it, or remove its `step` from decisions.yaml",
  };
}

function unclaimed(
  conversion: Conversion,
  claims: ReadonlyMap<string, string>,
  assignments: ReadonlyMap<string, string>,
): Diagnostic[] {
  return [...conversion.services.values()]
    .filter((service) => service.kind !== "none" && !claims.has(service.name))
    .map((service) => {
      const span = service.workload.find((planned) => planned.source !== undefined)?.source;
      const given = assignments.get(service.name);
      return {
        code: "plan-service-unclaimed",
        severity: "error",
        message: given === undefined
          ? `Service "${service.name}" is taken by no migration`
          : `Service "${service.name}" is given to migration "${given}", which takes no services`,
        ...(span === undefined ? {} : { span }),
        hint:
          `Name it in a script, or add to decisions.yaml: services: { ${
            yamlWord(service.name)
          }: { step: applications } }` +
          ", or defaultStep: applications for all",
      };
    });
}
