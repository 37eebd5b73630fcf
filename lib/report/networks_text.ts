/** The end of `check` for people: who reaches whom. */
import { visibleAll } from "../diagnostics/visible.ts";
import type { NetworksView, ReachView } from "../views/networks.ts";
import { tableLines } from "./table.ts";

/**
 * A line for each network, as who is on one reaches all others of it, and one for what does not follow from that. One
 * sentence where all services are on one network.
 */
export function renderNetworks({ policies, networks, services }: NetworksView): string {
  if (services.length === 0) return "";
  if (!policies) {
    return "\nWho reaches whom: without network policies everybody, other projects included " +
      "(networkPolicies: true in decisions.yaml keeps apart what shares no network)\n";
  }
  const rows = visibleAll([...networks.map(networkRow), ...exceptions(services)]);
  const lines = tableLines(rows.map(([name = "", text = ""]) => [name, text]));
  return `\nWho reaches whom (on one network each other; other projects where they are on it, too):\n${
    lines.map((line) => `  ${line}\n`).join("")
  }`;
}

function networkRow(
  { name, services, internal, external, traefik }: NetworksView["networks"][number],
): string[] {
  const words = [...services, ...(traefik ? ["Traefik"] : [])].join(", ");
  const kinds = [...(internal ? ["internal"] : []), ...(external ? ["external"] : [])];
  return [`network ${name}`, kinds.length === 0 ? words : `${words} (${kinds.join(", ")})`];
}

function exceptions(services: readonly ReachView[]): string[][] {
  const of = (wanted: (one: ReachView) => boolean): readonly string[] =>
    services.filter(wanted).map(({ service }) => service);
  const line = (title: string, names: readonly string[]): string[][] =>
    names.length === 0 ? [] : [[title, names.join(", ")]];
  const open = services.filter(({ open }) => open.length > 0)
    .map(({ service, open }) => `${service} (${open.join(", ")})`);
  return [
    ...line("open to all", open),
    ...line("no way out", of(({ wayOut, networks }) => !wayOut && networks.length > 0)),
    ...line("the node's network", of(({ networks, wayOut }) => networks.length === 0 && wayOut)),
    ...line("no network", of(({ networks, wayOut }) => networks.length === 0 && !wayOut)),
  ];
}
