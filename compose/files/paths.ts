/** Makes a project's paths absolute, as compose-go's `paths` package does, for a Unix host. */
import { asText, mappingAt, type Node, text } from "../tree/node.ts";

/** Go's `path.Clean`: no `.`, no `..` that can be resolved, no doubled or trailing slashes. */
export function cleanPath(path: string): string {
  if (path === "") return ".";
  const isRooted = path.startsWith("/");
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") out.push(part);
    else if (out.length > 0 && out.at(-1) !== "..") out.pop();
    else if (!isRooted) out.push(part);
  }
  const joined = out.join("/");
  return isRooted ? `/${joined}` : joined === "" ? "." : joined;
}

/** Joins and cleans; an absolute second path stays as it is written. */
export function absolutePath(base: string, path: string): string {
  return path.startsWith("/") ? path : cleanPath(`${base}/${path}`);
}

/**
 * A path of a Unix host as the engine takes it; one of a Windows host as it is. compose-go keeps an absolute path as it is
 * written, and Docker cleans it (moby, volume/mounts/linux_parser.go): `//a`, `/a/` and `/a/../a` are one place.
 */
export function hostPath(path: string): string {
  return path.startsWith("/") ? cleanPath(path) : path;
}

/** The directory of an absolute path. */
export function directoryOf(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf("/") + 1) || "/");
}

/** What paths are made absolute against. */
export interface PathBase {
  readonly directory: string;
  /** What `~` stands for, if it is known. */
  readonly home?: string;
}

function expandHome(path: string, base: PathBase): string {
  if (!path.startsWith("~") || base.home === undefined) return path;
  return cleanPath(`${base.home}/${path.slice(1)}`);
}

/** A path of the host. */
function resolvePath(path: string, base: PathBase): string {
  const expanded = expandHome(path, base);
  return expanded === "" ? expanded : absolutePath(base.directory, expanded);
}

/** A path that may be one of a Windows host. */
function resolveForeign(path: string, base: PathBase): string {
  const expanded = expandHome(path, base);
  if (/^[a-zA-Z]:[\\/]/.test(expanded) || expanded.startsWith("\\\\")) return expanded;
  return absolutePath(base.directory, expanded);
}

function resolveContext(path: string, base: PathBase): string {
  const isRemote = path.includes("://") || /^(service:|github\.com\/|git@)/.test(path);
  return isRemote ? path : resolvePath(path, base);
}

type Resolve = (path: string, base: PathBase) => string;

/** Makes the paths of a project's tree absolute; the tree is changed in place. */
export function resolvePaths(root: Node, base: PathBase): void {
  for (const section of ["services", "jobs"]) {
    for (const service of mappingAt(root, section)?.entries.values() ?? []) resolveContainer(service, base);
  }
  for (const section of ["configs", "secrets"]) {
    for (const file of mappingAt(root, section)?.entries.values() ?? []) {
      change(file, "file", resolveForeign, base);
    }
  }
  for (const volume of mappingAt(root, "volumes")?.entries.values() ?? []) resolveBindVolume(volume, base);
}

function resolveContainer(service: Node, base: PathBase): void {
  if (service.kind !== "mapping") return;
  const build = mappingAt(service, "build");
  if (build !== undefined) {
    change(build, "context", resolveContext, base);
    const contexts = mappingAt(build, "additional_contexts");
    for (const key of contexts?.entries.keys() ?? []) change(contexts, key, resolveContext, base);
    const ssh = mappingAt(build, "ssh");
    for (const key of ssh?.entries.keys() ?? []) change(ssh, key, resolveForeign, base);
  }
  change(mappingAt(service, "extends"), "file", resolvePath, base);
  resolveFiles(service, base);
  for (const watch of itemsAt(mappingAt(service, "develop"), "watch")) {
    change(watch, "path", resolvePath, base);
  }
  for (const hook of itemsAt(service, "pre_start")) resolveFiles(hook, base);
}

function resolveFiles(container: Node, base: PathBase): void {
  for (const file of itemsAt(container, "env_file")) change(file, "path", resolvePath, base);
  const labelFiles = container.kind === "mapping" ? container.entries.get("label_file") : undefined;
  if (labelFiles?.kind === "sequence") {
    for (const [index, item] of labelFiles.items.entries()) {
      const path = asText(item);
      if (path !== undefined) labelFiles.items[index] = text(resolvePath(path, base), item);
    }
  }
  for (const mount of itemsAt(container, "volumes")) {
    if (mount.kind === "mapping" && asText(mount.entries.get("type")) === "bind") {
      change(mount, "source", resolveForeign, base);
    }
  }
}

/** A volume of the local driver may be a bind mount in disguise. */
function resolveBindVolume(volume: Node, base: PathBase): void {
  if (volume.kind !== "mapping" || asText(volume.entries.get("driver")) !== "local") return;
  const options = mappingAt(volume, "driver_opts");
  if (asText(options?.entries.get("o")) === "bind") change(options, "device", resolveForeign, base);
}

function itemsAt(node: Node | undefined, key: string): readonly Node[] {
  const list = node?.kind === "mapping" ? node.entries.get(key) : undefined;
  return list?.kind === "sequence" ? list.items : [];
}

function change(node: Node | undefined, key: string, resolve: Resolve, base: PathBase): void {
  const value = node?.kind === "mapping" ? node.entries.get(key) : undefined;
  const path = asText(value);
  if (node?.kind !== "mapping" || value === undefined || path === undefined) return;
  const resolved = resolve(path, base);
  if (resolved !== path) node.entries.set(key, text(resolved, value));
}
