/** A client that dies at a write of one's choice, as a process that is killed there: nothing of it works after. */
import { ClusterClient } from "../../lib/cluster/client.ts";
import type { Connection } from "../../lib/cluster/connection.ts";
import { currentHolder, type Holder } from "../../lib/run/holder.ts";

export class Crash extends Error {}

/** Whether the fatal write reaches the server. */
export type When = "before" | "after";

export class CrashingClient extends ClusterClient {
  readonly #at: number;
  readonly #when: When;
  #count = 0;
  /** Deletions that the server has carried out, as `Kind name`. */
  readonly deleted: string[] = [];

  /** @param at the write to die at, from 1; 0 for never */
  constructor(connection: Connection, at: number, when: When) {
    super(connection);
    this.#at = at;
    this.#when = when;
  }

  get isDead(): boolean {
    return this.#at > 0 && this.#count >= this.#at;
  }

  override apply(...args: Parameters<ClusterClient["apply"]>): ReturnType<ClusterClient["apply"]> {
    return this.#write(() => super.apply(...args));
  }

  override create(...args: Parameters<ClusterClient["create"]>): ReturnType<ClusterClient["create"]> {
    return this.#write(() => super.create(...args));
  }

  override replace(...args: Parameters<ClusterClient["replace"]>): ReturnType<ClusterClient["replace"]> {
    return this.#write(() => super.replace(...args));
  }

  override delete(...args: Parameters<ClusterClient["delete"]>): ReturnType<ClusterClient["delete"]> {
    return this.#write(async () => {
      await super.delete(...args);
      this.deleted.push(`${args[0].kind} ${args[0].name}`);
    });
  }

  async #write<T>(send: () => Promise<T>): Promise<T> {
    if (this.isDead) throw new Crash("dead");
    this.#count++;
    if (!this.isDead) return await send();
    if (this.#when === "after") await send();
    throw new Crash(`killed at write ${this.#at}`);
  }
}

/** This process as it would look after its end: whoever comes next takes over at once. */
export function deadHolder(): Holder {
  const { name, process } = currentHolder();
  return { name, process: process.replace(/[^/]*$/, "1") };
}
