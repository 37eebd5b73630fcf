/** Which services a copy of a running stack can have beside it, without reaching into what is live. */
import type { Mount, Project, Service } from "../../compose/project.ts";
import { findTraefik } from "../traefik/find_traefik.ts";

/** Who has a copy, and why others have none. */
export interface CopiedServices {
  readonly kept: readonly string[];
  /** By service: the end of a sentence. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** Whoever is led by the engine, or lives in what only the machine has. */
export function copiedServices(project: Project): CopiedServices {
  const leftOut = new Map<string, string>();
  for (const service of Object.values(project.services)) {
    const why = ownReason(project, service);
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

function ownReason(project: Project, service: Service): string | undefined {
  const { network_mode: network = "", pid = "", privileged, devices = [] } = service;
  if (findTraefik({ ...project, services: { [service.name]: service } }) !== undefined) {
    return "a second Traefik would read the labels of what is live";
  }
  if (network === "host") return "in the host's network it would want the ports that the live one has";
  if (network.startsWith("container:")) return `it lives in the network of another container, ${network}`;
  if (pid === "host") return "it sees and may end every process of the machine";
  if (privileged === true) return "it is privileged: nothing keeps it from what is live";
  if (devices.length > 0) return `it has a device of the machine, ${devices[0]?.source}`;
  for (const mount of service.volumes ?? []) {
    const why = mountReason(project, mount);
    if (why !== undefined) return why;
  }
  return undefined;
}

const SOCKET = /(^|\/)[^/]*\.sock$/;
/** Of the machine itself: in some of them are sockets, so that read-only is no help. */
const WITH_SOCKETS = ["/", "/run", "/var", "/var/run"];
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
): string | undefined {
  const path = source.replace(/\/+$/, "") || "/";
  if (type === "bind") {
    if (SOCKET.test(path)) return `it has the socket "${path}"`;
    if (WITH_SOCKETS.includes(path)) return `it has the machine's "${path}"`;
    const isMachines = MACHINE.includes(path) || /^\/(dev|proc|sys)\//.test(path);
    return isMachines && isReadOnly !== true ? `it writes to the machine's "${path}"` : undefined;
  }
  if (type !== "volume") return undefined;
  const { driver = "", driver_opts: options = {} } = project.volumes[source] ?? {};
  const isBound = (options["device"] ?? "").startsWith("/") && /(^|,)r?bind(,|$)/.test(options["o"] ?? "");
  const isOwn = (driver === "" || driver === "local") &&
    (Object.keys(options).length === 0 || isBound || options["type"] === "tmpfs");
  return isOwn
    ? undefined
    : `its volume "${source}" lies on a share or with a plugin, of which no copy is made`;
}

/** Services of which it has the network, the processes or the volumes. */
function hostsOf(
  { network_mode: network = "", pid = "", ipc = "", volumes_from: from = [] }: Service,
): readonly string[] {
  const named = [network, pid, ipc].flatMap((mode) => /^service:(.+)$/.exec(mode)?.[1] ?? []);
  return [...named, ...from.flatMap((one) => one.startsWith("container:") ? [] : one.split(":")[0] ?? [])];
}
