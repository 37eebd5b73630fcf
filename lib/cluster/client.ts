/** Objects on an API server: get, list, watch, apply, create, replace, delete. Sends the JSON it is given. */
import type { KubeObject } from "../kube/object.ts";
import { FIELD_MANAGER } from "../migration/record_names.ts";
import type { ObjectRef } from "../migration/step.ts";
import {
  readDeleted,
  readEvent,
  readMinorVersion,
  readObject,
  readPage,
  readReview,
  readSchemas,
} from "./answer_shape.ts";
import { type ApplyOptions, applyRequest, isNulled, withEmptied, withoutEmptied } from "./apply_request.ts";
import { ApiError, isNotFound, isRace, isRoleUnseen } from "./api_error.ts";
import type { Connection } from "./connection.ts";
import { Discovery } from "./discovery.ts";
import { type ListOptions, listRequest, selectors, withSignal } from "./list_request.ts";
import { logLines } from "./log_lines.ts";
import type { LiveObject, WatchEvent } from "./live_object.ts";
import { builtInResource, groupPath, listPath, objectPath, type Resource } from "./resources.ts";
import { StrangeAnswer } from "./strange_answer.ts";
import { pause, type TimeSource, Transport } from "./transport.ts";

export type { ListOptions } from "./list_request.ts";

/** The object as the server has it after an apply. */
export interface Applied {
  readonly object: LiveObject;
  /** False also where an answer was lost and the same apply was sent again. */
  readonly created: boolean;
}

/** A list with the version from which a watch goes on. */
export interface ObjectList {
  readonly items: readonly LiveObject[];
  readonly resourceVersion: string;
}

/** Bytes of all pages together: what fits into memory; and pages, of which each names a next one. */
const LONGEST_LIST = { bytes: 256 * 1024 ** 2, pages: 1_000 } as const;
/** Bytes of a container's last lines. */
const LONGEST_TAIL = 1024 ** 2;
/** More lost races in a row than these are something else. */
const MOST_RACES = 20;

export class ClusterClient {
  readonly #transport: Transport;
  readonly #discovery: Discovery;

  constructor(connection: Connection, time?: TimeSource) {
    this.#transport = new Transport(connection, time);
    this.#discovery = new Discovery(this.#transport);
  }

  get connection(): Connection {
    return this.#transport.connection;
  }

  get writes(): number {
    return this.#transport.writes;
  }

  get requests(): number {
    return this.#transport.requests;
  }

  /** Ends all connections; the client cannot be used after. */
  close(): void {
    this.connection.close();
  }

  /** The server's minor version of Kubernetes 1; -1 where it does not say it, or not to this login. */
  async minorVersion(): Promise<number> {
    try {
      return await this.#transport.json({ method: "GET", path: "/version" }, readMinorVersion);
    } catch (error) {
      if (isNotFound(error) || error instanceof ApiError && error.status === 403) return -1;
      throw error;
    }
  }

  /**
   * Whether the server has read all that it decides by; undefined where it does not tell it to this login. One that
   * starts answers before: what its RBAC will allow it refuses until then, and a review says that nothing is granted.
   */
  async isReady(): Promise<boolean | undefined> {
    try {
      await this.#transport.text({ method: "GET", path: "/readyz", repeatable: false, timeoutMs: 5_000 });
      return true;
    } catch (error) {
      return error instanceof ApiError && error.status < 500 ? undefined : false;
    }
  }

  /** The schemas of a group's kinds, which every login may read (OpenAPI 3); none where the server has none. */
  async schemas(apiVersion: string): Promise<ReadonlyMap<string, unknown>> {
    try {
      const path = `/openapi/v3${groupPath(apiVersion)}`;
      return await this.#transport.json({ method: "GET", path }, readSchemas);
    } catch (error) {
      if (isNotFound(error) || error instanceof ApiError && error.status === 403) return new Map();
      throw error;
    }
  }

