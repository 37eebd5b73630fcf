/** Where directories lie on the node, and whether they are made there. */
import type { Mount, Path, Project } from "../../../compose/project.ts";
import type { Context } from "../context.ts";
import type { DecisionValues, StorageDecision } from "../../decisions/decisions.ts";
import { relativePath } from "../relative_path.ts";
import { plainPath } from "../../values/plain_path.ts";

/** A service's mount of a path. */
export interface Use {
  readonly service: string;
  readonly mount: Mount;
  readonly path: Path;
}

type StorageDecisions = Pick<DecisionValues, "storageDirectories" | "storageRoot">;

/**
 * Whether a data directory is made on the node where it is missing: decided for it, else for all, else what Docker
 * does, which makes what is not there.
 */
export function isCreated(
  decisions: StorageDecisions,
  decision: StorageDecision | undefined,
  isMissing: boolean,
): boolean {
  if (decision?.create !== undefined) return decision.create;
  return decisions.storageDirectories === undefined ? isMissing : decisions.storageDirectories === "create";
}

/**
 * The path on the node of a directory of the stack: decided, else below the decided root what it is below the stack's
 * own folder, else what it is here. A path outside the stack's folder is where it is.
 */
export function pathOnNode(
  project: Project,
  decisions: StorageDecisions,
  decision: StorageDecision | undefined,
  path: string,
): string {
  if (decision?.path !== undefined) return decision.path;
  const relative = relativePath(project, path);
  if (decisions.storageRoot === undefined || relative.startsWith("/")) return path;
  return `${decisions.storageRoot.replace(/\/+$/, "")}/${relative}`;
}

/** The decision about a path, written as in the compose file, relative or absolute. */
export function storageDecision(
  context: Pick<Context, "project" | "decisions">,
  path: string,
): StorageDecision | undefined {
  const plain = path.replace(/\/+$/, "");
  const relative = relativePath(context.project, plain);
  const candidates = [plain, `${plain}/`, relative, `./${relative}`, `${relative}/`, `./${relative}/`];
  const all = context.decisions.storage ?? {};
  const key = candidates.find((candidate) => Object.hasOwn(all, candidate));
  return key === undefined ? undefined : all[key];
}

/** How a path is written in `decisions.yaml`. */
export function storageKey(context: Context, path: string): string {
  const relative = relativePath(context.project, plainPath(path));
  return relative.startsWith("/") ? relative : `./${relative}`;
}
