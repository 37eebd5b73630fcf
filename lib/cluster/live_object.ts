/** An object as the server returns it. */
import type { KubeObject } from "../kube/object.ts";

/** What the server adds to an object. */
export interface LiveObject extends KubeObject {
  metadata: KubeObject["metadata"] & {
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    managedFields?: readonly ManagedFields[];
    ownerReferences?: readonly { readonly uid: string }[];
  };
}

/** Who set which fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/** One message of a watch. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: LiveObject;
}
