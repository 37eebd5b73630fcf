/** Signs of state: files that a program keeps for itself, and directories that a program of the machine changes. */
import type { BindSource } from "../../../compose/bind_source.ts";
import type { Project } from "../../../compose/project.ts";
import { relativePath } from "../relative_path.ts";
import { looksLikeFile, senseOf } from "./path_words.ts";
import type { Use } from "./places.ts";

/** Databases, logs, locks, and the certificates that a client of ACME keeps in one file. */
const STATE_FILE =
  /(^|\/)(acme\.json|[^/]+\.(db|db3|sqlite3?|mdb|log|lock|pid|sock|wal)|[^/]+-(wal|journal))$/i;
/** Where web servers look for the pages of a site, which are changed while they run. */
const SITE =
  /^\/(usr\/share\/(nginx|caddy|apache2?)(\/html)?|usr\/local\/apache2\/htdocs|var\/www|srv|www|htdocs)(\/|$)/;
const RENEWED_PATH = /(^|\/)(letsencrypt|certbot|acme(\.sh)?|lego)(\/|$)/i;
const RENEWED_FILE = /(^|\/)(fullchain\d*|privkey\d*)\.pem$/;

type Files = (BindSource & { readonly kind: "directory" })["files"];

/** Whether one of a directory's files is a database, a log or the like. */
export function hasState(files: Files): boolean {
  return [...files.keys()].some((name) => STATE_FILE.test(name));
}

/** Whether it holds a site's pages, or certificates that are renewed: both change without the stack's doing. */
export function isServedOrRenewed(path: string, targets: readonly string[], files: Files): boolean {
  return targets.some((target) => SITE.test(target)) || RENEWED_PATH.test(path) ||
    [...files.keys()].some((name) => RENEWED_FILE.test(name));
}

/**
 * Whether a single file is what its program keeps there, and not what it is told: by its name or its path's, or, where
 * it is mounted writable, because it is empty or no text.
 */
export function isStateFile(
  project: Project,
  path: string,
  { content }: BindSource & { readonly kind: "file" },
  uses: readonly Use[],
): boolean {
  const relative = relativePath(project, path);
  if (STATE_FILE.test(relative)) return true;
  if (senseOf(relative, uses.map(({ mount }) => mount.target)) === "data" && !looksLikeFile(relative, [])) {
    return true;
  }
  const isWritable = uses.some(({ mount }) => mount.read_only !== true);
  return isWritable && content !== undefined && (content.length === 0 || content.includes(0));
}
