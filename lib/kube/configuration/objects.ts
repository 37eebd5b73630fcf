/** Collects ConfigMaps and Secrets: one object for one content, names that do not collide, sizes that fit. */
import { encodeBase64 } from "../../values/base64.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { type Digests, keyedHash, PUBLISHED } from "../digests.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import { shortHash, subdomain } from "../../stack/names.ts";

export interface Content {
  readonly kind: "ConfigMap" | "Secret";
  /** Of a Secret; Opaque where it says none. */
  readonly type?: string;
  /** The wanted name; another is given where it is taken by other content. */
  readonly name: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
  readonly source?: Span;
}

interface Added {
  readonly planned: PlannedObject;
  readonly data: ReadonlyMap<string, Uint8Array>;
  readonly users: Set<string>;
  readonly digest: string;
}

/** The objects of one conversion, growing while services are converted. */
export class ConfigurationObjects {
  readonly #namespace: string;
  readonly #digests: Digests;
  readonly #byContent = new Map<string, Added>();
  readonly #byService = new Map<string, Set<Added>>();
  readonly #names = new Set<string>();

  constructor(namespace: string, digests: Digests) {
    this.#namespace = namespace;
    this.#digests = digests;
  }

  /** Adds content for a service; returns the name under which it is mounted and a digest for rollouts. */
  add(content: Content, service: string): { name: string; digest: string } {
    const identity = digestOfContent(content, "");
    const known = this.#byContent.get(identity);
    if (known !== undefined) {
      this.#use(known, service);
      return { name: known.planned.object.metadata.name, digest: known.digest };
    }
    const name = this.#freeName(content);
    const digest = this.#digests.symbol((key) =>
      isHidden(content, key) ? "secret" : digestOfContent(content, key).slice(0, 8)
    );
    const planned: PlannedObject = {
      object: configurationObject(content, name, this.#namespace),
      ...(content.source === undefined ? {} : { source: content.source }),
    };
    const added = { planned, data: content.data, users: new Set<string>(), digest };
    this.#byContent.set(identity, added);
    this.#use(added, service);
    return { name, digest };
  }

  #use(added: Added, service: string): void {
    added.users.add(service);
    const own = this.#byService.get(service) ?? new Set();
    this.#byService.set(service, own.add(added));
  }

  /** A digest for rollouts of values that an object holds among others. */
  digestOf(values: readonly string[]): string {
    const parts = values.map((value) => `\0${value.length}\0${value}`);
    return this.#digests.symbol((key) => key === PUBLISHED ? "secret" : keyedHash(key, parts).slice(0, 8));
  }

  /** All objects by kind and name; one that a single service reads carries that service. */
  all(): PlannedObject[] {
    return sorted([...this.#byContent.values()]);
  }

  /** The objects that a service reads. */
  of(service: string): PlannedObject[] {
    return sorted([...this.#byService.get(service) ?? []]);
  }

  /** What the Secrets hold, by name and key. */
  secrets(): ReadonlyMap<string, ReadonlyMap<string, Uint8Array>> {
    const all = [...this.#byContent.values()];
    return new Map(
      all.filter(({ planned }) => planned.object.kind === "Secret")
        .map(({ planned, data }) => [planned.object.metadata.name, data]),
    );
  }

  #freeName(content: Content): string {
    const { kind } = content;
    const wanted = subdomain(content.name);
    // Which of those with content of its own it is, where nothing of that may show.
    const number = this.#byContent.size;
    const suffix = (key: string): string =>
      shortHash(isHidden(content, key) ? `${number}` : digestOfContent(content, key));
    const name = this.#names.has(`${kind}/${wanted}`) ? `${wanted}-${this.#digests.symbol(suffix)}` : wanted;
    this.#names.add(`${kind}/${name}`);
    return name;
  }
}

/** By kind and name; one that a single service reads carries that service. */
function sorted(all: readonly Added[]): PlannedObject[] {
  return all.map(({ planned, users }) => {
    const [only, ...others] = users;
    return only !== undefined && others.length === 0 ? { ...planned, service: only } : planned;
  }).sort((left, right) => IN_ENGLISH.compare(order(left.object), order(right.object)));
}

/** As `localeCompare` has it, without looking the language up each time. */
const IN_ENGLISH = new Intl.Collator("en");

function isHidden({ kind }: Content, key: string): boolean {
  return kind === "Secret" && key === PUBLISHED;
}

/** Hexadecimal; with the empty key, which is for telling contents apart here, it never leaves. */
function digestOfContent({ kind, data }: Content, key: string): string {
  const entries = [...data].sort(([left], [right]) => left < right ? -1 : 1);
  return keyedHash(key, [
    kind,
    ...entries.flatMap(([name, bytes]) => [`\0${name}\0${bytes.length}\0`, bytes]),
  ]);
}

function order(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}

function configurationObject(content: Content, name: string, namespace: string): KubeObject {
  const base = { apiVersion: "v1", kind: content.kind, metadata: { name, namespace } };
  const entries = [...content.data].sort(([left], [right]) => left < right ? -1 : 1);
  if (content.kind === "Secret") {
    return {
      ...base,
      type: content.type ?? "Opaque",
      data: Object.fromEntries(entries.map(([key, bytes]) => [key, encodeBase64(bytes)])),
    };
  }
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  for (const [key, bytes] of entries) {
    const text = asText(bytes);
    if (text === undefined) binaryData[key] = encodeBase64(bytes);
    else data[key] = text;
  }
  return {
    ...base,
    ...(Object.keys(data).length === 0 ? {} : { data }),
    ...(Object.keys(binaryData).length === 0 ? {} : { binaryData }),
  };
}

/** Text that is the same bytes again when it is written as UTF-8; a byte order mark would be lost. */
function asText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
