/** Every engine of this machine, asked what it is; and those that cannot be asked, with the reason. */
import { type Endpoint, type Environment, findEndpoints } from "./endpoints.ts";
import { type Engine, EngineError, openEngine } from "./engine.ts";
import { field } from "../values/json.ts";

/** An engine that answers, and what it says of itself. */
export interface KnownEngine {
  readonly engine: Engine;
  /** For messages: `rootless Docker Engine at unix:///run/user/1000/docker.sock`. */
  readonly title: string;
  /** Where it keeps its data, named volumes included. */
  readonly root: string;
  /** Docker's command asks this one by itself. */
  readonly isInForce: boolean;
}

/** A place where an engine is or should be, and nobody can be asked. */
export interface SilentEngine {
  readonly endpoint: Endpoint;
  readonly why: string;
  readonly hint?: string;
  /** No socket is there: it is only installed, and has worked here. */
  readonly isAsleep?: boolean;
}

/** What was found on this machine. Disposing of it ends the connections. */
export interface Engines extends Disposable {
  readonly known: readonly KnownEngine[];
  readonly silent: readonly SilentEngine[];
}

/** Asks every engine of this machine once. An engine with several sockets counts once. */
export async function findEngines(environment: Environment): Promise<Engines> {
  const endpoints = await findEndpoints(environment);
  const answers = await Promise.all(endpoints.map((endpoint) => askEndpoint(endpoint, endpoints)));
  const known = new Map<string, KnownEngine>();
  const silent: SilentEngine[] = [];
  for (const answer of answers) {
    if ("why" in answer) silent.push(answer);
    else if (known.has(answer.id)) answer.engine[Symbol.dispose]();
    else known.set(answer.id, answer);
  }
  if (known.size === 0 && silent.length === 0) silent.push(...await installedOnly());
  return {
    known: [...known.values()],
    silent,
    [Symbol.dispose]: () => [...known.values()].forEach(({ engine }) => engine[Symbol.dispose]()),
  };
}

async function askEndpoint(
  endpoint: Endpoint,
  all: readonly Endpoint[],
): Promise<KnownEngine & { readonly id: string } | SilentEngine> {
  let engine: Engine | undefined;
  try {
    engine = await openEngine(endpoint);
    const info = await engine.json("/info");
    const id = field(info, "ID");
    return {
      engine,
      id: typeof id === "string" && id !== "" ? id : endpoint.host,
      title: `${kindOf(info, endpoint)} at ${endpoint.host}`,
      root: String(field(info, "DockerRootDir") ?? ""),
      isInForce: endpoint.isInForce || !all.some(({ isInForce }) => isInForce) && isUsual(endpoint),
    };
  } catch (error) {
    engine?.[Symbol.dispose]();
    if (!(error instanceof EngineError)) throw error;
    return { endpoint, why: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

/** Named as what it is: paths and users of its containers are read differently. */
function kindOf(info: unknown, { host }: Endpoint): string {
  const options = field(info, "SecurityOptions");
  const has = (name: string): boolean =>
    Array.isArray(options) && options.some((option) => String(option).split(",").includes(`name=${name}`));
  const name = host.includes("podman") ? "Podman" : "Docker Engine";
  if (has("rootless")) return `rootless ${name}`;
  return has("userns") ? `${name} with remapped users` : name;
}

function isUsual({ host }: Endpoint): boolean {
  return /^unix:\/\/(\/var)?\/run\/docker\.sock$/.test(host);
}

const PROGRAMS = ["/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd", "/snap/bin/dockerd"];
const ROOTS = ["/var/lib/docker", "/var/snap/docker/common/var-lib-docker"];

async function installedOnly(): Promise<readonly SilentEngine[]> {
  return await asleep(PROGRAMS, [...await configuredRoots(), ...ROOTS]);
}

/**
 * An engine that is installed, has worked here and does not run: its containers come back when it does. A folder of
 * volumes alone may be anybody's: a node without an engine has the stack's named volumes there, too.
 *
 * @param programs where `dockerd` may be
 * @param roots where its data may be
 */
export async function asleep(
  programs: readonly string[],
  roots: readonly string[],
): Promise<readonly SilentEngine[]> {
  const [program, containers] = await Promise.all([
    firstOf(programs),
    firstOf(roots.map((root) => `${root}/containers`)),
  ]);
  if (program === undefined || containers === undefined) return [];
  return [{
    endpoint: { host: "unix:///var/run/docker.sock", origin: "Docker's usual socket", isInForce: true },
    why:
      `there is no such socket, although Docker is installed (${program}) and has containers in ${containers}`,
    hint: "Start the engine: sudo systemctl start docker",
    isAsleep: true,
  }];
}

async function configuredRoots(): Promise<readonly string[]> {
  try {
    const root = field(JSON.parse(await Deno.readTextFile("/etc/docker/daemon.json")), "data-root");
    return typeof root === "string" ? [root] : [];
  } catch {
    return [];
  }
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  return undefined;
}
