/** Services that Traefik is led to: by routes, and by the addresses that its middlewares and settings have. */
import { fields, list } from "../../values/json.ts";
import type { ConvertedService } from "../conversion.ts";
import type { KubeObject, PlannedObject } from "../object.ts";

/** The names of those whose Services the objects speak of. */
export function routedServices(
  services: Iterable<ConvertedService>,
  objects: readonly PlannedObject[],
  namespace: string,
): ReadonlySet<string> {
  const owners = new Map(
    [...services].flatMap(({ name, network }) =>
      network.map(({ object, service = name }) => [object.metadata.name, service])
    ),
  );
  const named = objects.flatMap(({ object }) => namesIn(object, namespace));
  return new Set(named.flatMap((name) => owners.get(name) ?? []));
}

/** Names of Services of the namespace. */
function namesIn(object: KubeObject, namespace: string): readonly string[] {
  const spec = fields(object["spec"]);
  const targets = [
    ...list(spec["routes"]).flatMap((route) => list(route["services"])),
    ...list(fields(spec["weighted"])["services"]),
    fields(spec["mirroring"]),
    ...list(fields(spec["mirroring"])["mirrors"]),
  ];
  const addresses = JSON.stringify(spec).matchAll(/([a-z0-9-]+)\.([a-z0-9-]+)\.svc\b/g);
  return [
    ...targets.flatMap(({ name }) => typeof name === "string" ? [name] : []),
    ...[...addresses].flatMap(([, name = "", place]) => place === namespace ? [name] : []),
  ];
}
