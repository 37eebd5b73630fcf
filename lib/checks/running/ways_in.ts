/** Networks and ports of a container beside those of the files. */
import type { Project, Service } from "../../../compose/project.ts";
import type { StartedContainer } from "./container.ts";

/** Names of networks that it is not in, or that the files do not have, and aliases that it lacks there. */
export function differentNetworks(
  service: Service,
  { networks, networkMode }: StartedContainer,
  project: Project,
): readonly string[] {
  const mode = service.network_mode ?? "";
  if (mode !== "") return isMode(mode, networkMode) ? [] : [`network_mode "${mode}" new`];
  const wanted = new Map(
    Object.entries(service.networks ?? { default: null }).map(([key, network]) => [
      project.networks[key]?.name ?? `${project.name}_${key}`,
      network?.aliases ?? [],
    ]),
  );
  const missing = [...wanted].flatMap(([name, aliases]) => {
    const has = Object.hasOwn(networks, name) ? networks[name] : undefined;
    if (has === undefined) return [`${name} new`];
    return aliases.filter((alias) => !has.includes(alias)).map((alias) => `alias ${alias} on ${name} new`);
  });
  return [
    ...missing,
    ...Object.keys(networks).filter((name) => !wanted.has(name)).map((name) => `${name} gone`),
  ]
    .sort();
}

function isMode(wanted: string, has: string): boolean {
  if (/^(service|container):/.test(wanted)) return has.startsWith("container:");
  return wanted === has || wanted === "bridge" && has === "default";
}

/** Published ports, as `docker ps` shows them. */
export function differentPorts(service: Service, { ports }: StartedContainer): readonly string[] {
  const wanted = (service.ports ?? []).map(
    ({ host_ip: address = "", published = "", target, protocol = "tcp" }) => {
      const host = address === "" || address === "0.0.0.0" ? "" : `${address}:`;
      return `${host}${published === "0" ? "" : published}->${target}/${protocol}`;
    },
  );
  return [
    ...wanted.filter((port) => !ports.includes(port)).map((port) => `${port} new`),
    ...ports.filter((port) => !wanted.includes(port)).map((port) => `${port} gone`),
  ].sort();
}
