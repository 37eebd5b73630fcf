/** The objects that are waited for and what tells about them, judged by what the run's watches saw last. */
import type { ClusterClient } from "../cluster/client.ts";
import { stuckPods } from "../cluster/current_pods.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import type { LiveSet } from "../cluster/live_set.ts";
import type { LiveSets } from "../cluster/live_sets.ts";
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

/** What is waited for, as it was seen last. Made by `watchAll`. */
export class Watched {
  readonly #live: LiveSets;
  readonly #sets: ReadonlyMap<string, LiveSet>;
  readonly #sightings = sightings(() => performance.now());
  readonly #warnings: PodWarnings;

  constructor(live: LiveSets, sets: ReadonlyMap<string, LiveSet>, warnings: PodWarnings) {
    this.#live = live;
    this.#sets = sets;
    this.#warnings = warnings;
  }

  /** Judges the object as it was seen last. @throws what the server answered where it cannot be watched */
  judge(ref: ObjectRef): Verdict {
    const { kind, namespace, name } = ref;
    const set = this.#sets.get(setKey(ref, namespace));
    if (set?.error !== undefined) throw set.error;
    const object = set?.get(name);
    if ([...this.#sets.values()].some(({ isStale }) => isStale)) return waiting(SILENT);
    if (object === undefined) return waiting("it is not there");
    if (this.#live.isBehind(ref, object)) return waiting("its change was not seen yet");
    const asked: (LiveSet | undefined)[] = [];
    const companions: Companions = {
      all: (wanted) => {
        const companion = companionsOf(kind).find((one) => one.kind === wanted);
        if (companion === undefined) return [];
        const set = this.#live.peek(companion, namespace);
        asked.push(set);
        return set?.all() ?? [];
      },
      sightings: this.#sightings,
      warnings: (pod) => this.#warnings.of(pod),
    };
    const readiness = readinessOf(object, companions);
    // Judged again as soon as what was asked for is listed.
    if (asked.includes(undefined)) return waiting("what belongs to it is not seen yet");
    if (asked.some((set) => set?.isStale)) return waiting(SILENT);
    return { readiness, object, stuck: readiness.state === "ready" ? [] : stuckPods(object, companions) };
  }
}

const SILENT = "the API server does not answer";

function waiting(reason: string): Verdict {
  return { readiness: { state: "waiting", reason }, stuck: [] };
}

/** These, as they are by now; `onChange` is called when more is known of a pod. */
export async function watchAll(
  client: ClusterClient,
  live: LiveSets,
  refs: readonly ObjectRef[],
  onChange: () => void,
): Promise<Watched> {
  const places = new Map(refs.map((ref) => [setKey(ref, ref.namespace), ref]));
  const sets = new Map(
    await Promise.all(
      [...places].map(async ([key, ref]) => [key, await live.of(kindOf(ref), ref.namespace)] as const),
    ),
  );
  return new Watched(live, sets, new PodWarnings(client, onChange));
}

/** Begins to look at these before somebody waits for them; at what tells more of them where they are not ready. */
export function expectAll(live: LiveSets, refs: readonly ObjectRef[]): void {
  for (const ref of refs) live.expect(kindOf(ref), ref.namespace);
}

function kindOf({ apiVersion, kind }: ObjectRef): Pick<ObjectRef, "apiVersion" | "kind"> {
  return { apiVersion, kind };
}

function setKey(ref: Pick<ObjectRef, "apiVersion" | "kind">, namespace: string | undefined): string {
  return [ref.apiVersion, ref.kind, namespace ?? ""].join(" ");
}
