/** How a list is asked for, page by page. */
import { listPath, type Resource } from "./resources.ts";
import type { ApiRequest } from "./transport.ts";

/** What a list is narrowed to. */
export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only metadata: small answers where the rest is not looked at. */
  readonly metadataOnly?: boolean;
  /** See `ApiRequest`. */
  readonly urgent?: boolean;
  readonly signal?: AbortSignal;
}

const PAGE = "500";
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/** The selectors as parameters of a request. */
export function selectors(options: ListOptions): Readonly<Record<string, string>> {
  return {
    ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
  };
}

/** The signal as a part of a request. */
export function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** One page of a list; `next` is where it begins, "" at the first. */
export function listRequest(
  resource: Resource,
  namespace: string | undefined,
  options: ListOptions,
  next: string,
): ApiRequest {
  return {
    method: "GET",
    path: listPath(resource, namespace),
    query: { limit: PAGE, ...(next === "" ? {} : { continue: next }), ...selectors(options) },
    ...(options.metadataOnly ? { accept: METADATA_LIST } : {}),
    ...(options.urgent ? { urgent: true } : {}),
    ...withSignal(options.signal),
  };
}
