/** Where engines of this machine may answer: what Docker's own command would ask, and every usual socket. */
import { join } from "node:path";
import { field } from "../values/json.ts";
import { sha256 } from "../values/sha256.ts";

/** One place where an engine may answer. */
export interface Endpoint {
  /** As Docker writes it: `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`. */
  readonly host: string;
  /** How it was found, for messages: `DOCKER_HOST`, `Docker context "remote"`. */
  readonly origin: string;
  /** Docker's command would ask this one. */
  readonly isInForce: boolean;
  /** The folder of `ca.pem`, `cert.pem` and `key.pem`, where TLS is asked for. */
  readonly certificates?: string;
  /** Why nobody can be asked there, where that is known beforehand. */
  readonly trouble?: string;
}

/** The environment by name. */
export type Environment = Readonly<Record<string, string>>;

const USUAL_SOCKETS = ["/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock"];
/** Below the folder of a user's session. */
const ROOTLESS_SOCKETS = ["docker.sock", "podman/podman.sock"];
const SESSIONS = "/run/user";

/**
 * The engine in force first, then every socket that is there. Docker's order: DOCKER_HOST, DOCKER_CONTEXT, the context
 * that `config.json` names, the usual socket (docker/cli, `resolveContextName`).
 */
export async function findEndpoints(environment: Environment): Promise<readonly Endpoint[]> {
  const inForce = await endpointInForce(environment);
  const sockets = [...USUAL_SOCKETS, ...await sessionSockets(environment), ...await listeningSockets()];
  const found = new Map<string, Endpoint>();
  if (inForce !== undefined) found.set(await identityOf(inForce.host), inForce);
  for (const socket of sockets) {
    if (!await isThere(socket)) continue;
    const identity = await identityOf(`unix://${socket}`);
    if (!found.has(identity)) {
      found.set(identity, { host: `unix://${socket}`, origin: "a socket of this machine", isInForce: false });
    }
  }
  return [...found.values()];
}

async function endpointInForce(environment: Environment): Promise<Endpoint | undefined> {
  const host = environment["DOCKER_HOST"] ?? "";
  if (host !== "") {
    const isSecure = (environment["DOCKER_TLS_VERIFY"] ?? "") !== "" ||
      (environment["DOCKER_CERT_PATH"] ?? "") !== "";
    const certificates = environment["DOCKER_CERT_PATH"] || configDirectory(environment);
    return {
      host,
      origin: "DOCKER_HOST",
      isInForce: true,
      ...(isSecure && certificates !== undefined ? { certificates } : {}),
    };
  }
  const configuration = configDirectory(environment);
  const named = environment["DOCKER_CONTEXT"] || await currentContext(configuration);
  if (named === undefined || named === "default") return undefined;
  return await endpointOfContext(named, configuration);
}

/** A file that Docker could not read either names no context. */
async function currentContext(configuration: string | undefined): Promise<string | undefined> {
  if (configuration === undefined) return undefined;
  const name = field(await jsonOf(join(configuration, "config.json")), "currentContext");
  return typeof name === "string" && name !== "" ? name : undefined;
}

async function endpointOfContext(name: string, configuration: string | undefined): Promise<Endpoint> {
  const origin = `Docker context "${name}"`;
  const unknown = { host: "", origin, isInForce: true, trouble: "Docker does not know this context here" };
  if (configuration === undefined) return unknown;
  const id = sha256(name);
  const meta = await jsonOf(join(configuration, "contexts", "meta", id, "meta.json"));
  const host = field(field(field(meta, "Endpoints"), "docker"), "Host");
  if (typeof host !== "string" || host === "") return unknown;
  const certificates = join(configuration, "contexts", "tls", id, "docker");
  return { host, origin, isInForce: true, ...(await isThere(certificates) ? { certificates } : {}) };
}

function configDirectory(environment: Environment): string | undefined {
  const own = environment["DOCKER_CONFIG"] ?? "";
  if (own !== "") return own;
  const home = environment["HOME"] ?? "";
  return home === "" ? undefined : join(home, ".docker");
}

/** Sockets of engines that users run for themselves. */
async function sessionSockets(environment: Environment): Promise<readonly string[]> {
  const sessions = new Set<string>();
  const own = environment["XDG_RUNTIME_DIR"] ?? "";
  if (own !== "") sessions.add(own);
  try {
    for await (const { name } of Deno.readDir(SESSIONS)) sessions.add(join(SESSIONS, name));
  } catch { /* Nobody is logged in. */ }
  return [...sessions].flatMap((session) => ROOTLESS_SOCKETS.map((socket) => join(session, socket)));
}

/** Sockets elsewhere, by the kernel's own list of those that somebody listens on. */
async function listeningSockets(): Promise<readonly string[]> {
  const text = await Deno.readTextFile("/proc/net/unix").catch(() => "");
  return text.split("\n").flatMap((line) => /\s(\/\S*\/(?:docker|podman)\.sock)$/.exec(line)?.[1] ?? []);
}

/** One engine has one socket, whatever path leads there. */
async function identityOf(host: string): Promise<string> {
  if (!host.startsWith("unix://")) return host;
  const socket = host.slice("unix://".length);
  return await Deno.realPath(socket).catch(() => socket);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

async function jsonOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch {
    return undefined;
  }
}
