/** Finds where a decided reference such as `faf-java-api.DATABASE_PASSWORD` is kept among the converted objects. */
import type { Conversion } from "../../kube/conversion.ts";
import type { KubeObject, PlannedObject } from "../../kube/object.ts";
import type { Part, Reference } from "../../decisions/jobs.ts";
import { list, record } from "../../kube/json.ts";

/** A key of a ConfigMap or Secret, and its content where this conversion made it. */
export interface Place {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly key: string;
  readonly value?: Uint8Array;
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
export function findPlace(conversion: Conversion, reference: Reference): Place | undefined {
  if (typeof reference !== "string") {
    return placeIn(conversion.configuration, "Secret", reference.secret, reference.key) ??
      { kind: "Secret", name: reference.secret, key: reference.key };
  }
  const dot = reference.lastIndexOf(".");
  const service = conversion.services.get(reference.slice(0, dot));
  const variable = reference.slice(dot + 1);
  if (service === undefined) return undefined;
  const workload = service.workload[0]?.object;
  const named = workload === undefined ? undefined : variableOf(workload, variable);
  if (named !== undefined) return placeIn(service.configuration, named.kind, named.name, named.key) ?? named;
  for (const planned of service.configuration) {
    const { kind, metadata } = planned.object;
    if ((kind === "Secret" || kind === "ConfigMap") && workload !== undefined && reads(workload, planned)) {
      const place = placeIn([planned], kind, metadata.name, variable);
      if (place !== undefined) return place;
    }
  }
  return undefined;
}

/** The containers of a workload of any kind. */
export function containersOf(workload: KubeObject): readonly Record<string, unknown>[] {
  const template = record(record(workload["spec"])?.["template"]);
  return list(record(template?.["spec"])?.["containers"]);
}

function variableOf(workload: KubeObject, variable: string): Place | undefined {
  for (const container of containersOf(workload)) {
    const from = record(list(container["env"]).find((entry) => entry["name"] === variable)?.["valueFrom"]);
    for (const kind of ["Secret", "ConfigMap"] as const) {
      const ref = record(from?.[kind === "Secret" ? "secretKeyRef" : "configMapKeyRef"]);
      const { name, key } = ref ?? {};
      if (typeof name === "string" && typeof key === "string") return { kind, name, key };
    }
  }
  return undefined;
}

function reads(workload: KubeObject, { object }: PlannedObject): boolean {
  const ref = object.kind === "Secret" ? "secretRef" : "configMapRef";
  return containersOf(workload).some((container) =>
    list(container["envFrom"]).some((entry) => record(entry[ref])?.["name"] === object.metadata.name)
  );
}

function placeIn(
  objects: readonly PlannedObject[],
  kind: "ConfigMap" | "Secret",
  name: string,
  key: string,
): Place | undefined {
  const found = objects.find(({ object }) => object.kind === kind && object.metadata.name === name)?.object;
  const value = found === undefined ? undefined : valueOf(found, key);
  return value === undefined ? undefined : { kind, name, key, value };
}

function valueOf(object: KubeObject, key: string): Uint8Array | undefined {
  const plain = record(object[object.kind === "Secret" ? "stringData" : "data"])?.[key];
  if (typeof plain === "string") return new TextEncoder().encode(plain);
  const encoded = record(object[object.kind === "Secret" ? "data" : "binaryData"])?.[key];
  if (typeof encoded !== "string") return undefined;
  return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
}
