/** The edge to the API server: whether an answer is what was asked for. Each reader returns undefined where it is not. */
import { record } from "../values/json.ts";
import type { ObjectRef } from "../migration/step.ts";
import type { LiveObject, WatchEvent } from "./live_object.ts";
import type { Resource } from "./resources.ts";

/** Makes of an answer's JSON what it should be, or undefined. */
export type Read<Shape> = (body: unknown) => Shape | undefined;

type Fields = Readonly<Record<string, unknown>>;

/** The object that was asked for or sent: its kind, under its name. */
export function readObject({ kind, name }: Pick<ObjectRef, "kind" | "name">): Read<LiveObject> {
  return (body) => {
    const object = liveObject(body);
    return object?.kind === kind && object.metadata.name === name ? object : undefined;
  };
}

/** One page of a list. */
export interface Page {
  readonly items: readonly LiveObject[];
  /** Where the next page begins; "" after the last. */
  readonly next: string;
  readonly resourceVersion: string;
}

/** A page of a list of that kind; of metadata alone, the items have another kind, in the list or none at all. */
export function readPage({ apiVersion, kind }: Pick<ObjectRef, "apiVersion" | "kind">): Read<Page> {
  return (body) => {
    if (!isFields(body) || !isFields(body["metadata"]) || !("items" in body)) return undefined;
    // An empty list comes as null where only metadata is asked for.
    const items = body["items"] ?? [];
    if (!Array.isArray(items)) return undefined;
    const objects = items.flatMap((item) =>
      isFields(item) ? liveObject({ ...item, apiVersion, kind }) ?? [] : []
    );
    const { continue: next, resourceVersion } = body["metadata"];
    if (objects.length < items.length || !isText(next) || !isText(resourceVersion)) return undefined;
    return { items: objects, next: next ?? "", resourceVersion: resourceVersion ?? "0" };
  };
}

/** One message of a watch. The object of an error is a Status, and that of a bookmark has no name. */
export function readEvent(body: unknown): WatchEvent | undefined {
  if (!isFields(body) || !isFields(body["object"])) return undefined;
  const { type, object } = body;
  if (type === "ERROR" || type === "BOOKMARK") return body as unknown as WatchEvent;
  const isChange = type === "ADDED" || type === "MODIFIED" || type === "DELETED";
  const changed = isChange ? liveObject(object) : undefined;
  return changed === undefined ? undefined : body as unknown as WatchEvent;
}

/** What was asked by POST comes back with the answer in its `status`. */
export function readReview(asked: unknown): Read<Fields> {
  return (body) => isFields(asked) && isFields(body) && body["kind"] === asked["kind"] ? body : undefined;
}

/** What is left to say of an object that was deleted: itself, or a Status. */
export function readDeleted(body: unknown): Fields | undefined {
  return isFields(body) && typeof body["kind"] === "string" ? body : undefined;
}

/** The kinds of a group, without parts such as `pods/log`. */
export function readKinds(apiVersion: string): Read<readonly Resource[]> {
  return (body) => {
    const entries = isFields(body) ? body["resources"] : undefined;
    if (!Array.isArray(entries)) return undefined;
    const kinds = entries.flatMap((entry): Resource[] => {
      const { name, kind, namespaced } = isFields(entry) ? entry : {};
      const isKind = typeof name === "string" && typeof kind === "string" && typeof namespaced === "boolean";
      return isKind ? [{ apiVersion, kind, plural: name, namespaced }] : [];
    });
    return kinds.length < entries.length ? undefined : kinds.filter(({ plural }) => !plural.includes("/"));
  };
}

/** An object with what every object has, as far as this program reads it of every object. */
function liveObject(body: unknown): LiveObject | undefined {
  if (!isFields(body) || typeof body["kind"] !== "string" || typeof body["apiVersion"] !== "string") {
    return undefined;
  }
  const { metadata } = body;
  if (!isFields(metadata) || typeof metadata["name"] !== "string") return undefined;
  const isRead = [metadata["labels"], metadata["annotations"]].every(isTexts) &&
    [metadata["managedFields"], metadata["ownerReferences"]].every(isFieldsList);
  return isRead ? body as unknown as LiveObject : undefined;
}

function isFields(value: unknown): value is Fields {
  return record(value) !== undefined;
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isTexts(value: unknown): boolean {
  return value === undefined ||
    isFields(value) && Object.values(value).every((text) => typeof text === "string");
}

function isFieldsList(value: unknown): boolean {
  return value === undefined || Array.isArray(value) && value.every(isFields);
}

/** What `/version` says, such as `35+`; -1 where it is no number. */
export function readMinorVersion(body: unknown): number | undefined {
  if (!isFields(body)) return undefined;
  const [, minor = "-1"] = /^(\d+)/.exec(String(body["minor"] ?? "")) ?? [];
  return Number(minor);
}

/** The schemas of kinds in a document of OpenAPI 3, by kind. */
export function readSchemas(body: unknown): ReadonlyMap<string, unknown> | undefined {
  if (!isFields(body)) return undefined;
  const schemas = record(record(body["components"])?.["schemas"]) ?? {};
  return new Map(
    Object.values(schemas).flatMap((schema) => {
      const kinds = isFields(schema) ? schema["x-kubernetes-group-version-kind"] : undefined;
      return Array.isArray(kinds)
        ? kinds.map((kind) => [String(record(kind)?.["kind"]), schema] as const)
        : [];
    }),
  );
}