  /** The kind's place on the server, or undefined where the server does not know the kind. */
  async resource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    return builtInResource(apiVersion, kind) ?? await this.#discovery.find(apiVersion, kind);
  }

  /** The object, or undefined where it is not there. `urgent`: see `ApiRequest`. */
  async get(ref: ObjectRef, urgent = false): Promise<LiveObject | undefined> {
    const resource = await this.resource(ref.apiVersion, ref.kind);
    if (resource === undefined) return undefined;
    try {
      const path = objectPath(resource, ref);
      return await this.#transport.json({ method: "GET", path, urgent }, readObject(ref));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** All objects of a kind, page by page; none where the server does not know the kind. */
  async list(
    kind: Pick<ObjectRef, "apiVersion" | "kind">,
    namespace: string | undefined,
    options: ListOptions = {},
  ): Promise<ObjectList> {
    const resource = await this.resource(kind.apiVersion, kind.kind);
    if (resource === undefined) return { items: [], resourceVersion: "0" };
    const items: LiveObject[] = [];
    let [next, bytes] = ["", 0];
    for (let pages = 1;; pages++) {
      const request = listRequest(resource, namespace, options, next);
      const { body: page, bytes: length } = await this.#transport.answer(request, readPage(kind));
      items.push(...page.items);
      bytes += length;
      if (page.next === "") return { items, resourceVersion: page.resourceVersion };
      if (page.next === next || pages >= LONGEST_LIST.pages || bytes > LONGEST_LIST.bytes) {
        throw new StrangeAnswer(request, "a list without an end");
      }
      next = page.next;
    }
  }

  /** Changes from a version on. Ends when the server closes it; an ERROR event means: list again. */
  async *watch(
    kind: Pick<ObjectRef, "apiVersion" | "kind">,
    namespace: string | undefined,
    options: ListOptions & { readonly resourceVersion: string; readonly timeoutSeconds: number },
  ): AsyncGenerator<WatchEvent> {
    const resource = await this.#require(kind.apiVersion, kind.kind);
    yield* this.#transport.lines({
      method: "GET",
      path: listPath(resource, namespace),
      query: {
        watch: "true",
        allowWatchBookmarks: "true",
        resourceVersion: options.resourceVersion,
        timeoutSeconds: String(options.timeoutSeconds),
        ...selectors(options),
      },
      ...withSignal(options.signal),
    }, readEvent);
  }

  /** Server-side apply of exactly this JSON, with strict field validation. */
  async apply(object: KubeObject, options: ApplyOptions = {}): Promise<Applied> {
    const resource = await this.#require(object.apiVersion, object.kind);
    try {
      return await this.#applyPatiently(resource, object, options);
    } catch (error) {
      const live = isNulled(error) ? await this.get({ ...object, ...object.metadata }) : undefined;
      const before = live === undefined ? undefined : withoutEmptied(object, live);
      if (before === undefined) throw error;
      const { object: seen, created } = await this.#applyPatiently(resource, before, options);
      return options.dryRun
        ? { object: withEmptied(seen, object), created }
        : await this.#applyPatiently(resource, object, options);
    }
  }

  async #applyPatiently(resource: Resource, object: KubeObject, options: ApplyOptions): Promise<Applied> {
    const request = applyRequest(resource, object, options);
    const read = readObject({ kind: object.kind, name: object.metadata.name });
    for (let attempt = 0;; attempt++) {
      try {
        const { status, body } = await this.#transport.answer(request, read);
        return { object: body, created: status === 201 };
      } catch (error) {
        const isPassing = isRace(error) || !options.dryRun && isRoleUnseen(error, object);
        if (!isPassing || attempt >= MOST_RACES) throw error;
        await pause(20 * (attempt + 1), options.signal);
      }
    }
  }

  /** Creates the object; refused (AlreadyExists) where it is there. Not repeated when the answer is lost. */
  async create(object: KubeObject): Promise<LiveObject> {
    const resource = await this.#require(object.apiVersion, object.kind);
    const path = listPath(resource, object.metadata.namespace);
    const query = { fieldManager: FIELD_MANAGER, fieldValidation: "Strict" };
    return await this.#transport.json(
      { method: "POST", path, query, body: object, urgent: true },
      readObject({ kind: object.kind, name: object.metadata.name }),
    );
  }

  /** Replaces exactly the version that `metadata.resourceVersion` names. Not repeated when the answer is lost. */
  async replace(object: LiveObject, timeoutMs?: number): Promise<LiveObject> {
    if (object.metadata.resourceVersion === undefined) {
      throw new TypeError("replace() needs a resourceVersion");
    }
    const resource = await this.#require(object.apiVersion, object.kind);
    const path = objectPath(resource, object.metadata);
    return await this.#transport.json({
      method: "PUT",
      path,
      query: { fieldManager: FIELD_MANAGER, fieldValidation: "Strict" },
      body: object,
      urgent: true,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }, readObject({ kind: object.kind, name: object.metadata.name }));
  }

  /** Deletes the object of that uid and no other; an object that is already gone is no error. */
  async delete(
    ref: ObjectRef,
    uid: string,
    propagation: "Background" | "Foreground" | "Orphan",
    guard?: () => Promise<void>,
  ): Promise<void> {
    const resource = await this.#require(ref.apiVersion, ref.kind);
    try {
      await this.#transport.json({
        method: "DELETE",
        path: objectPath(resource, ref),
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          preconditions: { uid },
          propagationPolicy: propagation,
        },
        repeatable: true,
        guard,
      }, readDeleted);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** The last lines that a container wrote; none where the server cannot tell. */
  async logTail(
    pod: Pick<ObjectRef, "name" | "namespace">,
    container: string,
    options: { readonly lines: number; readonly previous: boolean },
  ): Promise<readonly string[]> {
    const path = `${objectPath(await this.#require("v1", "Pod"), pod)}/log`;
    const query = {
      container,
      tailLines: String(options.lines),
      limitBytes: String(LONGEST_TAIL),
      previous: String(options.previous),
    };
    try {
      return logLines(
        await this.#transport.text({ method: "GET", path, query, timeoutMs: 5_000, repeatable: false }),
      );
    } catch {
      return [];
    }
  }

  /** Asks by POST, such as for an access review: nothing changes, so it may be asked again. */
  async review(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    return await this.#transport.json({ method: "POST", path, body, repeatable: true }, readReview(body));
  }

  async #require(apiVersion: string, kind: string): Promise<Resource> {
    const resource = await this.resource(apiVersion, kind);
    if (resource !== undefined) return resource;
    throw new ApiError(404, "UnknownKind", `The server does not know the kind ${kind} of ${apiVersion}`, []);
  }
}
