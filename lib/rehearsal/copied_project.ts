/**
 * The compose file of a rehearsal's copy: names and networks of its own, no port of the machine, no label that anybody
 * else reads, and copies in place of every directory that it writes to. No I/O.
 */
import type { Project, Service } from "../../compose/project.ts";
import { fields, items, type Json, list, record } from "../values/json.ts";
import { type CopiedPlaces } from "./copied_places.ts";

/** On all that the copy has in the engine, and on its namespace: which rehearsal's it is, by its folder. */
export const REHEARSAL_LABEL = "compose-ferry/rehearsal";

/** What is made. */
export interface CopyOptions {
  /** The copy's own folder, absolute. */
  readonly folder: string;
  readonly kept: readonly string[];
  readonly places: CopiedPlaces;
  /** Whether the copy reaches other machines: it has the live stack's credentials. */
  readonly isOnline: boolean;
}

/** The name of the copy's project, and the end of its namespace's. */
export function rehearsalName(name: string): string {
  return `${name}-rehearsal`;
}

/** In canonical form; every value is as it was understood, so that no variable is asked for again. */
export function copiedProject(project: Project, options: CopyOptions): Json {
  const { folder, kept, places, isOnline } = options;
  const canonical = fields(project.canonical["services"]);
  const labels = { [REHEARSAL_LABEL]: folder };
  const services = Object.fromEntries(
    kept.flatMap((name) => {
      const service = project.services[name];
      if (service === undefined) return [];
      const written = fields(canonical[name]);
      const own = isOnline ? written : inOwnNetwork(written);
      return [[name, copiedService(project, service, own, options)] as const];
    }),
  );
  const networks = new Set(Object.values(services).flatMap((one) => Object.keys(fields(one["networks"]))));
  const copied: Json = {
    name: rehearsalName(project.name),
    services,
    networks: Object.fromEntries(
      [...networks].sort().map((network) => [network, { ...(isOnline ? {} : { internal: true }), labels }]),
    ),
    volumes: Object.fromEntries(
      [...places.volumes].map(([key, device]) => [
        key,
        device === undefined
          ? { driver_opts: project.volumes[key]?.driver_opts ?? {}, labels }
          : { driver_opts: { type: "none", o: "bind", device }, labels },
      ]),
    ),
    ...objects(project, "configs"),
    ...objects(project, "secrets"),
  };
  return record(escaped(copied)) ?? {};
}

/** The engine's own network leads to other machines, and cannot be made to lead to none. */
function inOwnNetwork(service: Json): Json {
  const { network_mode: mode, ...rest } = service;
  return mode === "bridge" || mode === "default" ? { ...rest, networks: { default: null } } : service;
}

/** Only the live stack has these: what it is called, what the machine and others see of it. */
const LEFT_AWAY = [
  "build",
  "container_name",
  "develop",
  "env_file",
  "external_links",
  "label_file",
  "labels",
  "logging",
  "mac_address",
  "ports",
  "profiles",
];

function copiedService(
  project: Project,
  service: Service,
  canonical: Json,
  { kept, folder, places }: CopyOptions,
): Json {
  const rest = Object.fromEntries(Object.entries(canonical).filter(([key]) => !LEFT_AWAY.includes(key)));
  const { labels: _, ...deploy } = fields(canonical["deploy"]);
  return {
    ...rest,
    ...(canonical["deploy"] === undefined ? {} : { deploy }),
    image: service.image ?? `${project.name}-${service.name}`,
    // A Traefik that takes every container would take it by a rule of its own making.
    labels: { [REHEARSAL_LABEL]: folder, "traefik.enable": "false" },
    ...optional("depends_on", keptOnly(canonical["depends_on"], kept)),
    ...optional("links", links(canonical["links"], kept)),
    ...optional("networks", networksOf(service, canonical)),
    ...optional("expose", exposed(service)),
    ...optional("volumes", mounts(canonical, places)),
  };
}

function optional(key: string, value: unknown): Json {
  return value === undefined ? {} : { [key]: value };
}

function keptOnly(dependencies: unknown, kept: readonly string[]): Json | undefined {
  const needed = record(dependencies);
  if (needed === undefined) return undefined;
  return Object.fromEntries(Object.entries(needed).filter(([name]) => kept.includes(name)));
}

function links(written: unknown, kept: readonly string[]): readonly string[] | undefined {
  if (written === undefined) return undefined;
  return items(written).map(String).filter((link) => kept.includes(link.split(":")[0] ?? ""));
}

/** Addresses are the live ones'; a name of its container is one that others may call it by. */
function networksOf({ container_name: name }: Service, canonical: Json): Json | undefined {
  const networks = record(canonical["networks"]);
  if (networks === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(networks).map(([network, settings]) => {
      const { ipv4_address: _, ipv6_address: __, link_local_ips: ___, mac_address: ____, ...rest } = fields(
        settings,
      );
      const aliases = [...items(rest["aliases"]), ...(name === undefined ? [] : [name])];
      return [network, aliases.length === 0 ? rest : { ...rest, aliases: [...new Set(aliases)] }];
    }),
  );
}

/** What was published is still known of, and open to its neighbours alone. */
function exposed({ expose = [], ports = [] }: Service): readonly string[] | undefined {
  const published = ports.map(({ target, protocol = "tcp" }) =>
    protocol === "tcp" ? `${target}` : `${target}/${protocol}`
  );
  const all = [...new Set([...expose.map(String), ...published])];
  return all.length === 0 ? undefined : all;
}

function mounts(canonical: Json, places: CopiedPlaces): readonly Json[] | undefined {
  if (canonical["volumes"] === undefined) return undefined;
  return list(canonical["volumes"]).map((mount) =>
    mount["type"] === "bind" ? { ...mount, source: places.bind(String(mount["source"])) } : mount
  );
}

function objects(project: Project, kind: "configs" | "secrets"): Json {
  const all = record(project.canonical[kind]);
  if (all === undefined) return {};
  const named = Object.entries(all).map(([key, one]) => {
    const { name: _, ...rest } = fields(one);
    return [key, rest] as const;
  });
  return { [kind]: Object.fromEntries(named) };
}

/** compose reads a dollar as a variable's; a value that was understood has none. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escaped);
  const map = record(value);
  if (map === undefined) return value;
  return Object.fromEntries(Object.entries(map).map(([key, one]) => [key, escaped(one)]));
}
