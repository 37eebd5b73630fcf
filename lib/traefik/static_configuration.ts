/** The static configuration as far as routing depends on it, from a file, flags or environment variables. */
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { defaultDockerOptions, type DockerOptions } from "./docker_options.ts";
import { type NamedText, placeIn } from "./named_text.ts";
import type { Fields } from "./routing.ts";
import { readFlags } from "./static_flags.ts";
import { readFileTree } from "./file_tree.ts";
import type { Node } from "./node.ts";

/** The raw static configuration, its keys as they were written. */
export interface StaticConfiguration {
  readonly fields: Fields;
  readonly span?: Span;
}

/** An entry point, with what decides how it answers. */
export interface EntryPoint {
  readonly name: string;
  /** As written: `:443`, `127.0.0.1:8080`, `:53/udp`. */
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly asDefault: boolean;
  /** `http`, `transport`, `forwardedHeaders`, `proxyProtocol`, ... as written. */
  readonly fields: Fields;
  /** `http.tls`: every router on it is served by TLS. */
  readonly tls?: Fields;
}

/**
 * Reads where Traefik would: a file alone, else flags alone, else variables `TRAEFIK_*` alone
 * (Traefik's documentation, "mutually exclusive").
 */
export function readStaticConfiguration(
  file: NamedText | undefined,
  flags: readonly string[],
  environment: Readonly<Record<string, string>>,
): { readonly configuration?: StaticConfiguration; readonly findings: readonly Diagnostic[] } {
  if (file !== undefined) return readStaticFile(file);
  const fromFlags = readFlags(flags);
  if (Object.keys(fromFlags).length > 0) return { configuration: { fields: fromFlags }, findings: [] };
  const variables = Object.entries(environment)
    .filter(([name]) => name.startsWith("TRAEFIK_"))
    .map(([name, value]) => `--${name.slice("TRAEFIK_".length).toLowerCase().replaceAll("_", ".")}=${value}`);
  const fields = readFlags(variables);
  return Object.keys(fields).length > 0 ? { configuration: { fields }, findings: [] } : { findings: [] };
}

function readStaticFile(file: NamedText): ReturnType<typeof readStaticConfiguration> {
  const { root, problems } = readFileTree(file, file.text, []);
  const findings = problems.map((problem): Diagnostic => ({
    code: "traefik-static-refused",
    severity: "error",
    message:
      `Cannot use the static configuration "${file.file}" as ${problem.reason}: Traefik would not start`,
    ...(problem.span === undefined ? {} : { span: problem.span }),
    hint: problem.hint,
  }));
  const span = placeIn(file, { file: file.file, line: 1, column: 1 });
  return { configuration: { fields: root === undefined ? {} : plain(root), span }, findings };
}

function plain(node: Node): Record<string, unknown> {
  return Object.fromEntries(node.children.map((child) => [child.name, plainValue(child)]));
}

function plainValue(node: Node): unknown {
  if (node.list !== undefined) return [...node.list];
  if (node.children.length === 0) return node.value === "" ? {} : node.value;
  return node.children.every((child) => child.name.startsWith("[")) ? node.children.map(plain) : plain(node);
}

/** A field by its path, without regard to case, as Traefik finds it. */
export function field(fields: unknown, ...path: readonly string[]): unknown {
  let value: unknown = fields;
  for (const name of path) {
    if (value === null || typeof value !== "object") return undefined;
    const folded = name.toLowerCase();
    value = Object.entries(value).find(([key]) => key.toLowerCase() === folded)?.[1];
  }
  return value;
}

/** A scalar field as text. */
export function textField(fields: unknown, ...path: readonly string[]): string | undefined {
  const value = field(fields, ...path);
  return typeof value === "string" ? value : undefined;
}

/** A boolean field; a struct that is there without a value counts as true. */
export function booleanField(fields: unknown, ...path: readonly string[]): boolean | undefined {
  const value = field(fields, ...path);
  if (value === undefined) return undefined;
  return typeof value === "object" ? true : /^(1|t|true)$/i.test(String(value));
}

/** A list field: a YAML list, or one text with commas. */
export function listField(fields: unknown, ...path: readonly string[]): readonly string[] {
  const value = field(fields, ...path);
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? value.split(",").map((item) => item.trim()) : [];
}

/** A field that is a struct. `tls: false` and `tls=false` switch it off. */
export function structField(fields: unknown, ...path: readonly string[]): Fields | undefined {
  const value = field(fields, ...path);
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Fields;
  return value === "true" ? {} : undefined;
}

/** The entry points; Traefik makes one named `http` on port 80 where none is defined. */
export function entryPointsOf(configuration: StaticConfiguration | undefined): EntryPoint[] {
  const entries = Object.entries(structField(configuration?.fields, "entryPoints") ?? {});
  if (entries.length === 0) entries.push(["http", { address: ":80" }]);
  return entries.map(([name, value]) => entryPoint(name, value));
}

function entryPoint(name: string, value: unknown): EntryPoint {
  const address = textField(value, "address") ?? (typeof value === "string" ? value : "");
  const [location = "", protocol = "tcp"] = address.split("/");
  const tls = structField(value, "http", "tls");
  return {
    name,
    address,
    port: Number(location.slice(location.lastIndexOf(":") + 1)),
    protocol: protocol.toLowerCase() === "udp" ? "udp" : "tcp",
    asDefault: booleanField(value, "asDefault") ?? false,
    fields: structField(value) ?? {},
    ...(tls === undefined ? {} : { tls }),
  };
}

/** The entry points of a router that names none: those marked, else all TCP ones but `traefik`. */
export function defaultEntryPoints(entryPoints: readonly EntryPoint[]): string[] {
  const marked = entryPoints.filter((entryPoint) => entryPoint.asDefault);
  const chosen = marked.length > 0
    ? marked
    : entryPoints.filter(({ name, protocol }) => protocol === "tcp" && name !== "traefik");
  return chosen.map(({ name }) => name).sort();
}

/** What is below `providers` and is none. */
const NO_PROVIDER = "providersthrottleduration";

/** Whether it learns routes from the labels of containers; undefined where it does not say from where it has any. */
export function asksEngine(configuration: StaticConfiguration | undefined): boolean | undefined {
  const providers = structField(configuration?.fields, "providers") ?? {};
  const hasEngine = ["docker", "swarm"].some((name) => structField(providers, name) !== undefined);
  if (hasEngine) return true;
  return Object.keys(providers).some((name) => name.toLowerCase() !== NO_PROVIDER) ? false : undefined;
}

/** The docker provider's options. */
export function dockerOptionsOf(configuration: StaticConfiguration | undefined): DockerOptions {
  const [docker, swarm] = ["docker", "swarm"].map((name) =>
    structField(configuration?.fields, "providers", name)
  );
  const options = docker ?? swarm;
  return {
    exposedByDefault: booleanField(options, "exposedByDefault") ?? defaultDockerOptions.exposedByDefault,
    constraints: textField(options, "constraints") ?? defaultDockerOptions.constraints,
    network: textField(options, "network") ?? defaultDockerOptions.network,
    defaultRule: textField(options, "defaultRule") ?? defaultDockerOptions.defaultRule,
    provider: docker === undefined && swarm !== undefined
      ? "swarm"
      : swarm !== undefined
      ? "both"
      : booleanField(docker, "swarmMode") === true
      ? "swarmMode"
      : "docker",
  };
}
