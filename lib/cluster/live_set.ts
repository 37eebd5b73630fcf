/** All objects of one kind in one namespace, kept up to date by list and watch. */
import type { ObjectRef } from "../migration/step.ts";
import type { ClusterClient } from "./client.ts";
import type { LiveObject } from "./live_object.ts";
import { StrangeAnswer } from "./strange_answer.ts";
import { pause } from "./transport.ts";

/** A watch that says nothing is cut by our own clock and begun with a new list: a stalled one looks the same. */
const WATCH_SECONDS = 20;
const RELIST_PAUSE_MS = 300;
/** So many watches in a row that are none, and nobody answers there who would ever give one. */
const MOST_STRANGE = 5;
/** A list takes less. */
const SILENCE_MS = 3_000;

export class LiveSet {
  readonly #client: ClusterClient;
  readonly #kind: Pick<ObjectRef, "apiVersion" | "kind">;
  readonly #namespace: string | undefined;
  readonly #onChange: () => void;
  readonly #objects = new Map<string, LiveObject>();
  #error: unknown;
  /** Since when a list is waited for, in milliseconds of `performance.now()`. */
  #askedAt: number | undefined;

  constructor(
    client: ClusterClient,
    kind: Pick<ObjectRef, "apiVersion" | "kind">,
    namespace: string | undefined,
    onChange: () => void,
  ) {
    this.#client = client;
    this.#kind = kind;
    this.#namespace = namespace;
    this.#onChange = onChange;
  }

  /** The object as it was seen last. */
  get(name: string): LiveObject | undefined {
    return this.#objects.get(name);
  }

  /** All objects as they were seen last. */
  all(): readonly LiveObject[] {
    return [...this.#objects.values()];
  }

  /** Why the set cannot be kept up to date any more. */
  get error(): unknown {
    return this.#error;
  }

  /** Whether the server does not answer, so that nobody knows how its objects are by now. */
  get isStale(): boolean {
    return this.#askedAt !== undefined && performance.now() - this.#askedAt > SILENCE_MS;
  }

  /** Lists once, then follows in the background until the signal is aborted. */
  async start(signal: AbortSignal): Promise<void> {
    const version = await this.#list(signal);
    void this.#follow(version, signal);
  }

  async #follow(version: string, signal: AbortSignal): Promise<void> {
    let [from, strange] = [version, 0];
    while (!signal.aborted) {
      try {
        const isWatch = await this.#watch(from, signal, strange + 1 < MOST_STRANGE);
        strange = isWatch ? 0 : strange + 1;
        await pause(RELIST_PAUSE_MS * (1 + strange), signal);
        from = await this.#list(signal);
      } catch (error) {
        if (signal.aborted) return;
        // A list is asked for again by itself for as long as a server may be away.
        this.#error = error;
        return this.#onChange();
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    this.#askedAt = performance.now();
    const list = await this.#client.list(this.#kind, this.#namespace, { signal });
    this.#askedAt = undefined;
    this.#objects.clear();
    for (const object of list.items) this.#objects.set(object.metadata.name, object);
    this.#onChange();
    return list.resourceVersion;
  }

  /**
   * Returns when the watch ends, however it ends; the caller lists again.
   * @returns whether it was one
   * @throws StrangeAnswer where it was none and that is not borne any more
   */
  async #watch(resourceVersion: string, signal: AbortSignal, isPatient: boolean): Promise<boolean> {
    const limit = AbortSignal.timeout((WATCH_SECONDS + 5) * 1_000);
    const options = {
      resourceVersion,
      timeoutSeconds: WATCH_SECONDS,
      signal: AbortSignal.any([signal, limit]),
    };
    try {
      for await (const { type, object } of this.#client.watch(this.#kind, this.#namespace, options)) {
        if (type === "ERROR") return true;
        if (type === "BOOKMARK") continue;
        if (type === "DELETED") this.#objects.delete(object.metadata.name);
        else this.#objects.set(object.metadata.name, { ...object, ...this.#kind });
        this.#onChange();
      }
    } catch (error) {
      const isStrange = error instanceof StrangeAnswer;
      if (signal.aborted || isStrange && !isPatient) throw error;
      // Cut off, stalled, or refused for its version: the list that follows finds out which.
      return !isStrange;
    }
    return true;
  }
}
