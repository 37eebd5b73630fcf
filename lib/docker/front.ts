/** Where an engine's Traefik answers, by its container's own address: what the node's ports lead to is another matter. */
import { field, fields, list } from "../values/json.ts";
import type { Engine } from "./engine.ts";

/** An address and a port of it. */
export interface FrontPlace {
  readonly hostname: string;
  readonly port: number;
}

/** By the port of the machine that is published for it. */
export type Front = Readonly<Record<number, FrontPlace>>;

/** Every port that a running container of a Traefik image publishes (Engine API, "ContainerList"). @throws EngineError */
export async function findFront(engine: Engine): Promise<Front> {
  const containers = list(await engine.json("/containers/json"))
    .filter(({ Image: image }) => /(^|\/)traefik(:|@|$)/.test(String(image)));
  return Object.fromEntries(containers.flatMap((container) => {
    const networks = Object.values(fields(field(container["NetworkSettings"], "Networks")));
    const [hostname] = networks.map((network) => String(field(network, "IPAddress") ?? "")).filter((one) =>
      one !== ""
    );
    if (hostname === undefined) return [];
    return list(container["Ports"]).flatMap(({ PublicPort: published, PrivatePort: port, Type: type }) =>
      type === "tcp" && typeof published === "number" && typeof port === "number"
        ? [[published, { hostname, port }] as const]
        : []
    );
  }));
}
