/** The texts that Traefik would read in its container: its static file, and those of the file provider. */
import { type Diagnostic, hasErrors, type Span } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import type { ContainerFiles, Unseen } from "./container_files.ts";
import type { FoundTraefik } from "./find_traefik.ts";
import type { TextAt } from "./inline_files.ts";
import type { NamedText } from "./named_text.ts";
import { readStaticConfiguration, textField } from "./static_configuration.ts";

/** Traefik's static file and dynamic files, by their paths on the host. */
export interface TraefikFiles {
  readonly static?: NamedText;
  readonly dynamic: readonly NamedText[];
  /** Files that cannot be seen here may define what nothing else does: a name that is unknown may be one of theirs. */
  readonly isIncomplete?: boolean;
  /** Other files that the configuration names by their path in Traefik's container: certificates, users. */
  readonly textAt?: TextAt;
}

/**
 * Picks the files; what is there and cannot be seen is a finding.
 *
 * @param place of Traefik's service, for what is nowhere mounted
 */
export function selectTraefikFiles(
  traefik: FoundTraefik,
  container: ContainerFiles,
  place: Span | undefined,
): { readonly files: TraefikFiles; readonly findings: readonly Diagnostic[] } {
  const fixed = staticFileOf(traefik, container);
  const { configuration } = readStaticConfiguration(fixed.file, traefik.flags, traefik.environment);
  const findings = fixed.unseen === undefined
    ? []
    : [staticMissing(traefik, fixed.unseen, configuration !== undefined, place)];
  const provider = (name: string): string | undefined =>
    textField(configuration?.fields, "providers", "file", name);
  const directory = provider("directory");
  const filename = provider("filename");
  const dynamic = directory !== undefined
    ? readDirectory(container, directory)
    : filename !== undefined
    ? readFile(container, filename)
    : { texts: [], unseen: [] };
  const named = directory ?? filename ?? "";
  findings.push(...dynamicMissing(traefik, named, dynamic, place));
  const files = {
    ...(fixed.file === undefined ? {} : { static: fixed.file }),
    dynamic: dynamic.texts,
    isIncomplete: hasErrors(findings),
    textAt: (path: string): string | undefined => {
      const found = container.at(path);
      return found.kind === "text" ? found.text.text : undefined;
    },
  };
  return { files: relativeTo(files, traefik.directory), findings };
}

interface Selected {
  readonly texts: readonly NamedText[];
  readonly unseen: readonly Unseen[];
}

/** What the image itself would have there. */
const NOT_MOUNTED: Unseen = { kind: "unseen", where: "nothing is mounted there", isOnVolume: false };

function readFile(container: ContainerFiles, path: string): Selected {
  const found = container.at(path);
  if (found.kind === "text") return { texts: [found.text], unseen: [] };
  return { texts: [], unseen: [found.kind === "unseen" ? found : NOT_MOUNTED] };
}

function readDirectory(container: ContainerFiles, path: string): Selected {
  const { texts, unseen, isThere } = container.below(path);
  return { texts, unseen: isThere ? unseen : [NOT_MOUNTED] };
}

interface StaticFile {
  readonly file?: NamedText;
  /** Its place and why nobody can see whether it is there. */
  readonly unseen?: Unseen & { readonly path: string };
}

/** The first that exists holds: of those before it that cannot be seen, each may be the one. */
function staticFileOf(
  { staticFiles, isStaticFileNamed }: FoundTraefik,
  container: ContainerFiles,
): StaticFile {
  let unseen: StaticFile["unseen"];
  for (const path of staticFiles) {
    const found = container.at(path);
    if (found.kind === "text") return { file: found.text, ...(unseen === undefined ? {} : { unseen }) };
    if (found.kind === "unseen") unseen ??= { path, ...found };
  }
  const [named = ""] = staticFiles;
  if (isStaticFileNamed) unseen ??= { path: named, ...NOT_MOUNTED };
  return unseen === undefined ? {} : { unseen };
}

/** Files below the project's folder are named from there, as compose files are. */
function relativeTo(files: TraefikFiles, directory: string): TraefikFiles {
  const prefix = directory.replace(/\/?$/, "/");
  const relative = (text: NamedText): NamedText =>
    text.file.startsWith(prefix) ? { ...text, file: text.file.slice(prefix.length) } : text;
  return {
    ...files,
    ...(files.static === undefined ? {} : { static: relative(files.static) }),
    dynamic: files.dynamic.map(relative),
  };
}

function dynamicMissing(
  traefik: FoundTraefik,
  path: string,
  { texts, unseen }: Selected,
  span: Span | undefined,
): Diagnostic[] {
  const reasons = new Map(unseen.map((each) => [each.where, each]));
  const lost = texts.length === 0 ? "its routes are not known" : "what else it holds is not known";
  return [...reasons.values()].map((each) => ({
    code: "traefik-file-missing",
    severity: texts.length === 0 ? "error" : "warning",
    message:
      `Cannot read the dynamic configuration "${path}" of the service "${traefik.service}" as ${each.where}: ` +
      lost,
    ...placed(each.span ?? span),
    hint: atHand(traefik, path, each, "remove providers.file from the static configuration"),
  }));
}

/** Traefik takes the file alone where it is there, so that flags beside it say nothing. */
function staticMissing(
  traefik: FoundTraefik,
  unseen: Unseen & { readonly path: string },
  isOtherwiseConfigured: boolean,
  span: Span | undefined,
): Diagnostic {
  const { service, isStaticFileNamed } = traefik;
  const { path, where } = unseen;
  const isCertain = isStaticFileNamed || !isOtherwiseConfigured;
  return {
    code: "traefik-static-missing",
    severity: isCertain ? "error" : "info",
    message: isCertain
      ? `Cannot read the static configuration "${path}" of the service "${service}" as ${where}: its entry points, ` +
        "resolvers and files are not known"
      : `Whether the service "${service}" has a static configuration such as "${path}" is not known, as ${where}: what ` +
        "else configures it is taken, which Traefik does only where there is none",
    ...placed(unseen.span ?? span),
    hint: atHand(traefik, path, unseen, "configure it by flags"),
  };
}

function placed(span: Span | undefined): { span?: Span } {
  return span === undefined ? {} : { span };
}

/** What brings it to hand: what lies in a volume of Docker's is copied out of it. */
function atHand({ service }: FoundTraefik, path: string, { isOnVolume }: Unseen, otherwise: string): string {
  if (!isOnVolume) return `Run this where the stack's files are, or ${otherwise}`;
  const folder = path.slice(0, path.lastIndexOf("/"));
  const copied = folder === "" ? path : folder;
  const beside = `./traefik${copied === folder ? "" : path}`;
  return `Run this where Docker has it, as root, or take it out: docker compose cp ${
    shellWord(`${service}:${copied}`)
  } ${beside}, and mount it: volumes: ["${beside}:${copied}"]`;
}
