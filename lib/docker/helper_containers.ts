/** Containers that this program makes beside a project's own. Every call may be repeated. */
import { pause } from "../cluster/transport.ts";
import { field, fields, items, list, record } from "../values/json.ts";
import { sha256 } from "../values/sha256.ts";
import { archiveOf } from "./archive.ts";
import { type Engine, EngineError } from "./engine.ts";
import { succeedsInside } from "./succeeds_inside.ts";

/** One to be made. */
export interface HelperContainer {
  readonly name: string;
  readonly image: string;
  readonly command: readonly [string, ...string[]];
  readonly labels: Readonly<Record<string, string>>;
  /** `8080/tcp` */
  readonly exposed: readonly string[];
  /** The names that it has in each network; at least one network. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** Ports of the machine that lead to it. */
  readonly published?: readonly PublishedPort[];
  /** Its one file, in the root of its file system. */
  readonly file: { readonly name: string; readonly text: string };
  /** It gets its networks and names when this command succeeds in it; where there is none, before it starts. */
  readonly ready?: readonly string[];
}

/** A port of the machine. */
export interface PublishedPort {
  /** Of the container: `5432/tcp`. */
  readonly port: string;
  /** The machine's address on which it is open, and on no other; empty for all of them. */
  readonly hostAddress: string;
  readonly hostPort: number;
}

/** What Docker calls having no network. */
const NO_NETWORK = "none";

/** A busy machine takes its time to start a program. One that is not ready then gets its networks all the same. */
const READY_MS = 30_000;
const POLL_MS = 100;

/** Has what it was made from, so that one that is the same is left alone. */
export const MADE_FROM = "compose-ferry/made-from";

/**
 * Makes it and starts it, by itself after each start of the engine, too. One of the name that was made from something
 * else is replaced.
 *
 * @returns its addresses. @throws EngineError
 */
export async function runHelper(
  engine: Engine,
  helper: HelperContainer,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly string[]> {
  const path = `/containers/${encodeURIComponent(helper.name)}`;
  const madeFrom = sha256(JSON.stringify(helper)).slice(0, 16);
  const known = await engine.json(`${path}/json`);
  const labels = field(field(known, "Config"), "Labels");
  if (known !== undefined && field(labels, MADE_FROM) !== madeFrom) await removeHelper(engine, helper.name);
  if (known === undefined || field(labels, MADE_FROM) !== madeFrom) await create(engine, helper, madeFrom);
  await engine.change("POST", `${path}/start`);
  if (helper.ready !== undefined) await connectWhenReady(engine, helper, helper.ready, signal);
  return Object.values(await networksOf(engine, path)).map((one) => String(field(one, "IPAddress") ?? ""))
    .filter((address) => address !== "");
}

async function networksOf(engine: Engine, path: string): Promise<Readonly<Record<string, unknown>>> {
  return record(field(field(await engine.json(`${path}/json`), "NetworkSettings"), "Networks")) ?? {};
}

async function connectWhenReady(
  engine: Engine,
  { name, networks }: HelperContainer,
  ready: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const path = `/containers/${encodeURIComponent(name)}`;
  const known = await networksOf(engine, path);
  const missing = Object.entries(networks).filter(([network]) => known[network] === undefined);
  if (missing.length === 0) return;
  const end = performance.now() + READY_MS;
  while (!await succeedsInside(engine, name, ready, signal) && performance.now() < end) {
    await pause(POLL_MS, signal);
  }
  if (known[NO_NETWORK] !== undefined) {
    await engine.change("POST", `/networks/${NO_NETWORK}/disconnect`, { Container: name });
  }
  for (const [network, aliases] of missing) await connect(engine, name, network, aliases);
}

async function connect(
  engine: Engine,
  container: string,
  network: string,
  aliases: readonly string[],
): Promise<void> {
  const body = { Container: container, EndpointConfig: { Aliases: aliases } };
  await engine.change("POST", `/networks/${encodeURIComponent(network)}/connect`, body);
}

/** It gets its name last: one that was broken off has another, and is made anew. */
async function create(engine: Engine, helper: HelperContainer, madeFrom: string): Promise<void> {
  const { name, image, command: [program, ...args], labels, exposed, networks, file, published = [] } =
    helper;
  const [first, ...others] = Object.entries(helper.ready === undefined ? networks : { [NO_NETWORK]: [] });
  if (first === undefined) throw new EngineError(`"${name}" has no network`);
  const unfinished = `${name}-unfinished`;
  await removeHelper(engine, unfinished);
  await engine.change("POST", `/containers/create?name=${encodeURIComponent(unfinished)}`, {
    Image: image,
    Entrypoint: [program],
    Cmd: args,
    Labels: { ...labels, [MADE_FROM]: madeFrom },
    ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])),
    HostConfig: {
      NetworkMode: first[0],
      RestartPolicy: { Name: "always" },
      PortBindings: Object.fromEntries(
        published.map(({ port, hostAddress, hostPort }) => [
          port,
          [{ HostIp: hostAddress, HostPort: `${hostPort}` }],
        ]),
      ),
    },
    NetworkingConfig: { EndpointsConfig: { [first[0]]: { Aliases: first[1] } } },
  });
  const path = `/containers/${encodeURIComponent(unfinished)}`;
  await engine.change("PUT", `${path}/archive?path=/`, archiveOf(file.name, file.text));
  for (const [network, aliases] of others) await connect(engine, unfinished, network, aliases);
  await engine.change("POST", `${path}/rename?name=${encodeURIComponent(name)}`);
}

/** Ends and removes it. */
export async function removeHelper(engine: Engine, name: string): Promise<void> {
  await engine.change("DELETE", `/containers/${encodeURIComponent(name)}?force=true&v=true`)
    .catch((error) => {
      if (!(error instanceof EngineError && error.status === 404)) throw error;
    });
}

/** The machine's ports that lead to it, as it was made; empty where there is none of the name. */
export async function publishedBy(engine: Engine, name: string): Promise<readonly PublishedPort[]> {
  const answer = await engine.json(`/containers/${encodeURIComponent(name)}/json`);
  const bindings = fields(field(field(answer, "HostConfig"), "PortBindings"));
  return Object.entries(bindings).flatMap(([port, some]) =>
    items(some).map((one) => ({
      port,
      hostAddress: String(field(one, "HostIp")),
      hostPort: Number(field(one, "HostPort")),
    }))
  );
}

/** One that is there. */
export interface KnownHelper {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isRunning: boolean;
  /** By name. */
  readonly networks: readonly string[];
}

/**
 * Those that have all of these labels, whether they run or not (Engine API, "ContainerList").
 *
 * @param labels `name`, or `name=value`. @throws EngineError
 */
export async function listHelpers(
  engine: Engine,
  labels: readonly string[],
): Promise<readonly KnownHelper[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: labels }));
  return list(await engine.json(`/containers/json?all=true&filters=${filters}`)).map((one) => ({
    id: String(one["Id"]),
    name: String(items(one["Names"])[0]).replace(/^\//, ""),
    labels: Object.fromEntries(
      Object.entries(fields(one["Labels"])).map(([name, value]) => [name, String(value)]),
    ),
    isRunning: one["State"] === "running",
    networks: Object.keys(fields(field(one["NetworkSettings"], "Networks"))),
  }));
}
