/** ACME for the cluster's Traefik: the stack's resolvers by their names, their storage, and what they need to know. */
import type { TextAt } from "../../traefik/inline_files.ts";
import type { Fields, Routing } from "../../traefik/routing.ts";
import { listField, structField, textField } from "../../traefik/static_configuration.ts";
import { variablePrefixes } from "./dns_variables.ts";
import { flatten } from "./static_arguments.ts";

/** Where the volume of the cluster's Traefik is mounted. */
export const storageDirectory = "/data";

export interface Resolver {
  readonly name: string;
  readonly acme: Fields;
  /** The DNS provider of a DNS challenge. */
  readonly dnsProvider?: string;
  /** Where the stack's Traefik keeps the certificates, in its container. */
  readonly storage: string;
}

/** The resolvers that use ACME. */
export function resolversOf(routing: Routing): Resolver[] {
  const resolvers = structField(routing.static?.fields, "certificatesResolvers") ?? {};
  return Object.entries(resolvers).flatMap(([name, value]) => {
    const acme = structField(value, "acme");
    if (acme === undefined) return [];
    const dnsProvider = textField(acme, "dnsChallenge", "provider");
    return [{
      name,
      acme,
      storage: textField(acme, "storage") ?? "acme.json",
      ...(dnsProvider === undefined ? {} : { dnsProvider }),
    }];
  });
}

/** The file on the volume for each distinct storage of the stack. */
export function storageFiles(resolvers: readonly Resolver[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { storage } of resolvers) {
    const base = fileName(storage);
    const taken = [...files.values()].includes(`${storageDirectory}/${base}`);
    if (!files.has(storage)) {
      files.set(storage, `${storageDirectory}/${taken ? `${files.size}-${base}` : base}`);
    }
  }
  return files;
}

/** Its last part, of characters that mean nothing to a shell, a template or a path: the volume's names are ours. */
function fileName(storage: string): string {
  const base = storage.slice(storage.lastIndexOf("/") + 1).replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "");
  return base === "" ? "acme.json" : base;
}

/** The resolvers as arguments, with entry points by their names in the cluster. */
export function resolverArguments(
  resolvers: readonly Resolver[],
  entryPointName: (name: string) => string,
  authorities: ReadonlyMap<string, string> = new Map(),
): string[] {
  const files = storageFiles(resolvers);
  return resolvers.flatMap(({ name, acme, storage }) => {
    const fields = withAuthorities(withoutKey(acme, "storage"), authorities);
    const http = structField(fields, "httpChallenge");
    const entryPoint = textField(http, "entryPoint");
    const complete = entryPoint === undefined ? fields : {
      ...withoutKey(fields, "httpChallenge"),
      httpChallenge: { ...withoutKey(http ?? {}, "entryPoint"), entryPoint: entryPointName(entryPoint) },
    };
    const prefix = `--certificatesresolvers.${name}.acme`;
    return [...flatten(prefix, complete), `${prefix}.storage=${files.get(storage)}`];
  });
}

/** The certificates of an authority by the paths that they have in the pod. */
function withAuthorities(acme: Fields, paths: ReadonlyMap<string, string>): Fields {
  const files = listField(acme, "caCertificates");
  return files.length === 0
    ? acme
    : { ...withoutKey(acme, "caCertificates"), caCertificates: files.map((path) => paths.get(path) ?? path) };
}

function withoutKey(fields: Fields, name: string): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([key]) => key.toLowerCase() !== name.toLowerCase()),
  );
}

/** The certificates of authorities for an ACME server, by the path of their file. */
const AUTHORITIES = "LEGO_CA_CERTIFICATES";

/** Of lego itself, whatever the challenge: the trusted authorities, the timeouts of its questions. */
export const LEGO = "LEGO_";

/** The variables of the stack's Traefik that lego and its DNS providers read; they become one Secret. */
export function providerVariables(
  resolvers: readonly Resolver[],
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const prefixes = resolvers.flatMap(({ dnsProvider }) => [
    ...(dnsProvider === undefined ? [] : variablePrefixes(dnsProvider)),
    LEGO,
  ]);
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))),
  );
}

/** Where the files of those variables are mounted: below /run/secrets they would cover the pod's own token. */
export const filesDirectory = "/dns-provider";

/** Files of resolvers. */
export interface AuthorityFiles {
  /** Where the pod has each, by its path in the stack's Traefik. */
  readonly paths: ReadonlyMap<string, string>;
  /** What they hold, by the name of their file. */
  readonly texts: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
}

/** The certificates by which a resolver knows its ACME server: `caCertificates` takes paths alone. */
export function authorityFiles(
  resolvers: readonly Resolver[],
  textAt: TextAt = () => undefined,
): AuthorityFiles {
  const all = [...new Set(resolvers.flatMap(({ acme }) => listField(acme, "caCertificates")))]
    .map((path, index) => ({ path, name: `authority-${index}.crt`, text: textAt(path) }));
  const found = all.filter(({ text }) => text !== undefined);
  return {
    paths: new Map(found.map(({ path, name }) => [path, `${filesDirectory}/${name}`])),
    texts: Object.fromEntries(found.map(({ name, text }) => [name, text ?? ""])),
    missing: all.filter(({ text }) => text === undefined).map(({ path }) => path),
  };
}

/** Variables with their files. */
export interface NamedFiles {
  /** The same, each path that of the mounted file. */
  readonly variables: Readonly<Record<string, string>>;
  /** What these files hold, by the variable. */
  readonly texts: Readonly<Record<string, string>>;
  /** Variables and paths of files that are not at hand. */
  readonly missing: readonly (readonly [string, string])[];
}

/** Variables of DNS providers that name a file of Traefik's container, such as `CF_DNS_API_TOKEN_FILE`. */
export function namedFiles(
  variables: Readonly<Record<string, string>>,
  textAt: TextAt = () => undefined,
): NamedFiles {
  const all = Object.entries(variables).map(([name, value]) => ({
    name,
    value,
    text: value.startsWith("/") ? textAt(value) : undefined,
  }));
  return {
    variables: Object.fromEntries(
      all.map(({ name, value, text }) => [name, text === undefined ? value : `${filesDirectory}/${name}`]),
    ),
    texts: Object.fromEntries(all.flatMap(({ name, text }) => text === undefined ? [] : [[name, text]])),
    missing: all.flatMap(({ name, value, text }) =>
      text === undefined && (/_(?:FILE|PATH)$/.test(name) || name === AUTHORITIES)
        ? [[name, value] as const]
        : []
    ),
  };
}
