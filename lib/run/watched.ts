/** The objects that are waited for and what tells about them, kept up to date by one watch per kind and namespace. */
import type { ClusterClient } from "../cluster/client.ts";
import { stuckPods } from "../cluster/current_pods.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { LiveSet } from "../cluster/live_set.ts";
import { readinessOf } from "../cluster/readiness.ts";
import type { Readiness } from "../cluster/readiness_state.ts";
import { sightings } from "../cluster/sightings.ts";
import { type Companions, companionsOf } from "../cluster/companions.ts";
import type { ObjectRef } from "../migration/step.ts";
import { PodWarnings } from "./pod_warnings.ts";

/** How an object is, and what keeps it from becoming ready. */
export interface Verdict {
  readonly readiness: Readiness;
  readonly object?: LiveObject;
  /** Pods that have to go before its controller goes on. */
  readonly stuck: readonly LiveObject[];
}

/** Made by `watchAll`. */
export class Watched {
  readonly #sets: ReadonlyMap<string, LiveSet>;
  readonly #sightings = sightings(() => performance.now());
  readonly #warnings: PodWarnings;

  constructor(sets: ReadonlyMap<string, LiveSet>, warnings: PodWarnings) {
    this.#sets = sets;
    this.#warnings = warnings;
  }

  /** Judges the object as it was seen last. @throws what the server answered where it cannot be watched */
  judge({ apiVersion, kind, namespace, name }: ObjectRef): Verdict {
    const set = this.#sets.get(setKey(apiVersion, kind, namespace));
    if (set?.error !== undefined) throw set.error;
    const object = set?.get(name);
    if ([...this.#sets.values()].some(({ isStale }) => isStale)) {
      return waiting("the API server does not answer");
    }
    if (object === undefined) return waiting("it is not there");
    const companions: Companions = {
      all: (wanted) => {
        const companion = companionsOf(kind).find((one) => one.kind === wanted);
        return this.#sets.get(setKey(companion?.apiVersion ?? "", wanted, namespace))?.all() ?? [];
      },
      sightings: this.#sightings,
      warnings: (pod) => this.#warnings.of(pod),
    };
    const readiness = readinessOf(object, companions);
    return { readiness, object, stuck: readiness.state === "ready" ? [] : stuckPods(object, companions) };
  }
}

function waiting(reason: string): Verdict {
  return { readiness: { state: "waiting", reason }, stuck: [] };
}

/** Lists everything once and follows it until the signal is aborted; `onChange` is called for every change. */
export async function watchAll(
  client: ClusterClient,
  refs: readonly ObjectRef[],
  onChange: () => void,
  signal: AbortSignal,
): Promise<Watched> {
  const sets = new Map<string, LiveSet>();
  for (const { apiVersion, kind, namespace } of refs) {
    for (const seen of [{ apiVersion, kind }, ...companionsOf(kind)]) {
      const key = setKey(seen.apiVersion, seen.kind, namespace);
      if (!sets.has(key)) sets.set(key, new LiveSet(client, seen, namespace, onChange));
    }
  }
  await Promise.all([...sets.values()].map((set) => set.start(signal)));
  return new Watched(sets, new PodWarnings(client, onChange));
}

function setKey(apiVersion: string, kind: string, namespace: string | undefined): string {
  return [apiVersion, kind, namespace ?? ""].join(" ");
}
