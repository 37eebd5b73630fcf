/** The ports that a container declares. */
import type { Json } from "../../values/json.ts";
import type { ServicePort } from "../../stack/ports.ts";
import { namesIn } from "../../stack/reach.ts";
import { oncePerPair } from "../../values/once_per.ts";
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
  if (!isGuessed || !namesIn(reach.onHost).has(service)) return false;
  const others = onMachine(ports, reach.onHost).get(keyOf(wanted)) ?? [];
  return others.some(({ service: other }) => groups.hostOf(other) !== groups.hostOf(service));
}

/** Which services have each port of the machine's network. */
const onMachine = oncePerPair((ports: ConversionState["ports"], onHost: readonly string[]) => {
  const all = onHost.flatMap((service) =>
    (ports.get(service) ?? []).map((port) => ({ service, key: keyOf(port) }))
  );
  return Map.groupBy(all, ({ key }) => key);
});

function keyOf({ port, protocol }: ServicePort): string {
  return `${protocol}/${port}`;
}
