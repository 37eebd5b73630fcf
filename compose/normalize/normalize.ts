/** Writes out what compose understands by itself: the default network, names, implied dependencies, variables. */
import { containerKeys } from "../spec/service.ts";
import {
  asText,
  clone,
  isNull,
  type Mapping,
  mapping,
  mappingAt,
  type Node,
  scalar,
  text,
} from "../tree/node.ts";
import { merge, SERVICE_RULES } from "../merge/merge.ts";
import { cleanPath } from "../files/paths.ts";
import { valueOf } from "../interpolation/template.ts";
import type { Report } from "../tree/report.ts";

type Environment = Readonly<Record<string, string>>;

/** Normalises a whole project's tree, in place (compose-go's `loader/normalize.go`). */
export function normalize(
  root: Mapping,
  projectName: string,
  environment: Environment,
  report: Report,
): void {
  addDefaultNetwork(root);
  for (const section of ["services", "jobs"]) {
    for (const service of mappingAt(root, section)?.entries.values() ?? []) {
      if (service.kind === "mapping") normalizeService(service, environment, report);
    }
  }
  for (const section of ["networks", "volumes", "configs", "secrets"]) {
    nameResources(root, section, projectName);
  }
}

/** Names without a value take that of the project's environment, before the defaults are known. */
export function resolveListedNames(root: Node, environment: Environment): void {
  for (const section of ["services", "jobs"]) {
    for (const service of mappingAt(root, section)?.entries.values() ?? []) {
      const list = service.kind === "mapping" ? service.entries.get("environment") : undefined;
      if (list?.kind === "sequence") resolveNames(list, environment, true);
    }
  }
}

function addDefaultNetwork(root: Mapping): void {
  let isUsed = false;
  let place: Node = root;
  for (const section of ["services", "jobs"]) {
    for (const service of mappingAt(root, section)?.entries.values() ?? []) {
      if (
        service.kind !== "mapping" || service.entries.has("provider") || service.entries.has("network_mode")
      ) continue;
      const networks = service.entries.get("networks");
      const isEmpty = networks === undefined || networks.kind === "mapping" && networks.entries.size === 0;
      if (isEmpty) {
        const inherited = scalar("null", null, service);
        service.entries.set("networks", mapping(new Map([["default", inherited]]), service));
      }
      if (isEmpty || networks?.kind === "mapping" && networks.entries.has("default")) {
        isUsed = true;
        place = networks ?? service;
      }
    }
  }
  const networks = mappingAt(root, "networks") ?? mapping(new Map(), place);
  if (isUsed && !networks.entries.has("default")) {
    networks.entries.set("default", scalar("null", null, place));
  }
  if (networks.entries.size > 0) root.entries.set("networks", networks);
}

function normalizeService(service: Mapping, environment: Environment, report: Report): void {
  const policy = service.entries.get("pull_policy");
  if (policy !== undefined && asText(policy) === "if_not_present") {
    service.entries.set("pull_policy", text("missing", policy));
  }
  const build = mappingAt(service, "build");
  if (build !== undefined) normalizeBuild(build, environment);
  const variables = service.entries.get("environment");
  if (variables !== undefined) resolveNames(variables, environment, true);
  addDependencies(service);
  for (const mount of itemsAt(service, "volumes")) {
    const target = mount.kind === "mapping" ? mount.entries.get("target") : undefined;
    const path = asText(target);
    if (mount.kind === "mapping" && target !== undefined && path !== undefined && cleanPath(path) !== path) {
      mount.entries.set("target", text(cleanPath(path), target));
    }
  }
  completeHooks(service, report);
}

function normalizeBuild(build: Mapping, environment: Environment): void {
  const { entries } = build;
  if (!entries.has("context")) entries.set("context", text(".", build));
  if (!entries.has("dockerfile") && !entries.has("dockerfile_inline")) {
    entries.set("dockerfile", text("Dockerfile", build));
  }
  const args = entries.get("args");
  if (args !== undefined) resolveNames(args, environment, false);
}

