/** Where the running containers of a compose service are, by their own addresses. */
import { field, fields, list } from "../values/json.ts";
import type { Engine } from "./engine.ts";

/** In every network that they have (Engine API, "ContainerList", which has running ones alone). @throws EngineError */
export async function serviceAddresses(
  engine: Engine,
  project: string,
  service: string,
): Promise<readonly string[]> {
  const labels = [`com.docker.compose.project=${project}`, `com.docker.compose.service=${service}`];
  const filters = encodeURIComponent(JSON.stringify({ label: labels }));
  return list(await engine.json(`/containers/json?filters=${filters}`)).flatMap((container) =>
    Object.values(fields(field(container["NetworkSettings"], "Networks"))).map((network) =>
      String(field(network, "IPAddress") ?? "")
    ).filter((address) => address !== "")
  );
}
