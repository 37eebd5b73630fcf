/** Aspects of names and ports: not which address answers, but who is there. */
import type { ServiceView, SideView } from "./view.ts";

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
 * By name whether it is known, and by name and port who told a name of his own. An address that no probe of the stack
 * has is compared as it is: somebody wrote it down.
 */
export function sightAspects(service: ServiceView, side: SideView): Readonly<Record<string, string>> {
  const aspects: Record<string, string> = {};
  for (const { name, addresses, ports } of service.sights) {
    // What ends and begins again has an address at one time and none at another.
    if (side.services[name]?.restarted !== undefined) continue;
    const told = [...new Set(Object.values(ports).filter((who) => who !== ""))];
    aspects[`name.${name}`] = addresses.length === 0
      ? "unknown"
      : told.length > 0
      ? told.toSorted().join(" or ")
      : meaning(addresses, side);
    if (addresses.length === 0) continue;
    for (const [port, who] of Object.entries(ports)) {
      aspects[`port.${name}.${port}`] = who === "" ? "nobody" : who;
    }
  }
  return aspects;
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
