/** Decides what each bind mount is: configuration, data, a path of the machine, or nothing that can move. */
import type { BindSource } from "../../../compose/bind_source.ts";
import { relativePath } from "../relative_path.ts";
import { at, type Context, isSkipped } from "../context.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import { reportAbsent } from "./absent.ts";
import { isEngineSocket, isSystemPath, looksLikeFile, senseOf } from "./path_words.ts";
import { storageDecision, storageKey, type Use } from "./places.ts";
import { yamlText } from "../../diagnostics/yaml_word.ts";

/** What a ConfigMap or Secret takes: 1 MiB for the whole object, some of it for everything else than data. */
export const LARGEST_OBJECT = 1024 * 1024 - 8 * 1024;

/** What becomes of a bind mount's source. */
export type Role =
  | { readonly kind: "configuration"; readonly source: BindSource }
  /** A directory on a PersistentVolume; `subPath` where the mount is a single file in it. */
  | { readonly kind: "data"; readonly directory: string; readonly subPath?: string }
  | { readonly kind: "empty" }
  | { readonly kind: "hostPath"; readonly path: string; readonly readOnly: boolean }
  | { readonly kind: "skip" };

/** The role of every bind source by its path; one path has one role, whoever mounts it. */
export function bindRoles(context: Context): ReadonlyMap<string, Role> {
  const uses = new Map<string, Use[]>();
  for (const service of Object.values(context.project.services)) {
    if (isSkipped(context.decisions, service.name) || service.name === context.routing.traefikService) {
      continue;
    }
    for (const [index, mount] of (service.volumes ?? []).entries()) {
      if (mount.type !== "bind" || mount.source === undefined) continue;
      const use: Use = { service: service.name, mount, path: ["services", service.name, "volumes", index] };
      uses.set(mount.source, [...uses.get(mount.source) ?? [], use]);
    }
  }
  const roles = new Map<string, Role>();
  const absent: Use[] = [];
  for (const [path, all] of uses) {
    const source = context.bindSources.get(path) ?? { kind: "missing" };
    const decision = storageDecision(context, path);
    const role = decidedRole(decision, path, source, all) ?? roleByLook(context, path, source, all);
    roles.set(path, role);
    if (role.kind === "data" && source.kind === "missing") absent.push(...all.slice(0, 1));
  }
  reportAbsent(context, absent);
  return roles;
}

function decidedRole(
  decision: StorageDecision | undefined,
  path: string,
  source: BindSource,
  uses: readonly Use[],
): Role | undefined {
  const kind = source.kind === "missing" ? decision?.missing ?? decision?.kind : decision?.kind;
  switch (kind) {
    case "data":
      return dataRole(path, source, uses);
    case "configuration":
      return source.kind === "file" || source.kind === "directory"
        ? { kind: "configuration", source }
        : undefined;
    case "hostPath":
      return { kind: "hostPath", path, readOnly: uses.every(({ mount }) => mount.read_only === true) };
    case "empty":
      return { kind: "empty" };
    case "skip":
      return { kind: "skip" };
    case undefined:
      return undefined;
  }
}

function roleByLook(context: Context, path: string, source: BindSource, uses: readonly Use[]): Role {
  const inside = relativePath(context.project, path) !== path;
  if (isEngineSocket(path)) return engineSocket(context, path, uses);
  if (isCopyable(path, source)) return { kind: "configuration", source };
  if (!inside && isSystemPath(path)) return systemPath(context, path, uses);
  switch (source.kind) {
    case "missing":
      return missing(context, path, uses);
    case "file":
      return file(context, path, source, uses);
    case "directory":
      return directory(context, path, source, uses);
    case "socket":
    case "device":
    case "fifo":
      report(
        context,
        "kube-bind-special",
        "question",
        `Bind source "${path}" is a ${source.kind}`,
        uses,
        path,
        "hostPath",
      );
      return { kind: "skip" };
    case "unreadable":
      report(
        context,
        "kube-bind-unreadable",
        "error",
        `Bind source "${path}" cannot be read${source.reason === undefined ? "" : `: ${source.reason}`}`,
        uses,
        path,
        "data",
      );
      return { kind: "skip" };
  }
}

/** A small file such as /etc/localtime is carried as it is here; hostPath would cost the namespace its level. */
function isCopyable(path: string, source: BindSource): boolean {
  return path.startsWith("/etc/") && source.kind === "file" && source.content !== undefined;
}

function engineSocket(context: Context, path: string, uses: readonly Use[]): Role {
  report(
    context,
    "kube-engine-socket",
    "warning",
    `The engine's socket "${path}" is not mounted: no Docker Engine runs the pods, and the socket rules the machine`,
    uses,
    path,
    "hostPath",
  );
  return { kind: "skip" };
}

