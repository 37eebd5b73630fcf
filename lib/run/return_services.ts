/** Services that came from containers go back to them, with what was written meanwhile: the newest first. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { objectKey } from "../kube/object.ts";
import type { PlannedObject } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { crossingOf, type CrossingOptions } from "./crossing_options.ts";
import { goBack, mayGoBack } from "./cutover_back.ts";
import type { RunEvent } from "./event.ts";
import type { StartGuard } from "./guard/start_guard.ts";
import { type Holding, holdLock, type Outcome, streamRun, type WriterOptions } from "./locked.ts";
import { findRecord } from "./prepare.ts";
import type { State } from "./state.ts";

/** Who goes back where, and how. */
export interface ReturnOptions extends WriterOptions {
  readonly startGuard?: StartGuard | undefined;
  readonly crossing?: CrossingOptions | undefined;
}

/** Takes some services back; everything else stays as it is. */
export function returnServices(
  plan: Plan,
  services: readonly string[],
  options: ReturnOptions,
): AsyncGenerator<RunEvent> {
  return streamRun(options, 0, async (writer) => {
    const target = await findRecord(options.client, options.namespace);
    if (target === undefined) return "unchanged";
    return await holdLock(writer, target, async (holding): Promise<Outcome> => {
      refuseUnmoved(services, holding.session.state);
      const problems = await returnAll(services, plan, options, holding);
      if (problems.length === 0) return "applied";
      const at = options.now();
      holding.push({ type: "services-returned", at, diagnostics: problems });
      return "failed";
    });
  });
}

/** The services that came with a migration, the last first. */
export function cameWith(id: string, { session }: Holding): readonly string[] {
  return [...session.state.cutovers].filter(([, { migration }]) => migration === id)
    .map(([service]) => service).reverse();
}

/** Takes them back one after the other, until one does not. */
export async function returnAll(
  services: readonly string[],
  plan: Plan,
  options: ReturnOptions,
  holding: Holding,
): Promise<readonly Diagnostic[]> {
  const context = crossingOf(holding, options);
  for (const service of services) {
    const recorded = holding.session.state.cutovers.get(service);
    if (recorded === undefined) continue;
    const { planned, services = [] } = workloadOf(service, plan, options.crossing);
    if (context === undefined || planned === undefined) return [unplanned(service)];
    const returning = { ...context, service, services, planned, id: recorded.migration };
    if (recorded.state === "verified") {
      const kept = await mayGoBack(returning, recorded);
      if (kept.length > 0) return kept;
    }
    // From here on the migration is not applied any more: the next `migrate` would move it again.
    await holding.session.update((state) => withoutService(state, recorded.migration, service));
    const problems = await goBack(returning, recorded);
    if (problems.length > 0) return problems;
  }
  return [];
}

function workloadOf(
  service: string,
  plan: Plan,
  crossing: CrossingOptions | undefined,
): { readonly planned?: PlannedObject; readonly services?: readonly string[] } {
  const [key, own] = [...crossing?.crossings ?? []].find(([, one]) => one.service === service) ?? [];
  const planned = plan.migrations.flatMap(plannedObjects).find(({ object }) => objectKey(object) === key);
  return { ...(planned === undefined ? {} : { planned }), ...(own === undefined ? {} : own) };
}

function withoutService(state: State, id: string, service: string): State {
  const record = state.records.get(id);
  if (record === undefined) return state;
  const error = `service "${service}" was taken back to its containers`;
  return { ...state, records: new Map(state.records).set(id, { ...record, state: "failed", error }) };
}

/** @throws Failure (2) where one of them did not come from containers */
function refuseUnmoved(services: readonly string[], { cutovers }: State): void {
  const moved = [...cutovers.keys()];
  const unknown = services.filter((service) => !cutovers.has(service));
  if (unknown.length === 0) return;
  throw new Failure(
    2,
    unknown.map((service) => {
      const near = nearest(service, moved);
      return {
        code: "run-not-moved",
        severity: "error",
        message:
          `Service "${service}" was not moved from containers by this program: there is no way back to them`,
        hint: near !== undefined
          ? `Did you mean "${near}"?`
          : moved.length === 0
          ? "No service was: `rollback --to` removes workloads, and docker compose starts the old ones"
          : `Moved were ${moved.join(", ")}`,
      };
    }),
  );
}

function unplanned(service: string): Diagnostic {
  return {
    code: "run-back-unplanned",
    severity: "error",
    message: `Service "${service}" came from containers, but the stack's files do not have it any more: ` +
      "it is not known what to remove from the cluster",
    hint: "Put it back into the files, as they were when it moved, and run again",
  };
}
