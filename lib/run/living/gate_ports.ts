/** The ports of the machine at which gates are open. */
import { type Engine, EngineError } from "../../docker/engine.ts";
import { publishedBy } from "../../docker/helper_containers.ts";
import { type Gated, gateName, type GatePort, portsBehind } from "./gate.ts";

/** Above what services are given by hand, and below what the kernel and the cluster give by themselves. */
const HOST_PORTS = { first: 26_000, count: 4_000 } as const;

/**
 * As they were when the gate was made, else ones that are free.
 *
 * @param taken what is given to others already; grows
 */
export async function hostPorts(
  engine: Engine,
  gated: Gated,
  address: string,
  taken: Set<number> = new Set(),
): Promise<readonly GatePort[]> {
  const known = await publishedBy(engine, gateName(gated));
  for (const { hostPort } of known) taken.add(hostPort);
  return portsBehind(gated).map((port) => {
    const before = known.find((one) => one.port === `${port}/tcp` && one.hostAddress === address);
    const hostPort = before?.hostPort ?? freePort(address, taken);
    taken.add(hostPort);
    return { port, hostPort };
  });
}

/** @throws EngineError where none is */
function freePort(hostname: string, taken: ReadonlySet<number>): number {
  for (let port: number = HOST_PORTS.first; port < HOST_PORTS.first + HOST_PORTS.count; port++) {
    if (taken.has(port)) continue;
    try {
      Deno.listen({ hostname, port }).close();
      return port;
    } catch { /* Somebody has it. */ }
  }
  throw new EngineError(`no port of ${hostname} is free`);
}
