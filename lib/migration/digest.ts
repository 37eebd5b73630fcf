/**
 * Keyed digests of what is planned: they tell "the same" from "changed" without storing anything of it.
 * Keyed, because a bare digest of a short secret can be guessed.
 */
import { createHmac } from "node:crypto";
import type { KubeObject } from "../kube/object.ts";
import { objectKey } from "../kube/object.ts";
import type { PlannedMigration, Step } from "./step.ts";

/** Secret bytes that belong to one target; see `lib/run/key.ts`. */
export type DigestKey = Uint8Array;

/** 128 bits are far more than enough to tell versions of one object apart, and short in an annotation. */
const LENGTH = 22;

/** Digest of any JSON value, independent of the order of keys. */
export function digestValue(value: unknown, key: DigestKey): string {
  return createHmac("sha256", key).update(canonical(value)).digest("base64url").slice(0, LENGTH);
}

/**
 * Kinds of which a cluster has one object for all targets, with nothing secret in it: their digest is the same whoever
 * plans them, so that each target sees whether the one that is there is what it wants.
 */
export const SHARED_KINDS: ReadonlySet<string> = new Set(["StorageClass"]);
const NO_KEY: DigestKey = new TextEncoder().encode("one for all targets");

/** Digest of one object as it is sent. */
export function digestObject(object: KubeObject, key: DigestKey): string {
  return digestValue(object, SHARED_KINDS.has(object.kind) ? NO_KEY : key);
}

/** Digest of an object of a shared kind, which needs no target's key. */
export function digestShared(object: KubeObject): string {
  return digestValue(object, NO_KEY);
}

/**
 * Digest of what a migration does: its steps with their objects. Where an object came from, title and reason do
 * not count, and neither does the order of objects inside a step, which the runner decides.
 */
export function digestMigration(migration: PlannedMigration, key: DigestKey): string {
  return digestValue((migration.effect ?? migration.steps).map((step) => effectOf(step, key)), key);
}

function effectOf(step: Step, key: DigestKey): unknown {
  switch (step.kind) {
    case "apply":
      return [
        "apply",
        step.objects.map(({ object }) => [objectKey(object), digestObject(object, key)]).sort(),
      ];
    case "job":
      return ["job", digestObject(step.object.object, key), step.timeout];
    case "wait":
      return ["wait", step.ref, step.timeout];
    case "manual":
      return ["manual", step.instruction];
    case "remove":
      return ["remove", step.ref];
    case "cutover":
      return ["cutover", step.services, digestObject(step.workload.object, key)];
  }
}

/** JSON with sorted keys; what JSON leaves out (undefined) is left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((entry) => canonical(entry ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
    .sort(([left], [right]) => left < right ? -1 : left > right ? 1 : 0)
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(",")}}`;
}
