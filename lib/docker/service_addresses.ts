/** Where the running containers of a compose project are, by their own addresses. */
import { field, fields, list } from "../values/json.ts";
import type { Engine } from "./engine.ts";

/**
 * By service, in every network that they have (Engine API, "ContainerList", which has running ones alone).
 *
 * @throws EngineError
 */
export async function serviceAddresses(
  engine: Engine,
  project: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
  const all = list(await engine.json(`/containers/json?filters=${filters}`)).flatMap((container) =>
    Object.values(fields(field(container["NetworkSettings"], "Networks"))).map((network) => ({
      service: String(field(container["Labels"], "com.docker.compose.service")),
      address: String(field(network, "IPAddress") ?? ""),
    })).filter(({ address }) => address !== "")
  );
  return new Map(
    [...Map.groupBy(all, ({ service }) => service)].map(([service, found]) => [
      service,
      found.map(({ address }) => address),
    ]),
  );
}