function systemPath(context: Context, path: string, uses: readonly Use[]): Role {
  const readOnly = uses.every(({ mount }) => mount.read_only === true);
  report(
    context,
    "kube-system-path",
    readOnly ? "warning" : "question",
    readOnly
      ? `"${path}" of the machine is mounted read-only as hostPath, which needs Pod Security "privileged"`
      : `"${path}" of the machine is mounted writable; it is left out until decided`,
    uses,
    path,
    readOnly ? "skip" : "hostPath",
  );
  return readOnly ? { kind: "hostPath", path, readOnly } : { kind: "skip" };
}

function missing(context: Context, path: string, uses: readonly Use[]): Role {
  const targets = uses.map(({ mount }) => mount.target);
  const relative = relativePath(context.project, path);
  const isFile = looksLikeFile(relative, targets);
  if (senseOf(relative, targets) === "data" && !isFile) return { kind: "data", directory: path };
  const key = storageKey(context, path);
  context.report({
    code: "kube-bind-source-missing",
    severity: isFile ? "error" : "question",
    message: `Bind source "${key}" of service "${uses[0]?.service ?? ""}" is not on disk`,
    ...place(context, uses),
    hint: isFile
      ? `Put the file there, or leave it out: storage: { ${yamlText(key)}: { missing: skip } }`
      : `Put it there, or say what it is: storage: { ${
        yamlText(key)
      }: { missing: empty } } (as Docker does) or data`,
  });
  return isFile ? { kind: "skip" } : { kind: "empty" };
}

function file(
  context: Context,
  path: string,
  source: BindSource & { kind: "file" },
  uses: readonly Use[],
): Role {
  const relative = relativePath(context.project, path);
  const isData = senseOf(relative, uses.map(({ mount }) => mount.target)) === "data" &&
    !looksLikeFile(relative, []);
  if (isData) return dataRole(path, source, uses);
  if (source.content !== undefined && source.size <= LARGEST_OBJECT) return { kind: "configuration", source };
  report(
    context,
    "kube-file-too-large",
    "question",
    `File "${storageKey(context, path)}" has ${source.size} bytes; a ConfigMap or Secret takes 1 MiB`,
    uses,
    path,
    "data",
  );
  return dataRole(path, source, uses);
}

function directory(
  context: Context,
  path: string,
  source: BindSource & { kind: "directory" },
  uses: readonly Use[],
): Role {
  const relative = relativePath(context.project, path);
  const sense = senseOf(relative, uses.map(({ mount }) => mount.target));
  const fits = source.complete && source.size <= LARGEST_OBJECT &&
    [...source.files.values()].every((entry) => entry.content !== undefined);
  if (sense === "configuration" && !fits) {
    report(
      context,
      "kube-directory-too-large",
      "warning",
      `Directory "${
        storageKey(context, path)
      }" is too large for a ConfigMap and stays where it is, on a volume`,
      uses,
      path,
      "data",
    );
  }
  const readOnly = uses.every(({ mount }) => mount.read_only === true);
  const configuration = sense === "configuration" || (sense === "unknown" && readOnly);
  return fits && configuration && source.files.size > 0
    ? { kind: "configuration", source }
    : { kind: "data", directory: path };
}

function dataRole(path: string, source: BindSource, uses: readonly Use[]): Role {
  const plain = path.replace(/\/+$/, "");
  const single = source.kind === "file" ||
    (source.kind === "missing" && looksLikeFile(plain, uses.map(({ mount }) => mount.target)));
  if (!single) return { kind: "data", directory: plain };
  const slash = plain.lastIndexOf("/");
  return { kind: "data", directory: plain.slice(0, slash) || "/", subPath: plain.slice(slash + 1) };
}

function report(
  context: Context,
  code: string,
  severity: "error" | "question" | "warning",
  message: string,
  uses: readonly Use[],
  path: string,
  proposal: string,
): void {
  context.report({
    code,
    severity,
    message,
    ...place(context, uses),
    hint: `To decide otherwise: storage: { ${yamlText(storageKey(context, path))}: { kind: ${proposal} } }`,
  });
}

function place(context: Context, uses: readonly Use[]): object {
  const [first, ...others] = uses;
  if (first === undefined) return {};
  const related = others.flatMap((use) => {
    const span = context.project.span(use.path);
    return span === undefined ? [] : [{ message: `Also mounted by service "${use.service}"`, span }];
  });
  return { ...at(context.project, first.path), ...(related.length === 0 ? {} : { related }) };
}
