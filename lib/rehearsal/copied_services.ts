/** Which services a copy of a running stack can have beside it, without reaching into what is live. */
import type { Mount, Project, Service } from "../../compose/project.ts";
import { findTraefik } from "../traefik/find_traefik.ts";
import type { BindSources } from "./bind_sources.ts";
import { plainPath } from "../values/plain_path.ts";

/** Who has a copy, and why others have none. */
export interface CopiedServices {
  readonly kept: readonly string[];
  /** By service: the end of a sentence. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** All but those that are led by the engine, or live in what only the machine or a live container has. */
export function copiedServices(project: Project, sources: BindSources): CopiedServices {
  const leftOut = new Map<string, string>();
  for (const service of Object.values(project.services)) {
    const why = ownReason(project, service, sources);
    if (why !== undefined) leftOut.set(service.name, why);
  }
  // Who shares something of one that has no copy has none either, and so on.
  for (let before = -1; before !== leftOut.size;) {
    before = leftOut.size;
    for (const service of Object.values(project.services)) {
      const missing = hostsOf(service).find((name) => leftOut.has(name));
      if (missing !== undefined && !leftOut.has(service.name)) {
        leftOut.set(service.name, `it shares what "${missing}" has, which is left out`);
      }
    }
  }
  return {
    kept: Object.keys(project.services).filter((name) => !leftOut.has(name)),
    leftOut: Object.fromEntries(leftOut),
  };
}

function ownReason(project: Project, service: Service, sources: BindSources): string | undefined {
  const { privileged, devices = [], volumes_from: from = [], volumes = [] } = service;
  if (findTraefik({ ...project, services: { [service.name]: service } }) !== undefined) {
    return "a second Traefik would read the labels of the live stack";
  }
  if (service["provider"] !== undefined) {
    return "it is created by a provider program of the machine, which cannot create a second one";
  }
  if (service["use_api_socket"] === true) return "it has the engine's socket";
  const namespace = namespaceReason(service);
  if (namespace !== undefined) return namespace;
  if (privileged === true) return "it is privileged: nothing keeps it away from the live stack";
  if (devices.length > 0) return `it has a device of the machine, ${devices[0]?.source}`;
  const other = from.find((one) => one.startsWith("container:"));
  if (other !== undefined) return `it has the volumes of another container, ${other}`;
  for (const mount of volumes) {
    const why = mountReason(project, mount, sources);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Networks that are the copy's own, or none. */
const OWN_NETWORK = /^$|^(none|bridge|default)$|^service:/;

/** Of the machine, or of a container that is none of the copy's. */
function namespaceReason({ network_mode: network = "", pid = "", ipc = "" }: Service): string | undefined {
  if (network === "host") return "in the host's network it would need the ports of the live one";
  if (network.startsWith("container:")) return `it lives in the network of another container, ${network}`;
  if (!OWN_NETWORK.test(network)) return `it lives in network "${network}", in which others are live`;
  if (pid === "host") return "it can see and kill every process of the machine";
  if (pid.startsWith("container:")) return `it sees the processes of another container, ${pid}`;
  if (ipc === "host") return "it uses the machine's shared memory";
  if (ipc.startsWith("container:")) return `it has the memory of another container, ${ipc}`;
  return undefined;
}

const SOCKET = /(^|\/)[^/]*\.sock$/;
/** Sockets lie there, and nobody is kept from connecting by a mount that is read-only. */
const WITH_SOCKETS = /^\/(var)?$|^\/(var\/)?run(\/|$)/;
const MACHINE = [
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/proc",
  "/root",
  "/sys",
  "/usr",
  "/var/lib",
  "/var/lib/docker",
];

function mountReason(
  project: Project,
  { type, source = "", read_only: isReadOnly }: Mount,
  sources: BindSources,
): string | undefined {
  if (type === "bind") {
    const { real = source, kind } = sources.get(source) ?? {};
    const paths = [...new Set([source, real].map((path) => plainPath(path)))];
    for (const path of paths) {
      if (kind === "socket" || SOCKET.test(path)) return `it has the socket "${path}"`;
      // As resolv.conf, which is a link to there.
      if (kind !== "file" && WITH_SOCKETS.test(path)) return `it has the machine's "${path}"`;
      const isMachines = MACHINE.includes(path) || /^\/(dev|proc|sys)\//.test(path);
      if (isMachines && isReadOnly !== true) return `it writes to the machine's "${path}"`;
    }
    return undefined;
  }
  if (type !== "volume") return undefined;
  const { driver = "", driver_opts: options = {} } = project.volumes[source] ?? {};
  const isBound = (options["device"] ?? "").startsWith("/") && /(^|,)r?bind(,|$)/.test(options["o"] ?? "");
  const isOwn = (driver === "" || driver === "local") &&
    (Object.keys(options).length === 0 || isBound || options["type"] === "tmpfs");
  return isOwn
    ? undefined
    : `its volume "${source}" is a network share or belongs to a volume plugin, and is not copied`;
}

/** Services of which it has the network, the processes or the volumes. */
function hostsOf(
  { network_mode: network = "", pid = "", ipc = "", volumes_from: from = [] }: Service,
): readonly string[] {
  const named = [network, pid, ipc].flatMap((mode) => /^service:(.+)$/.exec(mode)?.[1] ?? []);
  return [...named, ...from.flatMap((one) => one.startsWith("container:") ? [] : one.split(":")[0] ?? [])];
}
