/** The sections of a project in the types of the model, each path of the host as the engine takes it. */
import { hostPath } from "./files/paths.ts";
import type { FileObject, Mount, Service, Volume } from "./project.ts";
import { define } from "./spec/field.ts";

type Section = Readonly<Record<string, Record<string, unknown>>>;

/** Services with their name, host names with their addresses, and the sources of their bind mounts. */
export function typedServices(section: Section): Record<string, Service> {
  return each(section, (service, name) => {
    const { extra_hosts: hosts, volumes } = service;
    return {
      ...service,
      name,
      ...(Array.isArray(hosts) && { extra_hosts: byHost(hosts) }),
      ...(Array.isArray(volumes) && { volumes: volumes.map(typedMount) }),
    };
  });
}

/** A volume of the local driver may be a bind mount in disguise: its device is a path, a share's is none. */
export function typedVolumes(section: Section): Record<string, Volume> {
  return each(section, (volume: Volume) => {
    const { device, o = "" } = volume.driver_opts ?? {};
    const isBound = /(^|,)\s*r?bind\s*(,|$)/.test(o);
    if (device === undefined || !isBound) return volume;
    return { ...volume, driver_opts: { ...volume.driver_opts, device: hostPath(device) } };
  });
}

/** Configs and secrets with the paths of their files. */
export function typedFileObjects(section: Section): Record<string, FileObject> {
  return each(
    section,
    (object: FileObject) => object.file === undefined ? object : { ...object, file: hostPath(object.file) },
  );
}

function each<Out>(
  section: Section,
  type: (value: Record<string, unknown>, name: string) => Out,
): Record<string, Out> {
  const out: Record<string, Out> = {};
  for (const [name, value] of Object.entries(section)) define(out, name, type(value, name));
  return out;
}

function typedMount(mount: Mount): Mount {
  const { type, source } = mount;
  return type === "bind" && source !== undefined ? { ...mount, source: hostPath(source) } : mount;
}

function byHost(lines: readonly string[]): Record<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of lines) {
    const at = line.indexOf("=");
    const name = line.slice(0, at);
    hosts.set(name, [...hosts.get(name) ?? [], line.slice(at + 1)]);
  }
  return Object.fromEntries(hosts);
}
