/** The texts that Traefik would read from its mounts, taken from what was seen on disk. */
import type { BindSource, BindSources } from "../../compose/bind_source.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { NamedText } from "./dynamic_file.ts";
import type { FoundTraefik } from "./find_traefik.ts";
import type { TextAt } from "./inline_files.ts";
import { readStaticConfiguration, textField } from "./static_configuration.ts";

/** Traefik's static file and dynamic files, by their paths on the host. */
export interface TraefikFiles {
  readonly static?: NamedText;
  readonly dynamic: readonly NamedText[];
  /** Other files that the configuration names by their path in Traefik's container: certificates, users. */
  readonly textAt?: TextAt;
}

/**
 * Picks the files out of the bind mounts' contents; what is not there is a finding.
 *
 * @param objects texts of compose's `secrets` and `configs`, by their paths in Traefik's container
 */
export function selectTraefikFiles(
  traefik: FoundTraefik,
  sources: BindSources,
  objects: ReadonlyMap<string, string> = new Map(),
): { readonly files: TraefikFiles; readonly findings: readonly Diagnostic[] } {
  const staticFile = traefik.staticFiles.map((path) => textAt(sources, path)).find((text) =>
    text !== undefined
  );
  const { configuration } = readStaticConfiguration(staticFile, traefik.flags, traefik.environment);
  const provider = (name: string): string | undefined =>
    textField(configuration?.fields, "providers", "file", name);
  const directory = provider("directory");
  const filename = provider("filename");
  const findings: Diagnostic[] = [];
  const read = (path: string): NamedText[] => {
    const host = traefik.hostPath(path);
    const found = host === undefined
      ? []
      : directory === undefined
      ? [textAt(sources, host)].filter((text) => text !== undefined)
      : textsBelow(sources, host);
    if (found.length === 0) findings.push(missing(traefik, path, host));
    return found;
  };
  const dynamic = directory !== undefined ? read(directory) : filename !== undefined ? read(filename) : [];
  const inContainer: TextAt = (path) => {
    const object = objects.get(path.replace(/^\/var(?=\/run\/)/, ""));
    if (object !== undefined) return object;
    const host = traefik.hostPath(path);
    return host === undefined ? undefined : textAt(sources, host)?.text;
  };
  const files = { ...(staticFile === undefined ? {} : { static: staticFile }), dynamic, textAt: inContainer };
  return { files: named(files, traefik.directory), findings };
}

/** Files below the project's folder are named from there, as compose files are. */
function named(files: TraefikFiles, directory: string): TraefikFiles {
  const prefix = directory.replace(/\/?$/, "/");
  const relative = (text: NamedText): NamedText =>
    text.file.startsWith(prefix) ? { ...text, file: text.file.slice(prefix.length) } : text;
  return {
    ...files,
    ...(files.static === undefined ? {} : { static: relative(files.static) }),
    dynamic: files.dynamic.map(relative),
  };
}

function missing(traefik: FoundTraefik, path: string, host: string | undefined): Diagnostic {
  const place = host === undefined ? "no bind mount leads there" : `nothing readable lies at "${host}"`;
  return {
    code: "traefik-file-missing",
    severity: "error",
    message:
      `Cannot read the dynamic configuration "${path}" of the service "${traefik.service}" as ${place}`,
    hint: "Run this where the stack's files are, or remove providers.file from the static configuration",
  };
}

function textAt(sources: BindSources, path: string): NamedText | undefined {
  const content = contentAt(sources, path);
  return content === undefined ? undefined : { file: path, text: new TextDecoder().decode(content) };
}

function contentAt(sources: BindSources, path: string): Uint8Array | undefined {
  for (const [source, seen] of sources) {
    if (seen.kind === "file" && source === path) return seen.content;
    if (seen.kind === "directory" && path.startsWith(`${source}/`)) {
      return seen.files.get(path.slice(source.length + 1))?.content;
    }
  }
  return undefined;
}

/** Every YAML or TOML file below a directory, in the order in which Traefik reads them. */
function textsBelow(sources: BindSources, directory: string): NamedText[] {
  const prefix = directory.replace(/\/?$/, "/");
  return [...sources].flatMap(([source, seen]) => filesOf(source, seen))
    .filter(([path]) => path.startsWith(prefix) && /\.(toml|ya?ml)$/i.test(path))
    .sort(([left], [right]) => left < right ? -1 : 1)
    .flatMap(([path, content]) =>
      content === undefined ? [] : [{ file: path, text: new TextDecoder().decode(content) }]
    );
}

function filesOf(source: string, seen: BindSource): [string, Uint8Array | undefined][] {
  if (seen.kind !== "directory") return [];
  return [...seen.files].map(([path, file]) => [`${source}/${path}`, file.content]);
}
