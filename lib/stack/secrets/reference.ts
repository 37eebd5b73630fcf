/** Finds where a decided reference such as `faf-java-api.DATABASE_PASSWORD` is kept in the cluster. */
import type { Part, Reference } from "../../decisions/jobs.ts";

/** A key of a ConfigMap or Secret, and its content where it is of this stack. */
export interface Place {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly key: string;
  readonly value?: Uint8Array;
}

/** Where the values of a stack are kept, as its conversion put them. */
export interface KeptValues {
  readonly services: ReadonlyMap<string, KeptService>;
  /** By the name of the Secret and the key in it. */
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
}

/** What a service reads. */
export interface KeptService {
  /** `none` where it is not moved. */
  readonly kind: string;
  /** By the name of the variable. */
  readonly variables: ReadonlyMap<string, Place>;
}

/** A reference as the operator wrote it, for messages. */
export function referenceText(reference: Reference | Part): string {
  if (typeof reference === "string") return reference;
  if ("secret" in reference) return `${reference.secret}/${reference.key}`;
  const text = reference.after.replaceAll(/\s+/g, " ");
  return `${"file" in reference ? reference.file : reference.variable} after ${text}`;
}

/** Whether a reference names a whole value, which a Job can read, and not a part of a text. */
export function isWhole(reference: Reference | Part): reference is Reference {
  return typeof reference === "string" || "secret" in reference;
}

/**
 * The place that a reference names, or `undefined` where the service reads no such variable. The name of a
 * service may hold dots, the name of a variable not.
 */
export function findPlace(kept: KeptValues, reference: Reference): Place | undefined {
  if (typeof reference === "string") {
    const dot = reference.lastIndexOf(".");
    return kept.services.get(reference.slice(0, dot))?.variables.get(reference.slice(dot + 1));
  }
  const { secret: name, key } = reference;
  const value = kept.secrets.get(name)?.get(key);
  return { kind: "Secret", name, key, ...(value === undefined ? {} : { value }) };
}

/** Whether a value is only for programs that are not moved: of a service that is left out or not there. */
export function isLeftOut(kept: KeptValues, reference: Reference): boolean {
  if (typeof reference !== "string") return false;
  const service = kept.services.get(reference.slice(0, reference.lastIndexOf(".")));
  return service === undefined || service.kind === "none";
}
