/** Decides where each named volume lies: with Docker, on a share of another machine, in memory, or nowhere known. */
import { isIP } from "node:net";
import type { Project, Volume } from "../../../compose/project.ts";
import { yamlText } from "../../diagnostics/yaml_word.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import { at, type Context } from "../context.ts";
import { label } from "../names.ts";
import { mountingServices } from "./mounting.ts";
import { isCreated, pathOnNode } from "./places.ts";

/** Docker's own folder, where nobody moved it. */
export const DOCKER_ROOT = "/var/lib/docker";

/** What becomes of a named volume. */
export type VolumeRole =
  | {
    readonly kind: "directory";
    readonly path: string;
    readonly create: boolean;
    readonly readOnly: boolean;
    /** It was memory, with these options: its directory is given their mode and owner. */
    readonly memory?: readonly string[];
  }
  | { readonly kind: "nfs"; readonly nfs: Share; readonly mountOptions: readonly string[] }
  | { readonly kind: "smb"; readonly smb: SmbShare; readonly mountOptions: readonly string[] }
  | { readonly kind: "memory"; readonly options: readonly string[] }
  | { readonly kind: "empty" }
  | { readonly kind: "skip" };

/** A directory that another machine serves by NFS, as a PersistentVolume has it. */
export interface Share {
  readonly server: string;
  readonly path: string;
  readonly readOnly?: true;
}

/** A directory that another machine serves by SMB. */
export interface SmbShare {
  /** `//server/share`. */
  readonly source: string;
  /** `username`, `password`, `domain`: what the share asks for. */
  readonly credentials: ReadonlyMap<string, string>;
  readonly readOnly?: true;
}

/** The role of every named volume that is mounted in some pod, by its key. */
export function volumeRoles(context: Context): ReadonlyMap<string, VolumeRole> {
  const users = new Map<string, string[]>();
  for (const service of mountingServices(context)) {
    for (const { type, source } of service.volumes ?? []) {
      if (type !== "volume" || source === undefined) continue;
      users.set(source, [...new Set([...users.get(source) ?? [], service.name])]);
    }
  }
  return new Map([...users].map(([key, services]) => [key, roleOf(context, key, services)]));
}

function roleOf(context: Context, key: string, services: readonly string[]): VolumeRole {
  const volume = context.project.volumes[key] ?? {};
  const decision = context.decisions.storage?.[key];
  const { type = "", device = "", o = "" } = volume.driver_opts ?? {};
  const options = o.split(",").map((option) => option.trim()).filter((option) => option !== "");
  const isMemory = type === "tmpfs" && !isPlugin(volume);
  if (decision?.kind === "empty" && isMemory) return { kind: "memory", options };
  if (decision?.kind === "skip" || decision?.kind === "empty") return { kind: decision.kind };
  if (decision?.path !== undefined) {
    return {
      kind: "directory",
      path: decision.path,
      create: isMade(context, decision, true),
      readOnly: false,
    };
  }
  if (isPlugin(volume)) return notKnown(context, key, `driver "${volume.driver}"`);
  if (isMemory && decision?.kind !== "data") return memory(context, key, services, options);
  if (/^nfs4?$/.test(type)) return share(type, device, options) ?? notKnown(context, key, `type "${type}"`);
  if (/^(cifs|smb3)$/.test(type) && device.startsWith("//")) {
    return smbShare(context, key, services, device, options);
  }
  if (device.startsWith("/") && options.some((option) => /^r?bind$/.test(option))) {
    const path = pathOnNode(context.project, context.decisions, undefined, device);
    // Docker mounts it, and makes nothing in its place.
    return {
      kind: "directory",
      path,
      create: isMade(context, decision, false),
      readOnly: options.includes("ro"),
    };
  }
  if (device !== "" && type !== "tmpfs") return notKnown(context, key, `type "${type}"`);
  const create = isMade(context, decision, volume.external !== true);
  const path = placeSeen(context, key) ?? dockerPath(context, key, volume);
  return { kind: "directory", path, create, readOnly: false };
}

function isMade({ decisions }: Context, decision: StorageDecision | undefined, byDocker: boolean): boolean {
  return isCreated(decisions, decision, byDocker);
}

/** Where an engine keeps a volume, below its root. */
export function directoryBelow(dockerRoot: string, name: string): string {
  return `${dockerRoot.replace(/\/+$/, "")}/volumes/${name}/_data`;
}

function isPlugin({ driver }: Volume): boolean {
  return driver !== undefined && driver !== "" && driver !== "local";
}

/** Where an engine has it; what is decided about all volumes comes first. */
function placeSeen({ decisions, seen }: Context, key: string): string | undefined {
  const isOpen = decisions.dockerRoot === undefined && decisions.storageRoot === undefined;
  return isOpen && seen !== undefined && Object.hasOwn(seen.places, key) ? seen.places[key] : undefined;
}

/** The name of a volume of the `local` driver, by which an engine knows it. */
export function nameInDocker(project: Project, key: string, { name }: Volume): string {
  return name ?? `${project.name}_${key}`;
}

/** Where the volumes of a project lie on the node, by the name that an engine has for them. */
export function volumeDirectories(
  { project, volumes }: { readonly project: Project; readonly volumes: ReadonlyMap<string, VolumeRole> },
): ReadonlyMap<string, string> {
  return new Map(
    [...volumes].flatMap(([key, role]) => {
      const volume = project.volumes[key];
      if (role.kind !== "directory" || volume === undefined) return [];
      return [[nameInDocker(project, key, volume), role.path] as const];
    }),
  );
}

