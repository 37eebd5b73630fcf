/** Warning events: what the cluster says of an object that its status does not tell, such as a failed mount. */
import type { Event } from "kubernetes-types/core/v1.d.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import type { Warning } from "../cluster/companions.ts";

/** One kind of warning about one object; the server counts how often it came. */
interface Noted {
  readonly uid: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

/**
 * The warnings about the object of this name, those that came last at the end; none where they cannot be read, for
 * they only add to a reason that is known already.
 */
export async function readWarnings(
  client: ClusterClient,
  namespace: string | undefined,
  name: string,
): Promise<readonly Noted[]> {
  const fieldSelector = `involvedObject.name=${name},type=Warning`;
  try {
    const list = await client.list({ apiVersion: "v1", kind: "Event" }, namespace, { fieldSelector });
    // The edge: a list of core/v1 Events.
    const events = list.items.map((item) => item as unknown as Event);
    return events.filter(({ message }) => message !== undefined && message !== "")
      .sort((left, right) => lastTime(left) < lastTime(right) ? -1 : 1)
      .map(({ metadata, reason, message, count, series }) => ({
        uid: metadata.uid ?? "",
        reason: reason ?? "",
        message: message ?? "",
        count: series?.count ?? count ?? 1,
      }));
  } catch {
    return [];
  }
}

/** RFC 3339 in UTC, which sorts as text. */
function lastTime({ series, lastTimestamp, eventTime, metadata }: Event): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "";
}

/** The events are not watched, because a namespace has very many; a pod that hangs is asked about now and then. */
const ASK_AGAIN_MS = 3_000;

/** The warnings of pods as far as they are known; being asked for a pod's, it fetches them in the background. */
export class PodWarnings {
  readonly #client: ClusterClient;
  readonly #onChange: () => void;
  readonly #askedAt = new Map<string, number>();
  readonly #known = new Map<string, readonly Warning[]>();
  readonly #firstCounts = new Map<string, number>();

  constructor(client: ClusterClient, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /** What is known by now; `onChange` is called when more is. */
  of({ metadata: { name, namespace, uid = "" } }: LiveObject): readonly Warning[] {
    const now = performance.now();
    const askedAt = this.#askedAt.get(uid);
    if (askedAt === undefined || now - askedAt > ASK_AGAIN_MS) {
      this.#askedAt.set(uid, now);
      void this.#fetch(namespace, name, uid);
    }
    return this.#known.get(uid) ?? [];
  }

  async #fetch(namespace: string | undefined, name: string, uid: string): Promise<void> {
    const noted = await readWarnings(this.#client, namespace, name);
    this.#known.set(uid, noted.map((one) => this.#compare(one)));
    this.#onChange();
  }

  #compare({ uid, reason, message, count }: Noted): Warning {
    const first = this.#firstCounts.get(uid) ?? count;
    this.#firstCounts.set(uid, first);
    return { reason, message, isRepeated: count > first };
  }
}
