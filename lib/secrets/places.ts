/** The places of secrets, by what they are: variables, parts of texts, whole files, and what only the plan has. */
import { originOf } from "../../compose/mod.ts";
import { encodeBase64 } from "../values/base64.ts";
import type { Part, Reference } from "../decisions/jobs.ts";
import { exactText } from "../stack/secrets/exact_text.ts";
import { type LocatedSecret, mountedFiles, secretAt, spanIn } from "../stack/secrets/located_secrets.ts";
import { findPlace, referenceText } from "../stack/secrets/reference.ts";
import { record } from "../values/json.ts";
import type { PlannedObject } from "../kube/object.ts";
import { relativePath } from "../stack/relative_path.ts";
import type { InventoryInput, PlaceOrigin, SecretPlace } from "./place.ts";

/** What a decided place is called. */
export function nameOfReference(reference: Reference | Part): string {
  return referenceText(reference).replace(/^\.\//, "");
}

/** A place that the decisions name. */
export function sharedPlace(input: InventoryInput, reference: Reference | Part): SecretPlace {
  const name = nameOfReference(reference);
  const located = secretAt(input.conversion, input.texts, reference);
  if (typeof reference === "string") return variablePlace(input, reference);
  if ("reason" in located) {
    return {
      name,
      value: undefined,
      origin: { kind: "none", reason: `there is nothing: ${located.reason}` },
      readBy: [],
    };
  }
  if ("secret" in reference) {
    const origin: PlaceOrigin = {
      kind: "none",
      reason: `Secret "${reference.secret}" is not made from the stack's files; change it with kubectl`,
    };
    const object = { kind: "Secret", name: reference.secret, key: reference.key };
    return { name, value: located.value, origin, object, readBy: [] };
  }
  if ("file" in reference) return filePart(input, name, located);
  const whole = variablePlace(input, reference.variable);
  const { service, name: variable } = partsOf(reference.variable);
  const origin = located.range === undefined
    ? { reason: "it is not there" }
    : originOf(input.texts.project, service, variable, located.range);
  const { object } = whole;
  return {
    name,
    value: located.value,
    origin: valueOrigin(origin, located),
    ...(object === undefined ? {} : { object }),
    readBy: [service],
  };
}

/** The variables of all services that are moved which are kept in Secrets. */
export function variablePlaces(input: InventoryInput): SecretPlace[] {
  const { conversion, texts: { project } } = input;
  return Object.values(project.services).flatMap((service) =>
    Object.entries(service.environment ?? {}).flatMap(([variable, value]) => {
      const name = `${service.name}.${variable}`;
      const isSecret = value !== null && findPlace(conversion, name)?.kind === "Secret";
      return isSecret ? [variablePlace(input, name)] : [];
    })
  );
}

/** Whole files that are kept in Secrets. One of a single line can be changed, as those of compose's `secrets`. */
export function filePlaces({ conversion, texts }: InventoryInput): SecretPlace[] {
  const kept = new Map<string, { name: string; key: string }[]>();
  for (const { object, key, value } of secretKeys(conversion.configuration)) {
    kept.set(value, [...kept.get(value) ?? [], { name: object.metadata.name, key }]);
  }
  return mountedFiles(texts).flatMap(({ path, content, services }): SecretPlace[] => {
    const base = path.slice(path.lastIndexOf("/") + 1).replace(/[^-._a-zA-Z0-9]+/g, ".");
    const candidates = kept.get(encodeBase64(content)) ?? [];
    const found = candidates.find(({ key }) => key.endsWith(base)) ??
      candidates.find(({ key }) => isFileObject(texts.project.secrets, key, path));
    const readBy = services.filter((name) => conversion.services.get(name)?.kind !== "none");
    if (found === undefined || readBy.length === 0) return [];
    const text = exactText(content);
    const line = /^[^\r\n\0]+(?=\r?\n?$)/.exec(text.text)?.[0];
    const file = relativePath(texts.project, path);
    const range = { start: 0, end: line?.length ?? 0, quote: "" } as const;
    const span = spanIn(text.text, range, file);
    return [{
      name: file,
      value: line ?? text.text,
      origin: line === undefined
        ? {
          kind: "none",
          reason: "the whole file is the secret; replace the file, then run `deno task migrate`",
          span,
        }
        : { kind: "text", origin: { path, text, range, span, isWhole: true } },
      object: { kind: "Secret", ...found },
      readBy,
    }];
  });
}

/** Keys of the plan's Secrets that none of the places is: made from labels, or for a chart. */
export function otherPlaces({ objects }: InventoryInput, known: readonly SecretPlace[]): SecretPlace[] {
  const taken = new Set(known.map(({ object }) => `${object?.name}/${object?.key}`));
  return secretKeys(objects).flatMap(({ object, key, source, service }): SecretPlace[] => {
    const name = `${object.metadata.name}/${key}`;
    if (taken.has(name)) return [];
    taken.add(name);
    return [{
      name,
      value: undefined,
      origin: {
        kind: "none",
        reason: "it is made from what is written there; change that, then run `deno task migrate`",
        ...(source === undefined ? {} : { span: source }),
      },
      object: { kind: "Secret", name: object.metadata.name, key },
      readBy: service === undefined ? [] : [service],
    }];
  });
}

function variablePlace({ conversion, texts: { project } }: InventoryInput, name: string): SecretPlace {
  const { service, name: variable } = partsOf(name);
  const place = findPlace(conversion, name);
  const value = project.services[service]?.environment?.[variable] ?? undefined;
  const span = project.span(["services", service, "environment", variable]);
  return {
    name,
    value,
    origin: valueOrigin(originOf(project, service, variable), span === undefined ? {} : { span }),
    ...(place === undefined ? {} : { object: { kind: place.kind, name: place.name, key: place.key } }),
    readBy: [service],
    variable: { service, name: variable },
  };
}

function filePart({ conversion }: InventoryInput, name: string, located: LocatedSecret): SecretPlace {
  const { file, range, span, value } = located;
  if (file === undefined || range === undefined || span === undefined) {
    return { name, value, origin: { kind: "none", reason: "it is not there" }, readBy: [] };
  }
  const content = encodeBase64(file.content);
  const kept = secretKeys(conversion.configuration).find((each) => each.value === content);
  return {
    name,
    value,
    origin: { kind: "text", origin: { path: file.path, text: file.text, range, span, isWhole: false } },
    ...(kept === undefined
      ? {}
      : { object: { kind: "Secret", name: kept.object.metadata.name, key: kept.key } }),
    readBy: file.services.filter((service) => conversion.services.get(service)?.kind !== "none"),
  };
}

function valueOrigin(found: ReturnType<typeof originOf>, { span }: Pick<LocatedSecret, "span">): PlaceOrigin {
  if ("reason" in found) {
    return { kind: "none", reason: found.reason, ...(span === undefined ? {} : { span }) };
  }
  return { kind: "value", origin: found };
}

function partsOf(name: string): { readonly service: string; readonly name: string } {
  const dot = name.lastIndexOf(".");
  return { service: name.slice(0, dot), name: name.slice(dot + 1) };
}

function isFileObject(
  secrets: InventoryInput["texts"]["project"]["secrets"],
  key: string,
  path: string,
): boolean {
  return Object.entries(secrets).some(([name, { file }]) =>
    file === path && name.replace(/[^-._a-zA-Z0-9]+/g, "-") === key
  );
}

type SecretKey = PlannedObject & { readonly key: string; readonly value: string };

/** The keys of all Secrets among objects, with their contents in base64. */
export function secretKeys(objects: readonly PlannedObject[]): readonly SecretKey[] {
  return objects.filter(({ object }) => object.kind === "Secret").flatMap((planned) => [
    ...Object.entries(record(planned.object["data"]) ?? {}).map(([key, value]) => ({
      ...planned,
      key,
      value: String(value),
    })),
    ...Object.entries(record(planned.object["stringData"]) ?? {}).map(([key, value]) => ({
      ...planned,
      key,
      value: encodeBase64(new TextEncoder().encode(String(value))),
    })),
  ]);
}