/** Where Docker keeps a volume of its own, or where the stack's volumes lie by decision. */
export function dockerPath({ project, decisions }: Context, key: string, volume: Volume): string {
  const { dockerRoot = DOCKER_ROOT, storageRoot } = decisions;
  if (storageRoot !== undefined) return `${storageRoot.replace(/\/+$/, "")}/volumes/${key}`;
  return directoryBelow(dockerRoot, nameInDocker(project, key, volume));
}

/** `addr=10.0.0.9,rw,soft` and `:/export`, or `10.0.0.9:/export`: what is no place is an option of the mount. */
function share(type: string, device: string, options: readonly string[]): VolumeRole | undefined {
  const colon = device.indexOf(":");
  const named = colon > 0 ? device.slice(0, colon) : undefined;
  const server = options.find((option) => option.startsWith("addr="))?.slice("addr=".length) || named;
  const path = device.slice(colon + 1);
  if (server === undefined || !path.startsWith("/")) return undefined;
  const version = type === "nfs4" && !options.some((option) => /^(nfs)?vers=/.test(option))
    ? ["nfsvers=4"]
    : [];
  const others = options.filter((option) =>
    !option.startsWith("addr=") && option !== "rw" && option !== "ro"
  );
  return {
    kind: "nfs",
    nfs: { server, path, ...(options.includes("ro") ? { readOnly: true as const } : {}) },
    mountOptions: [...version, ...others],
  };
}

/** Where the node has memory that pods can share. */
const MEMORY_ROOT = "/run/compose-ferry";

/** Of one service its pod's own memory; pods share none, but for what the node has. */
function memory(
  context: Context,
  key: string,
  services: readonly string[],
  options: readonly string[],
): VolumeRole {
  if (services.length < 2) return { kind: "memory", options };
  const path = `${MEMORY_ROOT}/${context.namespace}/${label(key)}`;
  const others = options.filter((option) => !/^(mode|uid|gid)=/.test(option));
  const lost = others.length === 0 ? "" : `, without its options ${others.join(",")}`;
  context.report({
    code: "kube-memory-shared",
    severity: others.length === 0 ? "info" : "warning",
    message: `Volume "${key}" is memory that services ${
      services.map((name) => `"${name}"`).join(", ")
    } share: it is "${path}" of the node, which is memory as well${lost}; local users of the node can read it ` +
      "where its mode lets them, its size is not limited, and only a restart of the node empties it",
    ...at(context.project, ["volumes", key]),
    hint: `On the disk: storage: { ${
      yamlText(key)
    }: { kind: data } }; memory of each its own: { kind: empty }`,
  });
  return { kind: "directory", path, create: true, readOnly: false, memory: options };
}

const CREDENTIALS: Readonly<Record<string, string>> = {
  user: "username",
  username: "username",
  pass: "password",
  password: "password",
  dom: "domain",
  domain: "domain",
};

/** Docker looks up the name in `addr`; who mounts it for a pod takes an address there, and looks up the share's server. */
function sourceOf(source: string, options: readonly string[]): string {
  const server = options.find((option) => option.startsWith("addr="))?.slice("addr=".length) ?? "";
  return server === "" || isIP(server) !== 0 ? source : source.replace(/^\/\/[^/]*/, `//${server}`);
}

/**
 * A share that Docker mounts with the kernel's cifs, which a kubelet does by a driver of its own: it is carried as that
 * driver's volume, and whether the cluster has it is asked.
 */
function smbShare(
  context: Context,
  key: string,
  services: readonly string[],
  source: string,
  options: readonly string[],
): VolumeRole {
  const credentials = new Map<string, string>();
  const others = options.flatMap((option) => {
    const equals = option.indexOf("=");
    const [name, value] = [option.slice(0, equals), option.slice(equals + 1)];
    const credential = equals < 0 ? undefined : CREDENTIALS[name];
    if (credential !== undefined) credentials.set(credential, value);
    if (credential !== undefined || option === "rw" || option === "ro") return [];
    if (name !== "addr") return [option];
    return isIP(value) === 0 ? [] : [`ip=${value}`];
  });
  context.report({
    code: "kube-volume-smb",
    severity: "question",
    message: `Volume "${key}" of ${services.length === 1 ? "service" : "services"} ${
      services.map((name) => `"${name}"`).join(", ")
    } is a share by SMB: it is carried for the driver smb.csi.k8s.io, which k3s does not bring`,
    ...at(context.project, ["volumes", key]),
    hint: `Install the driver (csi-driver-smb), or mount the share on the node and say where: storage: { ${
      yamlText(key)
    }: { path: /mnt/SHARE } }`,
  });
  const readOnly = options.includes("ro") ? { readOnly: true as const } : {};
  return {
    kind: "smb",
    smb: { source: sourceOf(source, options), credentials, ...readOnly },
    mountOptions: others,
  };
}

/** Below Docker's root there is only the place where Docker mounts it, empty without Docker. */
function notKnown(context: Context, key: string, what: string): VolumeRole {
  context.report({
    code: "kube-volume-foreign",
    severity: "error",
    message:
      `Volume "${key}" has ${what}, which Docker mounts and a cluster does not: its data would not be found`,
    ...at(context.project, ["volumes", key]),
    hint: `Mount it on the node (/etc/fstab), then say where: storage: { ${
      yamlText(key)
    }: { path: /mnt/${key} } }`,
  });
  return { kind: "skip" };
}
