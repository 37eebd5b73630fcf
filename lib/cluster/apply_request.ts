/** How one object is applied. */
import { record } from "../values/json.ts";
import type { KubeObject } from "../kube/object.ts";
import { DIGEST_ANNOTATION, FIELD_MANAGER } from "../migration/record_names.ts";
import { ApiError } from "./api_error.ts";
import type { LiveObject } from "./live_object.ts";
import { objectPath, type Resource } from "./resources.ts";
import type { ApiRequest } from "./transport.ts";

/** Options of one apply. */
export interface ApplyOptions {
  readonly dryRun?: boolean;
  /** Who owns the fields. Default: this program. */
  readonly fieldManager?: string;
  /** Take over fields that others own. */
  readonly force?: boolean;
  /** Called right before the object is sent; throws where the right to write is gone. */
  readonly guard?: (() => Promise<void>) | undefined;
  readonly signal?: AbortSignal;
}

/** Server-side apply of exactly this JSON, with strict field validation. */
export function applyRequest(resource: Resource, object: KubeObject, options: ApplyOptions): ApiRequest {
  const { dryRun, fieldManager, force, guard, signal } = options;
  return {
    method: "PATCH",
    path: objectPath(resource, object.metadata),
    contentType: "application/apply-patch+yaml",
    query: {
      fieldManager: fieldManager ?? FIELD_MANAGER,
      fieldValidation: "Strict",
      ...(force ? { force: "true" } : {}),
      ...(dryRun ? { dryRun: "All" } : {}),
    },
    body: object,
    guard,
    ...(signal === undefined ? {} : { signal }),
  };
}

/**
 * Whether the server made null of an object that was to become empty: a server-side apply that takes away the last
 * field of a map, such as `tls: { certResolver: x }` that becomes `tls: {}`, leaves null in its place, which the schema
 * of a custom resource refuses (seen with 1.36).
 */
export function isNulled(error: unknown): boolean {
  return error instanceof ApiError && error.status === 422 && /Invalid value: "null"/.test(error.message);
}

/**
 * The object without the maps of its `spec` that are to become empty: applied first, it takes their fields away, and
 * the maps are made anew with the object itself. It has no digest: a run that ends between the two has not applied it.
 * Undefined where no map has anything to lose.
 */
export function withoutEmptied(planned: KubeObject, live: LiveObject): KubeObject | undefined {
  const spec = without(planned["spec"], live["spec"]);
  if (spec === planned["spec"]) return undefined;
  const { [DIGEST_ANNOTATION]: _, ...annotations } = planned.metadata.annotations ?? {};
  return { ...planned, metadata: { ...planned.metadata, annotations }, spec };
}

function without(planned: unknown, live: unknown): unknown {
  const [plannedMap, liveMap] = [record(planned), record(live)];
  if (plannedMap === undefined || liveMap === undefined) return planned;
  const entries = Object.entries(plannedMap);
  const kept = entries.filter(([key, value]) => !isEmpty(value) || !isFilled(liveMap[key]))
    .map(([key, value]) => [key, without(value, liveMap[key])] as const);
  const isSame = kept.length === entries.length && kept.every(([key, value]) => value === plannedMap[key]);
  return isSame ? planned : Object.fromEntries(kept);
}

/** What a look at the object without them tells, with the empty maps that the object itself brings. */
export function withEmptied(seen: LiveObject, planned: KubeObject): LiveObject {
  return { ...seen, spec: restored(seen["spec"], planned["spec"]) };
}

function restored(seen: unknown, planned: unknown): unknown {
  const [seenMap, plannedMap] = [record(seen), record(planned)];
  if (plannedMap === undefined || seen !== undefined && seenMap === undefined) return seen;
  if (seenMap === undefined) return isEmpty(planned) ? {} : seen;
  const entries = Object.keys(plannedMap).map((key) =>
    [key, restored(seenMap[key], plannedMap[key])] as const
  );
  return { ...seenMap, ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
}

function isEmpty(value: unknown): boolean {
  const map = record(value);
  return map !== undefined && Object.keys(map).length === 0;
}

function isFilled(value: unknown): boolean {
  const map = record(value);
  return map !== undefined && Object.keys(map).length > 0;
}
