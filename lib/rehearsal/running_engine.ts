/** Which engine runs a project: Docker's command may well ask another one. */
import type { KnownEngine } from "../docker/engines.ts";
import { list } from "../values/json.ts";

/**
 * The one with most of its running containers, else with most of them, else the one in force; undefined without engines.
 *
 * @throws EngineError
 */
export async function runningEngine(
  known: readonly KnownEngine[],
  project: string,
): Promise<KnownEngine | undefined> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
  const counted = await Promise.all(known.map(async (one) => {
    const containers = list(await one.engine.json(`/containers/json?all=true&filters=${filters}`));
    const running = containers.filter(({ State: state }) => state === "running").length;
    return { one, rank: [running, containers.length, Number(one.isInForce)] };
  }));
  const [first] = counted.toSorted((left, right) =>
    left.rank.map((rank, index) => (right.rank[index] ?? 0) - rank).find((difference) => difference !== 0) ??
      0
  );
  return first?.one;
}

/** By which docker compose asks this engine; nothing where it does so by itself. */
export function variablesFor(
  { isInForce, engine }: KnownEngine,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (isInForce) return environment;
  // Those of the engine in force, which is another.
  const { DOCKER_CONTEXT: _, DOCKER_TLS_VERIFY: __, DOCKER_CERT_PATH: ___, ...rest } = environment;
  return { ...rest, DOCKER_HOST: engine.endpoint.host };
}
