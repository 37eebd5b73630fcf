/** Runs the scripts over a conversion and checks that together they take every service exactly once. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Conversion } from "../kube/conversion.ts";
import type { Migration, Steps } from "./authoring.ts";
import { findId } from "./order.ts";
import { placeServices } from "./placement.ts";
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
  readonly defaultMigration?: string;
}

/**
 * Plans all migrations. Problems are collected: a script that throws, a service that no script takes or two take,
 * an assignment to a script that is not there.
 */
export function planMigrations(input: PlanInput): { plan: Plan; diagnostics: readonly Diagnostic[] } {
  const { scripts, conversion } = input;
  const diagnostics: Diagnostic[] = [];
  const assigned = resolveAssignments(input.assigned, scripts, diagnostics);
  const byName = scripts.map((script) => runScript(script, input, { ...NOTHING, assigned }));
  const named = new Map(
    byName.flatMap(({ notes }, index) =>
      [...notes.claimed].filter((name) => !assigned.has(name)).map((name) =>
        [name, scripts[index]?.id ?? ""] as const
      )
    ),
  );
  const assignments = new Map([...assigned, ...defaultAssignments(input, assigned, named, diagnostics)]);
  const takers = scripts.map(({ id, migration }) => ({ id, takes: migration.takes ?? [] }));
  const services = [...conversion.services.values()].filter(({ kind }) => kind !== "none");
  const { tiers, diagnostics: circles } = placeServices(services, takers, named, assignments);
  const placed = { ...NOTHING, assigned: assignments, tiers };

  const drafts = scripts.map((script) => runScript(script, input, placed));
  diagnostics.push(...circles, ...drafts.flatMap((draft) => draft.notes.diagnostics));
  const claims = claimsOf(scripts, drafts, diagnostics);
  diagnostics.push(...unclaimed(conversion, claims, assignments));
  return { plan: { migrations: plannedOf(input, drafts, placed) }, diagnostics };
}

/** The scripts once more, knowing which services come with later ones. */
function plannedOf(input: PlanInput, drafts: readonly Draft[], placed: ScriptInput): PlannedMigration[] {
  const opening = drafts.findIndex((draft) => draft.notes.opensRoutes);
  const usersDue = new Set<string>();
  return input.scripts.map((script, index): PlannedMigration => {
    const later = new Set(drafts.slice(index + 1).flatMap((draft) => [...draft.notes.claimed]));
    const placedLater = new Set(
      input.scripts.slice(index + 1).flatMap(({ id }) => placed.tiers.get(id)?.flat() ?? []),
    );
    const { steps, notes } = runScript(script, input, { ...placed, later, placedLater, usersDue });
    for (const name of notes.usersDue) usersDue.add(name);
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
}

/** What a script is told besides the stack. */
interface ScriptInput {
  readonly assigned: ReadonlyMap<string, string>;
  readonly tiers: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly later: ReadonlySet<string>;
  readonly placedLater: ReadonlySet<string>;
  readonly usersDue: ReadonlySet<string>;
}

const NOTHING: ScriptInput = {
  assigned: new Map(),
  tiers: new Map(),
  later: new Set(),
  placedLater: new Set(),
  usersDue: new Set(),
};

interface Draft {
  readonly steps: readonly Step[];
  readonly notes: Notes;
}

function runScript(
  script: Script,
  { conversion, preparations }: PlanInput,
  { assigned: assignments, tiers, ...told }: ScriptInput,
): Draft {
  const notes: Notes = {
    absent: new Set(),
    claimed: new Set(),
    usersDue: new Set(),
    opensRoutes: false,
    diagnostics: [],
  };
  const assigned = [...assignments].filter(([, id]) => id === script.id).map(([service]) => service);
  const view = { conversion, preparations, assigned, tiers: tiers.get(script.id) ?? [], ...told };
  try {
    return {
      steps: flatten(script.migration.plan(stackFor(view, notes))),
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

/** The services that no script names and no decision gives to one, all to the decided default. */
function defaultAssignments(
  { scripts, conversion, defaultMigration }: PlanInput,
  assigned: ReadonlyMap<string, string>,
  named: ReadonlyMap<string, string>,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, string> {
  if (defaultMigration === undefined) return new Map();
  const id = findId(idsOf(scripts), defaultMigration);
  if (id === undefined) diagnostics.push(unknownScript("defaultMigration", defaultMigration, scripts));
  const rest = [...conversion.services.values()].filter(({ name, kind }) =>
    kind !== "none" && !assigned.has(name) && !named.has(name)
  );
  return new Map(id === undefined ? [] : rest.map(({ name }) => [name, id]));
}

function resolveAssignments(
  assigned: ReadonlyMap<string, string>,
  scripts: readonly Script[],
  diagnostics: Diagnostic[],
): Map<string, string> {
  const resolved = new Map<string, string>();
  for (const [service, wanted] of assigned) {
    const id = findId(idsOf(scripts), wanted);
    if (id === undefined) diagnostics.push(unknownScript(`services.${service}.migration`, wanted, scripts));
    else resolved.set(service, id);
  }
  return resolved;
}

function idsOf(scripts: readonly Script[]): readonly string[] {
  return scripts.map(({ id }) => id);
}

function unknownScript(decision: string, wanted: string, scripts: readonly Script[]): Diagnostic {
  const ids = idsOf(scripts);
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
    hint: "Let one script name it, or remove its `migration` from decisions.yaml",
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
          }: { migration: applications } }` +
          ", or defaultMigration: applications for all",
      };
    });
}
