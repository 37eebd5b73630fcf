/** Asks the server which kinds a group has, once for each group. */
import { readKinds } from "./answer_shape.ts";
import { isNotFound } from "./api_error.ts";
import { groupPath, type Resource } from "./resources.ts";
import type { Transport } from "./transport.ts";

export class Discovery {
  readonly #transport: Transport;
  readonly #groups = new Map<string, Promise<readonly Resource[]>>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The kind's place, or undefined where the server does not know it. */
  async find(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const found = (await this.#group(apiVersion)).find((resource) => resource.kind === kind);
    // A kind that is missing now may be made by this very run: ask again next time.
    if (found === undefined) this.#groups.delete(apiVersion);
    return found;
  }

  #group(apiVersion: string): Promise<readonly Resource[]> {
    const cached = this.#groups.get(apiVersion);
    if (cached !== undefined) return cached;
    const asked = this.#ask(apiVersion);
    this.#groups.set(apiVersion, asked);
    asked.catch(() => this.#groups.delete(apiVersion));
    return asked;
  }

  async #ask(apiVersion: string): Promise<readonly Resource[]> {
    try {
      const path = groupPath(apiVersion);
      return await this.#transport.json({ method: "GET", path }, readKinds(apiVersion));
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}
