/** Stops and starts containers, and sets what brings them back by themselves. Every call may be repeated. */
import { field } from "../values/json.ts";
import type { Environment } from "./endpoints.ts";
import { type Engine, EngineError } from "./engine.ts";
import { findEngines, type KnownEngine } from "./engines.ts";
import type { RestartPolicy } from "./service_containers.ts";

/** Which container of which engine. */
export interface ContainerRef {
  readonly id: string;
  readonly name: string;
  /** Where its engine answers, as Docker writes it. */
  readonly host: string;
}

/** What a container does now. */
export interface ContainerState {
  /** Its processes are there, or will be in a moment. */
  readonly isActive: boolean;
  readonly startedAt: string;
  readonly exitCode: number;
  /** `healthy`, `unhealthy`, `starting`; undefined without a health check. */
  readonly health?: string;
}

/** Works with the engine at this address. @throws EngineError where it does not answer any more */
export async function withEngine<T>(
  environment: Environment,
  host: string,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  using engines = await findEngines(environment);
  const known = engines.known.find(({ engine }) => engine.endpoint.host === host) ??
    await sameSocket(engines.known, host);
  if (known !== undefined) return await work(known.engine);
  const silent = engines.silent.find(({ endpoint }) => endpoint.host === host);
  throw new EngineError(silent?.why ?? `nobody answers at ${host} any more`, silent?.hint);
}

/** The engine whose socket that is by another name, as `/run/docker.sock` is `/var/run/docker.sock`. */
async function sameSocket(known: readonly KnownEngine[], host: string): Promise<KnownEngine | undefined> {
  const wanted = await socketOf(host);
  if (wanted === undefined) return undefined;
  for (const one of known) if (await socketOf(one.engine.endpoint.host) === wanted) return one;
  return undefined;
}

async function socketOf(host: string): Promise<string | undefined> {
  if (!host.startsWith("unix://")) return undefined;
  return await Deno.realPath(host.slice("unix://".length)).catch(() => undefined);
}

/** What it does now; undefined where it is gone. */
export async function stateOf(engine: Engine, { id }: ContainerRef): Promise<ContainerState | undefined> {
  const answer = await engine.json(`/containers/${id}/json`);
  if (answer === undefined) return undefined;
  const state = field(answer, "State");
  const health = field(field(state, "Health"), "Status");
  const isActive = ["Running", "Paused", "Restarting"].some((name) => field(state, name) === true);
  return {
    isActive,
    startedAt: String(field(state, "StartedAt") ?? ""),
    exitCode: Number(field(state, "ExitCode") ?? 0),
    ...(typeof health === "string" && health !== "none" && health !== "" ? { health } : {}),
  };
}

/** Sets what the engine does when it ends or the engine starts. */
export async function setRestart(
  engine: Engine,
  { id }: ContainerRef,
  { name, maximumRetryCount }: RestartPolicy,
): Promise<void> {
  await engine.change("POST", `/containers/${id}/update`, {
    RestartPolicy: { Name: name, MaximumRetryCount: maximumRetryCount },
  });
}

/**
 * Tells its program to end, as `docker stop` does, and no more: nothing is killed, and nobody kills it later, whatever
 * becomes of this process. One that does not run has ended already.
 */
export async function askToEnd(engine: Engine, { id }: ContainerRef, signal: string): Promise<void> {
  await engine.change("POST", `/containers/${id}/kill?signal=${encodeURIComponent(signal)}`)
    .catch(unlessIdle);
}

/** Ends its program at once. */
export async function killContainer(engine: Engine, { id }: ContainerRef): Promise<void> {
  await engine.change("POST", `/containers/${id}/kill`).catch(unlessIdle);
}

/** Starts it; one that runs goes on. */
export async function startContainer(engine: Engine, { id }: ContainerRef): Promise<void> {
  await engine.change("POST", `/containers/${id}/start`);
}

/** Networks of which a container cannot have a second one. */
const ALONE = /^(host|none|container:.*)$/;

/**
 * Keeps a stopped container from being started by anybody: it gets a network that is then taken away, and the engine
 * starts no container of which a network is missing. The name of the network is what the engine answers with.
 *
 * @returns false where the container's own network does not allow it; one that is gone is started by nobody
 */
export async function barStart(engine: Engine, { id }: ContainerRef, network: string): Promise<boolean> {
  const answer = await engine.json(`/containers/${id}/json`);
  const mode = String(field(field(answer, "HostConfig"), "NetworkMode") ?? "");
  if (answer === undefined) return true;
  if (ALONE.test(mode)) return false;
  const networks = field(field(answer, "NetworkSettings"), "Networks");
  if (field(networks, network) === undefined) {
    await engine.change("POST", "/networks/create", { Name: network, CheckDuplicate: true, Internal: true })
      .catch(unlessThere);
    await engine.change("POST", `/networks/${encodeURIComponent(network)}/connect`, { Container: id });
  }
  await engine.change("DELETE", `/networks/${encodeURIComponent(network)}`).catch(unlessGone);
  return true;
}

/** Lets it be started again. */
export async function allowStart(engine: Engine, { id }: ContainerRef, network: string): Promise<void> {
  const answer = await engine.json(`/containers/${id}/json`);
  if (field(field(field(answer, "NetworkSettings"), "Networks"), network) === undefined) return;
  const body = { Container: id, Force: true };
  await engine.change("POST", `/networks/${encodeURIComponent(network)}/disconnect`, body);
}

function unlessThere(error: unknown): void {
  if (!(error instanceof EngineError && error.status === 409)) throw error;
}

function unlessGone(error: unknown): void {
  if (!(error instanceof EngineError && error.status === 404)) throw error;
}

/** The engine refuses to signal what does not run. */
function unlessIdle(error: unknown): void {
  if (!(error instanceof EngineError && (error.status === 409 || error.status === 404))) throw error;
}
