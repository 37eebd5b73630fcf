/** Two versions of an object with every secret value hidden, in a way that still shows what changed. */
import type { KubeObject } from "../kube/object.ts";
import {
  conceal,
  joined,
  MASK,
  occurrences,
  secretsInFile,
  secretsInList,
  secretsInText,
  secretsInVariable,
  type SecretSpan,
} from "../secrecy/mod.ts";
import { encodeBase64 } from "../values/base64.ts";
import { isRecord } from "../values/json.ts";

/** Before and after; either may be missing. */
export interface Versions {
  readonly before?: KubeObject;
  readonly after?: KubeObject;
}

/**
 * Hides the data of Secrets, what stands as a secret by its name, place or form, and the given values wherever they
 * stand. A value that differs becomes `*** (before)` and `*** (after)`, one that is the same becomes `***` in both, as
 * in `kubectl diff`. Names, kinds, labels and images are no secrets, whatever word they are.
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

/** Fields whose text is a name: of an object, a kind, a key, an image. */
// deno-fmt-ignore
const NAMES: ReadonlySet<string> = new Set([
  "apiVersion", "kind", "name", "namespace", "image", "imagePullPolicy", "key", "secret", "secretName", "certSecret",
  "caSecret", "mountPath", "subPath", "path", "labels", "matchLabels", "selector", "nodeSelector", "serviceName",
  "serviceAccountName", "claimName", "volumeName", "storageClassName", "topologyKey", "hostname", "host", "uid",
  "resourceVersion", "managedFields", "finalizers", "ownerReferences", "generateName",
]);

/** `stringData` as the server stores it, so that both versions are spelt alike. */
function withPlainData(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.kind !== "Secret" || typeof stringData !== "object" || stringData === null) return object;
  const encoded = Object.entries(stringData).map(([name, value]) => [name, encodeBase64(String(value))]);
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
  const fields = Object.entries(object).map(([name, value]) => {
    const opposite = other?.[name];
    if (object.kind === "Secret" && name === "data") return [name, hideAll(value, opposite, side)];
    const isFiles = object.kind === "ConfigMap" && name === "data" && isRecord(value);
    if (isFiles) {
      return [
        name,
        mapped(
          value,
          opposite,
          (text, was, key) => maskText(key, text, was, { side, secrets, isFile: true }),
        ),
      ];
    }
    return [name, maskField(name, value, opposite, { side, secrets })];
  });
  // The edge: masking keeps the shape and touches only texts below.
  return Object.fromEntries(fields) as KubeObject;
}

interface Masking {
  readonly side: Side;
  readonly secrets: readonly string[];
  /** The name is a file's or a variable's, the text what it holds. */
  readonly isFile?: boolean;
}

function maskField(name: string, node: unknown, other: unknown, masking: Masking): unknown {
  if (NAMES.has(name)) return node;
  if (typeof node === "string") return maskText(name, node, other, masking);
  if (Array.isArray(node)) return maskList(node, other, masking);
  if (!isRecord(node)) return node;
  const called = typeof node["name"] === "string" ? node["name"] : undefined;
  return mapped(node, other, (value, was, key) => {
    const isValue = key === "value" && called !== undefined && typeof value === "string";
    return isValue ? maskText(called, value, was, masking) : maskField(key, value, was, masking);
  });
}

function mapped(
  record: Readonly<Record<string, unknown>>,
  other: unknown,
  mask: (value: unknown, was: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map((
      [key, value],
    ) => [key, mask(value, isRecord(other) ? other[key] : undefined, key)]),
  );
}

/** A list of texts may be a command: its flags say what the words behind them are. */
function maskList(list: readonly unknown[], other: unknown, masking: Masking): readonly unknown[] {
  const isTexts = list.every((entry) => typeof entry === "string");
  const spans = isTexts ? secretsInList(list as readonly string[]) : [];
  return list.map((entry, index) => {
    const was = counterpart(entry, index, other);
    return typeof entry === "string"
      ? hideIn(entry, was, spans[index] ?? secretsInText(entry), masking)
      : maskField("", entry, was, masking);
  });
}

function maskText(name: string, text: unknown, other: unknown, masking: Masking): unknown {
  if (typeof text !== "string") return text;
  const isFile = masking.isFile === true || name === "valuesContent";
  const spans = isFile && text.includes("\n")
    ? secretsInFile(name === "valuesContent" ? "values.yaml" : name, text)
    : secretsInVariable(name, text);
  return hideIn(text, other, spans, masking);
}

/** With the masks in their places; a text that is all secret says whether it differs. */
function hideIn(
  text: string,
  other: unknown,
  spans: readonly SecretSpan[],
  { side, secrets }: Masking,
): string {
  const all = joined([...spans, ...occurrences(text, secrets)]);
  const isWhole = all.length === 1 && all[0]?.start === 0 && all[0].end === text.length;
  return isWhole ? hide(text, other, side) : conceal(text, all);
}

function hideAll(values: unknown, others: unknown, side: Side): unknown {
  if (!isRecord(values)) return hide(values, others, side);
  return mapped(values, others, (value, was) => hide(value, was, side));
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
