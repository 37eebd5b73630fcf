/** Decides what each bind mount is: configuration, data, a path of the machine, or nothing that can move. */
import type { BindSource } from "../../../compose/bind_source.ts";
import type { Service } from "../../../compose/project.ts";
import { relativePath } from "../relative_path.ts";
import { type Context, isSkipped } from "../context.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import { reportAbsent } from "./absent.ts";
import { directoryTreatment, LARGEST_OBJECT, writablePaths } from "./directory_treatment.ts";
import { isEngineSocket, isSystemPath, looksLikeFile } from "./path_words.ts";
import { mountingServices } from "./mounting.ts";
import { place, reportMount } from "./report_mount.ts";
import { isStateFile } from "./state_files.ts";
import { storageDecision, storageKey, type Use } from "./places.ts";
import type { BindTreatment } from "./bind_treatment.ts";
import { yamlText } from "../../diagnostics/yaml_word.ts";
import { plainPath } from "../../values/plain_path.ts";

/** How every bind source is treated, by its path; one path in one way, whoever mounts it. */
export function bindTreatments(context: Context): ReadonlyMap<string, BindTreatment> {
  const uses = new Map<string, Use[]>();
  const isMoved = ({ name }: Service): boolean =>
    !isSkipped(context.decisions, name) && name !== context.routing.traefikService;
  for (const service of mountingServices(context, isMoved)) {
    for (const [index, mount] of (service.volumes ?? []).entries()) {
      if (mount.type !== "bind" || mount.source === undefined) continue;
      const use: Use = { service: service.name, mount, path: ["services", service.name, "volumes", index] };
      uses.set(mount.source, [...uses.get(mount.source) ?? [], use]);
    }
  }
  const writable = writablePaths(context.project);
  const treatments = new Map<string, BindTreatment>();
  const absent: Use[] = [];
  for (const [path, all] of uses) {
    const source = context.bindSources.get(path) ?? { kind: "missing" };
    const decision = storageDecision(context, path);
    const treatment = decidedTreatment(decision, path, source, all) ??
      roleByLook(context, { path, uses: all }, source, writable);
    treatments.set(path, treatment);
    if (treatment.kind === "data" && treatment.isMissing && !isNamedLikeFile(context, path, all)) {
      absent.push(...all.slice(0, 1));
    }
  }
  reportAbsent(context, absent);
  return treatments;
}

function decidedTreatment(
  decision: StorageDecision | undefined,
  path: string,
  source: BindSource,
  uses: readonly Use[],
): BindTreatment | undefined {
  const kind = source.kind === "missing" ? decision?.missing ?? decision?.kind : decision?.kind;
  switch (kind) {
    case "data":
      return dataTreatment(path, source, uses);
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

function roleByLook(
  context: Context,
  { path, uses }: { readonly path: string; readonly uses: readonly Use[] },
  source: BindSource,
  writable: readonly string[],
): BindTreatment {
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
      return directoryTreatment(context, { path, source, uses, writable });
    case "socket":
    case "device":
    case "fifo":
      reportMount(
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
      reportMount(
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

function engineSocket(context: Context, path: string, uses: readonly Use[]): BindTreatment {
  const services = [...new Set(uses.map(({ service }) => `"${service}"`))];
  const where = `service${services.length === 1 ? "" : "s"} ${services.join(", ")}`;
  reportMount(
    context,
    "kube-engine-socket",
    "warning",
    `The engine's socket "${path}" is not mounted in ${where}: no Docker Engine runs the pods, and access to the socket means root on the machine`,
    uses,
    path,
    "hostPath",
  );
  return { kind: "skip" };
}

function systemPath(context: Context, path: string, uses: readonly Use[]): BindTreatment {
  const readOnly = uses.every(({ mount }) => mount.read_only === true);
  reportMount(
    context,
    "kube-system-path",
    readOnly ? "warning" : "question",
    readOnly
      ? `"${path}" of the machine is mounted read-only as hostPath, which needs Pod Security "privileged"`
      : `"${path}" of the machine is mounted writable; it is left out until you decide`,
    uses,
    path,
    readOnly ? "skip" : "hostPath",
  );
  return readOnly ? { kind: "hostPath", path, readOnly } : { kind: "skip" };
}

/** Docker makes a directory of whatever is not there, unless it is forbidden: by the mount, or decided for the stack. */
function missing(context: Context, path: string, uses: readonly Use[]): BindTreatment {
  const directory: BindTreatment = {
    kind: "data",
    directory: plainPath(path),
    isMissing: true,
  };
  const isFile = isNamedLikeFile(context, path, uses);
  const isOnNode = context.decisions.storageDirectories === "existing";
  const isForbidden = !isOnNode && uses.some(({ mount }) => mount.bind?.create_host_path === false);
  if (!isFile && !isForbidden) return directory;
  const isRefused = isForbidden || isOnNode;
  const key = storageKey(context, path);
  context.report({
    code: "kube-bind-source-missing",
    severity: isRefused ? "error" : "warning",
    message: `Bind source "${key}" of service "${uses[0]?.service ?? ""}" is not on disk` +
      (isForbidden ? ', and "create_host_path: false" forbids to make it' : "") +
      (isRefused ? "" : ": a directory is made in its place, as Docker does"),
    ...place(context, uses),
    hint: `Put ${isFile ? "the file" : "it"} there, or leave it out: storage: { ${
      yamlText(key)
    }: { missing: skip } }`,
  });
  return isRefused ? { kind: "skip" } : directory;
}

function isNamedLikeFile(context: Context, path: string, uses: readonly Use[]): boolean {
  return looksLikeFile(relativePath(context.project, path), uses.map(({ mount }) => mount.target));
}

function file(
  context: Context,
  path: string,
  source: BindSource & { kind: "file" },
  uses: readonly Use[],
): BindTreatment {
  if (isStateFile(context.project, path, source, uses)) return dataTreatment(path, source, uses);
  if (source.content !== undefined && source.size <= LARGEST_OBJECT) return { kind: "configuration", source };
  reportMount(
    context,
    "kube-file-too-large",
    "question",
    `File "${storageKey(context, path)}" has ${source.size} bytes; a ConfigMap or Secret takes 1 MiB`,
    uses,
    path,
    "data",
  );
  return dataTreatment(path, source, uses);
}

function dataTreatment(path: string, source: BindSource, uses: readonly Use[]): BindTreatment {
  const plain = path.replace(/\/+$/, "");
  const single = source.kind === "file" ||
    (source.kind === "missing" && looksLikeFile(plain, uses.map(({ mount }) => mount.target)));
  const isMissing = source.kind === "missing";
  if (!single) return { kind: "data", directory: plain, isMissing };
  const slash = plain.lastIndexOf("/");
  return {
    kind: "data",
    directory: plain.slice(0, slash) || "/",
    subPath: plain.slice(slash + 1),
    isMissing,
  };
}