/** Gives names without a value the environment's; the others stay, or are dropped. */
function resolveNames(node: Node, environment: Environment, keepsUnset: boolean): void {
  if (node.kind === "mapping") {
    for (const [key, value] of node.entries) {
      if (!isNull(value)) continue;
      const found = valueOf(environment, key);
      if (found !== undefined) node.entries.set(key, text(found, value));
      else if (!keepsUnset) node.entries.delete(key);
    }
  } else if (node.kind === "sequence") {
    const items = node.items.flatMap((item): Node[] => {
      const line = asText(item);
      if (line === undefined || line.includes("=")) return [item];
      const found = valueOf(environment, line);
      if (found !== undefined) return [text(`${line}=${found}`, item)];
      return keepsUnset ? [item] : [];
    });
    node.items.splice(0, node.items.length, ...items);
  }
}

const NAMESPACES = ["network_mode", "ipc", "pid", "uts", "cgroup"];

/** Adds the dependencies that links, shared namespaces and `volumes_from` imply. */
function addDependencies(service: Mapping): void {
  const dependencies = mappingAt(service, "depends_on")?.entries ?? new Map<string, Node>();
  const imply = (name: string, restart: boolean, at: Node): void => {
    if (dependencies.has(name)) return;
    const entries = new Map<string, Node>([
      ["condition", text("service_started", at)],
      ["restart", scalar("bool", restart, at)],
      ["required", scalar("bool", true, at)],
    ]);
    dependencies.set(name, mapping(entries, at));
  };
  for (const link of itemsAt(service, "links")) {
    const line = asText(link);
    if (line === undefined) continue;
    const parts = line.split(":");
    imply(parts.length === 2 ? parts[0] ?? line : line, true, link);
  }
  for (const key of NAMESPACES) {
    const node = service.entries.get(key);
    const value = asText(node);
    if (node !== undefined && value?.startsWith("service:")) {
      imply(value.slice("service:".length), true, node);
    }
  }
  for (const from of itemsAt(service, "volumes_from")) {
    const line = asText(from);
    if (line === undefined || line.startsWith("container:")) continue;
    imply(line.split(":")[0] ?? line, false, from);
  }
  if (dependencies.size > 0 && !service.entries.has("depends_on")) {
    const [first] = dependencies.values();
    service.entries.set("depends_on", mapping(dependencies, first ?? service));
  }
}

/** A `pre_start` hook inherits what its service says of the container, the mounts excepted. */
function completeHooks(service: Mapping, report: Report): void {
  const hooks = service.entries.get("pre_start");
  if (hooks?.kind !== "sequence") return;
  for (const [index, hook] of hooks.items.entries()) {
    if (hook.kind !== "mapping") continue;
    const inherited = new Map<string, Node>();
    for (const [key, value] of service.entries) {
      if (key !== "volumes" && containerKeys.has(key)) inherited.set(key, clone(value));
    }
    hooks.items[index] = merge(mapping(inherited, hook), hook, SERVICE_RULES, report);
  }
}

function nameResources(root: Mapping, section: string, projectName: string): void {
  const resources = mappingAt(root, section);
  for (const [key, written] of resources?.entries ?? []) {
    const resource = isNull(written) ? mapping(new Map(), written) : written;
    if (resource.kind !== "mapping") continue;
    const name = resource.entries.get("name");
    if (name === undefined || isNull(name)) {
      const external = resource.entries.get("external");
      const isExternal = external?.kind === "scalar" && external.value === true;
      resource.entries.set("name", text(isExternal ? key : `${projectName}_${key}`, resource));
    }
    resources?.entries.set(key, resource);
  }
}

function itemsAt(node: Node | undefined, key: string): readonly Node[] {
  const list = node?.kind === "mapping" ? node.entries.get(key) : undefined;
  return list?.kind === "sequence" ? list.items : [];
}
