/** Which script takes a service that none names, and in which order a script starts what it takes. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ConvertedService } from "../kube/conversion.ts";
import type { ServiceRole } from "../stack/role.ts";
import { type Needs, needsOf } from "./needs.ts";

/** What placing needs to know of a script. */
export interface Taker {
  readonly id: string;
  readonly takes: readonly ServiceRole[];
}

/** Services by script, in tiers: a tier starts when the one before it is ready. */
export interface Placement {
  readonly tiers: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Places services by what they are and by what they need: never before what they need, and what a database needs to
 * start (such as a job that prepares its directory) together with it.
 *
 * @param services all of the stack that become workloads
 * @param named service to script, where a script names it: it starts there, in the order of that script
 * @param assigned service to script, as decided
 */
export function placeServices(
  services: readonly ConvertedService[],
  takers: readonly Taker[],
  named: ReadonlyMap<string, string>,
  assigned: ReadonlyMap<string, string>,
): Placement {
  const { needs, diagnostics } = needsOf(services, named);
  const position = new Map(takers.map(({ id }, index) => [id, index]));
  const fixed = new Map(
    [...assigned, ...named].flatMap(([name, id]) => {
      const index = position.get(id);
      return index === undefined ? [] : [[name, index] as const];
    }),
  );
  const places = new Map(fixed);
  for (const { name, role } of services) {
    const place = naturalPlace(role, takers);
    if (!places.has(name) && place !== undefined) places.set(name, place);
  }
  for (const { name, role } of services) if (role === "store") pull(name, needs, places, fixed);
  const order = inOrderOfNeeds(services.map(({ name }) => name), needs);
  for (const name of order) if (!fixed.has(name)) push(name, needs, places, takers);

  const tiers = new Map(takers.map(({ id }, index) => {
    const here = services.map(({ name }) => name).filter((name) =>
      places.get(name) === index && !named.has(name)
    );
    return [id, inTiers(here, needs)] as const;
  }));
  return { tiers, diagnostics };
}

/** The first script that takes the role; an application's where no script takes it. */
function naturalPlace(role: ServiceRole, takers: readonly Taker[]): number | undefined {
  const place = takers.findIndex(({ takes }) => takes.includes(role));
  if (place >= 0) return place;
  return role === "application" ? undefined : naturalPlace("application", takers);
}

/** What a database says that it needs starts no later than itself; what its configuration names may come later. */
function pull(
  name: string,
  needs: Needs,
  places: Map<string, number>,
  fixed: ReadonlyMap<string, number>,
): void {
  const place = places.get(name);
  if (place === undefined) return;
  for (const { service, reason } of needs.get(name) ?? []) {
    const other = places.get(service);
    if (reason === "named" || fixed.has(service) || other === undefined || other <= place) continue;
    places.set(service, place);
    pull(service, needs, places, fixed);
  }
}

/** A service starts no earlier than what it needs, in a script that takes services. */
function push(name: string, needs: Needs, places: Map<string, number>, takers: readonly Taker[]): void {
  const place = places.get(name);
  if (place === undefined) return;
  const least = Math.max(place, ...(needs.get(name) ?? []).map(({ service }) => places.get(service) ?? 0));
  if (least === place) return;
  const later = takers.findIndex(({ takes }, index) => index >= least && takes.length > 0);
  places.set(name, later >= 0 ? later : takers.findLastIndex(({ takes }) => takes.length > 0));
}

/** What is needed before what needs it, else as written. */
function inOrderOfNeeds(names: readonly string[], needs: Needs): string[] {
  return inTiers(names, needs).flat();
}

/** As few tiers as can be, each as written. There are no circles any more. */
function inTiers(names: readonly string[], needs: Needs): string[][] {
  const depth = new Map<string, number>();
  const here = new Set(names);
  const depthOf = (name: string): number => {
    const known = depth.get(name);
    if (known !== undefined) return known;
    const before = (needs.get(name) ?? []).filter(({ service }) => here.has(service));
    const found = before.reduce((most, { service }) => Math.max(most, depthOf(service) + 1), 0);
    depth.set(name, found);
    return found;
  };
  const tiers: string[][] = [];
  for (const name of names) {
    const index = depthOf(name);
    while (tiers.length <= index) tiers.push([]);
    tiers[index]?.push(name);
  }
  return tiers;
}
