/** Where an engine's Traefik answers, by its container's own address: what the node's ports lead to is another matter. */
import { field, fields, list } from "../values/json.ts";
import type { Engine } from "./engine.ts";
import { MADE_FROM } from "./helper_containers.ts";

/** An address and a port of it. */
export interface FrontPlace {
  readonly hostname: string;
  readonly port: number;
}

/** What the engine's Traefiks answer at. */
export interface Front {
  /** By the port of the machine that is published for it. */
  readonly published: Readonly<Record<number, FrontPlace>>;
  /** One has the machine's own network: each of its entry points is a port of the machine, and no answer names them. */
  readonly isOnHost: boolean;
}

/**
 * Every port that a running container of a Traefik image publishes (Engine API, "ContainerList"), but for those that this
 * program made to pass on connections.
 *
 * @throws EngineError
 */
export async function findFront(engine: Engine): Promise<Front> {
  const containers = list(await engine.json("/containers/json"))
    .filter(({ Image: image, Labels: labels }) =>
      /(^|\/)traefik(:|@|$)/.test(String(image)) && field(labels, MADE_FROM) === undefined
    );
  const published = Object.fromEntries(containers.flatMap((container) => {
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
  const isOnHost = containers.some((container) => field(container["HostConfig"], "NetworkMode") === "host");
  return { published, isOnHost };
}
