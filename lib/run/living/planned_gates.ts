/** Gates that a crossing would open to others than pods. Only looks. */
import type { ClusterClient } from "../../cluster/client.ts";
import { ApiError } from "../../cluster/api_error.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { withEngine } from "../../docker/change_containers.ts";
import { EngineError } from "../../docker/engine.ts";
import { findServiceContainers } from "../../docker/service_containers.ts";
import { isActive } from "../guard/container_words.ts";
import { type Gated, networksOf } from "./gate.ts";
import { findGateAddress, type GateAddress, openToOthers } from "./gate_address.ts";
import { hostPorts } from "./gate_ports.ts";
import type { GateOptions } from "./gates.ts";

/** What each step would need a gate to, once each: services move in this order, each with those of its pod. */
export function gatesNeeded(
  steps: readonly (readonly string[])[],
  { needs, moved }: Pick<GateOptions, "needs" | "moved">,
): readonly string[] {
  const here = new Set(moved());
  const wanted = new Set<string>();
  for (const services of steps) {
    for (const service of services) here.add(service);
    for (const service of services.flatMap(needs)) if (!here.has(service)) wanted.add(service);
  }
  return [...wanted];
}

/** @returns a warning for each; none where somebody does not answer, which others say */
export async function plannedOpenGates(
  steps: readonly (readonly string[])[],
  options: Omit<GateOptions, "namespace" | "crossings">,
  client: ClusterClient,
): Promise<readonly Diagnostic[]> {
  const services = gatesNeeded(steps, options);
  if (services.length === 0) return [];
  try {
    const address = await findGateAddress(client);
    if (address === undefined || address.isBridge) return [];
    const taken = new Set<number>();
    const found: Diagnostic[] = [];
    for (const service of services) found.push(...await openGate(service, options, address, taken));
    return found;
  } catch (error) {
    if (error instanceof EngineError || error instanceof ApiError) return [];
    throw error;
  }
}

async function openGate(
  service: string,
  { environment, project }: Omit<GateOptions, "namespace" | "crossings">,
  address: GateAddress,
  taken: Set<number>,
): Promise<readonly Diagnostic[]> {
  const active = (await findServiceContainers(environment, project, service)).containers.filter(isActive);
  const [first] = active;
  if (first === undefined) return [];
  return await withEngine(environment, first.host, async (engine) => {
    const containers = await Promise.all(active.map(({ id }) => engine.json(`/containers/${id}/json`)));
    const gated: Gated = { project, service, containers };
    if (networksOf(gated).length === 0) return [];
    const ports = await hostPorts(engine, gated, address.address, taken);
    return openToOthers(service, ports, address);
  });
}
