/** The map of a stack: services in the lanes of their migrations, ways in, needs, and where data lies. */
import type { WorkloadKind } from "../kube/conversion.ts";
import { isSkipped } from "../stack/context.ts";
import { type Need, needsOf } from "./needs.ts";
import { type Route, routesOf } from "./routes.ts";
import type { StackView } from "./stack_view.ts";
import { type Store, storeOf } from "./storage_words.ts";

/** A migration and the services that it starts; the last one is of those that are left out. */
export interface Lane {
  readonly id: string;
  readonly title: string;
  readonly services: readonly MapService[];
}

export interface MapService {
  readonly name: string;
  readonly kind: WorkloadKind;
}

/** A directory, a volume or a path of the machine, and who mounts it. */
export interface MapStore extends Store {
  readonly users: readonly {
    readonly service: string;
    readonly target: string;
    readonly readOnly: boolean;
  }[];
}

export interface StackMap {
  readonly project: string;
  readonly lanes: readonly Lane[];
  /** Between services of the map. */
  readonly needs: readonly Need[];
  /** Those that lead to a service of the map. */
  readonly routes: readonly (Route & { readonly service: string })[];
  readonly stores: readonly MapStore[];
}

/** What is on the map as a store; configuration goes with its service. */
const STORES: ReadonlySet<Store["kind"]> = new Set(["directory", "volume", "host"]);

/** The whole stack. */
export function mapOf(view: StackView): StackMap {
  const { conversion, plan, facts } = view;
  const services = new Map([...conversion.services.values()].map(({ name, kind }) => [name, { name, kind }]));
  const taken = new Set<string>();
  const lanes = (plan?.migrations ?? []).flatMap(({ id, title, claimed }): Lane[] => {
    const here = claimed.flatMap((name) => services.get(name) ?? []);
    for (const { name } of here) taken.add(name);
    return here.length === 0 ? [] : [{ id, title, services: here }];
  });
  const rest = Object.keys(facts.project.services).filter((name) => !taken.has(name))
    .map((name): MapService => services.get(name) ?? { name, kind: "none" });
  const moved = rest.filter(({ name, kind }) => kind !== "none" && !isSkipped(facts.decisions, name));
  const left = rest.filter((service) => !moved.includes(service));
  return {
    project: facts.project.name,
    lanes: [
      ...lanes,
      ...(moved.length === 0
        ? []
        : [{ id: "not planned", title: "as the stack has errors", services: moved }]),
      ...(left.length === 0
        ? []
        : [{ id: "left out", title: "by decision, or as the cluster has its own", services: left }]),
    ],
    needs: needsOf(view),
    routes: routesOf(view).flatMap((route) =>
      route.service === undefined ? [] : [{ ...route, service: route.service }]
    ),
    stores: storesOf(view),
  };
}

function storesOf({ facts }: StackView): readonly MapStore[] {
  const stores = new Map<string, MapStore>();
  for (const { name: service, volumes } of Object.values(facts.project.services)) {
    for (const mount of volumes ?? []) {
      const store = storeOf(facts, mount);
      if (store === undefined || !STORES.has(store.kind)) continue;
      const user = { service, target: mount.target, readOnly: mount.read_only === true };
      stores.set(store.name, { ...store, users: [...stores.get(store.name)?.users ?? [], user] });
    }
  }
  return [...stores.values()];
}

/** One service with all that it needs, however far, and those that need it. */
export function mapAround(map: StackMap, service: string): StackMap {
  const near = new Set([service]);
  for (const name of near) for (const { from, to } of map.needs) if (from === name) near.add(to);
  for (const { from, to } of map.needs) if (to === service) near.add(from);
  const isNear = (name: string): boolean => near.has(name);
  return {
    ...map,
    lanes: map.lanes.flatMap((lane) => {
      const services = lane.services.filter(({ name }) => isNear(name));
      return services.length === 0 ? [] : [{ ...lane, services }];
    }),
    needs: map.needs.filter(({ from, to }) => isNear(from) && isNear(to)),
    routes: map.routes.filter((route) => isNear(route.service)),
    stores: map.stores.flatMap((store) => {
      const users = store.users.filter((user) => isNear(user.service));
      return users.length === 0 ? [] : [{ ...store, users }];
    }),
  };
}
