/** Aspects of names and ports: not which address answers, but who is there. */
import type { ServiceView, SideView, Sight } from "./view.ts";

/** Lines of /etc/hosts that somebody asked for: by name, the address; the service's own is "itself". */
export function hostAspects(service: ServiceView): Readonly<Record<string, string>> {
  const aspects: Record<string, string> = {};
  for (const line of (service.view.files["/etc/hosts"] ?? "").split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (address === "") continue;
    for (const name of names) {
      if (/^(localhost$|ip6-)/.test(name)) continue;
      if (service.generated.some((made) => name === made || name.startsWith(`${made}.`))) continue;
      const own = service.addresses.includes(address) || /^127\.|^::1$/.test(address);
      // The first line that has a name is the one that counts.
      aspects[`hosts.${name}`] ??= own ? "itself" : address;
    }
  }
  return aspects;
}

/**
 * Of resolv.conf what the stack says. Both sides ask a name server of their own, which knows the names of the stack:
 * what it answers is compared, not its address, its domains or its `ndots`.
 */
export function resolverAspects(text: string): Readonly<Record<string, string>> {
  const values = (keyword: string): readonly string[] =>
    text.split("\n").map((line) => line.trim().split(/\s+/)).filter(([first]) => first === keyword)
      .flatMap(([, ...rest]) => rest);
  return {
    "resolver.search": values("search").filter((name) => !/(^|\.)cluster\.local$/.test(name)).join(" "),
    "resolver.options": values("options").filter((option) => !option.startsWith("ndots:")).toSorted().join(
      " ",
    ),
  };
}

/**
 * By name whether it is known, and by service and port who tells a name there, over all names of that service: who is
 * known by none is reached by none. An address that no probe of the stack has is compared as it is: somebody wrote it down.
 *
 * @param self the service that looks.
 */
export function sightAspects(
  self: string,
  { sights, view }: ServiceView,
  side: SideView,
): Readonly<Record<string, string>> {
  // What ends and begins again has an address at one time and none at another.
  const lasting = sights.filter(({ name, owner = name }) => side.services[owner]?.restarted === undefined);
  // From the machine's own network everybody is reached by an address, whether there is a name for it or not.
  const onMachine = view.namespaces["net"] !== undefined && view.namespaces["net"] === side.machine["net"];
  return {
    ...Object.fromEntries(lasting.map((sight) => [`name.${sight.name}`, whoHas(sight, side)])),
    ...Object.fromEntries(
      [...Map.groupBy(lasting, ({ name, owner = name }) => owner)].flatMap(([owner, own]) =>
        portAspects(owner, own, onMachine || owner === self)
      ),
    ),
  };
}

function whoHas({ addresses, ports }: Sight, side: SideView): string {
  if (addresses.length === 0) return "unknown";
  const told = [...new Set(Object.values(ports).filter((who) => who !== ""))];
  return told.length > 0 ? told.toSorted().join(" or ") : meaning(addresses, side);
}

/** @param needsName whether only a name tells that it is not reached: who has none may still have its address. */
function portAspects(
  owner: string,
  sights: readonly Sight[],
  needsName: boolean,
): readonly (readonly [string, string])[] {
  const known = sights.filter(({ addresses }) => addresses.length > 0);
  if (known.length === 0 && needsName) return [];
  const ports = [...new Set(sights.flatMap((sight) => [...sight.asked ?? [], ...Object.keys(sight.ports)]))];
  return ports.map((port) => {
    const told = new Set(known.map((sight) => sight.ports[port] || "nobody"));
    return [`port.${owner}.${port}`, [...told].toSorted().join(" or ") || "nobody"];
  });
}

function meaning(addresses: readonly string[], side: SideView): string {
  const owner = Object.entries(side.services).find(([, { addresses: own }]) =>
    addresses.some((address) => own.includes(address))
  );
  if (owner !== undefined) return owner[0];
  return addresses.every((address) => /^(10|172\.(1[6-9]|2\d|3[01])|192\.168)\./.test(address))
    ? "known"
    : addresses.join(" ");
}
