/** Two versions of an object with every secret value hidden, in a way that still shows what changed. */
import type { KubeObject } from "../kube/object.ts";
import { isSecretName, MASK, redact } from "./secrets.ts";

/** Before and after; either may be missing. */
export interface Versions {
  readonly before?: KubeObject;
  readonly after?: KubeObject;
}

/**
 * Masks the data of Secrets, variables and keys with a secret's name, and the given values wherever they stand.
 * A value that differs becomes `*** (before)` and `*** (after)`, one that is the same becomes `***` in both, as
 * in `kubectl diff`.
 */
export function maskVersions({ before, after }: Versions, secrets: readonly string[]): Versions {
  const plainBefore = before === undefined ? undefined : withPlainData(before);
  const plainAfter = after === undefined ? undefined : withPlainData(after);
  return {
    ...(plainBefore === undefined ? {} : { before: maskObject(plainBefore, plainAfter, "before", secrets) }),
    ...(plainAfter === undefined ? {} : { after: maskObject(plainAfter, plainBefore, "after", secrets) }),
  };
}

type Side = "before" | "after";

/** `stringData` as the server stores it, so that both versions are spelt alike. */
function withPlainData(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.kind !== "Secret" || typeof stringData !== "object" || stringData === null) return object;
  const encoded = Object.entries(stringData).map(([name, value]) => [name, encode(String(value))]);
  const data = rest["data"];
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
    data: { ...(typeof data === "object" ? data : {}), ...Object.fromEntries(encoded) },
  };
}

function maskObject(
  object: KubeObject,
  other: KubeObject | undefined,
  side: Side,
  secrets: readonly string[],
): KubeObject {
  const masked = maskNode(object, other, side, secrets, object.kind === "Secret" ? ["data"] : []);
  // The edge: masking keeps the shape and touches only texts below.
  return masked as KubeObject;
}

/** @param hidden names of fields here whose whole content is secret */
function maskNode(
  node: unknown,
  other: unknown,
  side: Side,
  secrets: readonly string[],
  hidden: readonly string[] = [],
): unknown {
  if (typeof node === "string") return redact(node, secrets);
  if (Array.isArray(node)) {
    return node.map((entry, index) => maskNode(entry, counterpart(entry, index, other), side, secrets));
  }
  if (!isRecord(node)) return node;
  const namesSecret = typeof node["name"] === "string" && isSecretName(node["name"]);
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => {
      const opposite = isRecord(other) ? other[name] : undefined;
      if (hidden.includes(name)) return [name, hideAll(value, opposite, side)];
      const isHidden = typeof value === "string" &&
        (name === "value" ? namesSecret : isPlainSecret(name, value));
      return [name, isHidden ? hide(value, opposite, side) : maskNode(value, opposite, side, secrets)];
    }),
  );
}

/** A key such as `password: x`; references like `secretName` and `secretKeyRef` are names, not values. */
function isPlainSecret(name: string, value: string): boolean {
  return value !== "" && isSecretName(name) && !/(name|ref|path|file|type|key|topologyKey)$/i.test(name);
}

function hideAll(values: unknown, others: unknown, side: Side): unknown {
  if (!isRecord(values)) return hide(values, others, side);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      hide(value, isRecord(others) ? others[name] : undefined, side),
    ]),
  );
}

function hide(value: unknown, other: unknown, side: Side): string {
  return other === undefined || other === value ? MASK : `${MASK} (${side})`;
}

/** The entry of the same name in a list of named things (containers, variables), else the one at its place. */
function counterpart(entry: unknown, index: number, others: unknown): unknown {
  if (!Array.isArray(others)) return undefined;
  const name = isRecord(entry) ? entry["name"] : undefined;
  if (name === undefined) return others[index];
  return others.find((other) => isRecord(other) && other["name"] === name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function encode(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
