/** What a run looks at: one list and one watch for each kind and place, shared by all its waits until the run ends. */
import type { ObjectRef } from "../migration/step.ts";
import type { ClusterClient } from "./client.ts";
import type { LiveObject } from "./live_object.ts";
import { LiveSet } from "./live_set.ts";

type Kind = Pick<ObjectRef, "apiVersion" | "kind">;

interface Followed {
  readonly set: LiveSet;
  /** Resolves when it was listed for the first time. */
  readonly listed: Promise<void>;
  state: "asked" | "listed";
}

export class LiveSets {
  readonly #client: ClusterClient;
  readonly #signal: AbortSignal;
  readonly #followed = new Map<string, Followed>();
  readonly #written = new Map<string, LiveObject["metadata"]>();
  readonly #listeners = new Set<() => void>();
  /** Why a set could not be listed that nobody has asked for since. */
  readonly #failures = new Map<string, { readonly error: unknown }>();

  /** @param signal ends all watches */
  constructor(client: ClusterClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /**
   * All objects of the kind in the namespace, listed by now and followed from then on. A set that could not be kept up
   * to date is begun anew.
   * @throws what the list throws
   */
  async of(kind: Kind, namespace: string | undefined): Promise<LiveSet> {
    const key = keyOf(kind, namespace);
    const known = this.#followed.get(key);
    const followed = known === undefined || known.set.error !== undefined
      ? this.#follow(key, kind, namespace)
      : known;
    await followed.listed;
    return followed.set;
  }

  /** Begins what `of` or `peek` will be asked for; what fails is told then. */
  expect(kind: Kind, namespace: string | undefined): void {
    this.of(kind, namespace).catch(() => undefined);
  }

  /**
   * As `of`, without waiting: undefined where it is not listed yet, which it is begun to be; `onChange` tells when.
   * @throws what the list threw, or why the set cannot be kept up to date
   */
  peek(kind: Kind, namespace: string | undefined): LiveSet | undefined {
    const key = keyOf(kind, namespace);
    const failure = this.#failures.get(key);
    this.#failures.delete(key);
    if (failure !== undefined) throw failure.error;
    const followed = this.#followed.get(key);
    if (followed?.set.error !== undefined) throw followed.set.error;
    if (followed === undefined) this.expect(kind, namespace);
    return followed?.state === "listed" ? followed.set : undefined;
  }

  /** All objects of a kind as they were seen last; undefined where they are not followed, or nobody answers. */
  seen(kind: Kind, namespace: string | undefined): readonly LiveObject[] | undefined {
    const followed = this.#followed.get(keyOf(kind, namespace));
    const isKnown = followed?.state === "listed" && followed.set.error === undefined && !followed.set.isStale;
    return isKnown ? followed.set.all() : undefined;
  }

  /** Calls back at every change, until the function that it returns is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Notes what the server answered to a write: a watch tells of it a moment later. */
  wrote(ref: ObjectRef, { metadata }: LiveObject): void {
    this.#written.set(nameOf(ref), metadata);
  }

  /** Whether what was seen of the object is older than what this run wrote of it. */
  isBehind(ref: ObjectRef, seen: LiveObject): boolean {
    const written = this.#written.get(nameOf(ref));
    return written !== undefined && isOlder(seen.metadata, written);
  }

  #follow(key: string, kind: Kind, namespace: string | undefined): Followed {
    const set = new LiveSet(this.#client, kind, namespace, () => this.#tell());
    const listed = set.start(this.#signal);
    const followed: Followed = { set, listed, state: "asked" };
    this.#followed.set(key, followed);
    this.#failures.delete(key);
    listed.then(() => {
      followed.state = "listed";
    }, (error: unknown) => {
      if (this.#followed.get(key) !== followed) return;
      this.#followed.delete(key);
      this.#failures.set(key, { error });
    }).finally(() => this.#tell());
    return followed;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * Versions of one resource are numbers that grow, also where the object was deleted and made again (KEP-5504); a server
 * that has others tells by the uid and the generation.
 */
function isOlder(seen: LiveObject["metadata"], written: LiveObject["metadata"]): boolean {
  const [left, right] = [numberOf(seen.resourceVersion), numberOf(written.resourceVersion)];
  if (left !== undefined && right !== undefined) return left < right;
  return seen.uid !== written.uid || (seen.generation ?? 0) < (written.generation ?? 0);
}

function numberOf(version: string | undefined): bigint | undefined {
  return version !== undefined && /^\d+$/.test(version) ? BigInt(version) : undefined;
}

function keyOf({ apiVersion, kind }: Kind, namespace: string | undefined): string {
  return [apiVersion, kind, namespace ?? ""].join(" ");
}

function nameOf(ref: ObjectRef): string {
  return `${keyOf(ref, ref.namespace)} ${ref.name}`;
}
