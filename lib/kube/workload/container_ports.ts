/** The ports that a container declares. */
import type { Json } from "../../values/json.ts";
import type { ServicePort } from "../../stack/ports.ts";
import type { ConversionState } from "./conversion_state.ts";

/**
 * Those of the service. On the machine's network a declared port is the node's, and a second pod that declares it waits
 * for another node. `localhost` is the machine there, so that what a service's own text asks may be another's port: where
 * another service of that network has it as well, such a port is declared by none, as no engine kept one from starting.
 */
export function containerPorts(state: ConversionState, service: string): Json[] {
  const own = state.ports.get(service) ?? [];
  return own.filter((port) => !isDoubtful(state, service, port)).map(({ port, protocol }) => ({
    containerPort: port,
    name: `${protocol.toLowerCase()}-${port}`,
    protocol,
  }));
}

function isDoubtful(
  { ports, reach, groups }: ConversionState,
  service: string,
  wanted: ServicePort,
): boolean {
  const isGuessed = wanted.evidence.every(({ kind }) =>
    kind === "own" || kind === "argument" || kind === "cluster"
  );
  if (!reach.onHost.includes(service) || !isGuessed) return false;
  return reach.onHost.some((other) =>
    groups.hostOf(other) !== groups.hostOf(service) &&
    ports.get(other)?.some(({ port, protocol }) => port === wanted.port && protocol === wanted.protocol) ===
      true
  );
}
