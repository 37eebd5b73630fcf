/** Where the services of a copy are, looked up now and then however many are asked. */
import type { ClusterClient } from "../cluster/client.ts";
import type { Engine } from "../docker/engine.ts";
import { serviceAddresses } from "../docker/service_addresses.ts";
import type { Place } from "../run/verify/ask.ts";
import { list, record } from "../values/json.ts";
import type { Asking } from "./askings.ts";

/** Where the services may be. */
export interface WatchedSides {
  readonly engines: readonly Engine[];
  /** The copy's compose project. */
  readonly project: string;
  readonly client: ClusterClient;
  readonly namespace: string;
}

/** Shorter than the time between two questions to one service. */
const RECENT_MS = 300;

/** What was seen of both sides. */
interface Looked {
  readonly inEngine: ReadonlyMap<string, readonly string[]>;
  /** Addresses of Services by name, with their ports. */
  readonly inCluster: ReadonlyMap<string, { readonly address: string; readonly ports: readonly unknown[] }>;
}

export class RecentPlaces {
  readonly #sides: WatchedSides;
  #at = -Infinity;
  #looking: Promise<Looked> | undefined;

  constructor(sides: WatchedSides) {
    this.#sides = sides;
  }

  /** Of one service, on both sides; nowhere on one that does not answer. */
  async of({ service, label, port }: Asking): Promise<readonly Place[]> {
    if (this.#looking === undefined || performance.now() - this.#at > RECENT_MS) {
      this.#at = performance.now();
      this.#looking = this.#look();
    }
    const { inEngine, inCluster } = await this.#looking;
    const served = inCluster.get(label);
    const cluster = served?.ports.includes(port) === true ? [served.address] : [];
    return [...inEngine.get(service) ?? [], ...cluster].map((hostname) => ({ hostname, port }));
  }

  async #look(): Promise<Looked> {
    const { engines, project, client, namespace } = this.#sides;
    const [maps, services] = await Promise.all([
      Promise.all(engines.map((engine) => serviceAddresses(engine, project).catch(() => []))),
      client.list({ apiVersion: "v1", kind: "Service" }, namespace).catch(() => ({ items: [] })),
    ]);
    return {
      inEngine: new Map(maps.flatMap((map) => [...map])),
      inCluster: new Map(services.items.flatMap(({ metadata, spec: given }) => {
        const spec = record(given);
        const address = String(spec?.["clusterIP"] ?? "None");
        if (address === "None") return [];
        return [[metadata.name, { address, ports: list(spec?.["ports"]).map(({ port }) => port) }] as const];
      })),
    };
  }
}
