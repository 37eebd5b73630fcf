/** Brings every short form of a project's tree into its long form (compose-go's `transform/canonical.go`). */
import {
  asText,
  isNull,
  type Mapping,
  mapping,
  mappingAt,
  type Node,
  nodeSpan,
  scalar,
  sequence,
  text,
} from "./node.ts";
import { goPrint } from "./go_print.ts";
import { problem, type Report } from "./report.ts";
import { parseMount } from "./short/mount.ts";
import { parsePorts } from "./short/port.ts";
import { cleanPath } from "./paths.ts";

/** Brings the value of a key into its long form; nothing where it is to stay as it is. */
type Rewrite = (node: Node, report: Report) => Node | undefined;

const CONTAINER: Readonly<Record<string, Rewrite>> = {
  env_file: toEnvFiles,
  label_file: toList,
  gpus: (node) => asText(node) === undefined ? undefined : sequence([record(node, { count: "all" })], node),
  networks: toNames,
  models: toNames,
  volumes: eachItem(toMount),
  dns: (node) => withoutEmpty(toList(node) ?? node),
  devices: eachItem(toDevice),
  secrets: eachItem(toReference),
  configs: eachItem(toReference),
};

const WORKLOAD: Readonly<Record<string, Rewrite>> = {
  ...CONTAINER,
  build: toBuild,
  depends_on: toDependencies,
  extends: (node) => asText(node) === undefined ? undefined : record(node, { service: String(asText(node)) }),
  ports: toPorts,
};

/** Changes a whole project's tree in place. */
export function toCanonical(root: Node, report: Report): void {
  for (const section of ["services", "jobs"]) {
    for (const service of mappingAt(root, section)?.entries.values() ?? []) {
      rewrite(service, WORKLOAD, report);
      const hooks = service.kind === "mapping" ? service.entries.get("pre_start") : undefined;
      for (const hook of hooks?.kind === "sequence" ? hooks.items : []) rewrite(hook, CONTAINER, report);
      for (const watch of itemsAt(mappingAt(service, "develop"), "watch")) {
        rewrite(watch, { ignore: toList, include: toList }, report);
      }
      for (const schedule of [mappingAt(service, "triggers")]) {
        if (schedule !== undefined) rewrite(schedule, { schedule: eachItem(toSchedule) }, report);
      }
    }
  }
  for (const section of ["volumes", "networks", "secrets", "configs"]) {
    for (const resource of mappingAt(root, section)?.entries.values() ?? []) {
      adoptExternalName(resource, report);
    }
  }
}

function rewrite(node: Node, rules: Readonly<Record<string, Rewrite>>, report: Report): void {
  if (node.kind !== "mapping") return;
  for (const [key, value] of node.entries) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined || value.broken) continue;
    const long = rule(value, report);
    if (long !== undefined) node.entries.set(key, long);
  }
}

function itemsAt(node: Mapping | undefined, key: string): readonly Node[] {
  const list = node?.entries.get(key);
  return list?.kind === "sequence" ? list.items : [];
}

function eachItem(rule: Rewrite): Rewrite {
  return (node, report) => {
    if (node.kind !== "sequence") return undefined;
    for (const [index, item] of node.items.entries()) {
      const long = item.broken ? undefined : rule(item, report);
      if (long !== undefined) node.items[index] = long;
    }
    return undefined;
  };
}

/** A mapping of plain values, all at the place of the node that they come from. */
function record(at: Node, values: Readonly<Record<string, string | boolean | number>>): Mapping {
  const entries = new Map<string, Node>();
  for (const [key, value] of Object.entries(values)) {
    const type = typeof value === "string" ? "string" : typeof value === "number" ? "int" : "bool";
    entries.set(key, scalar(type, value, at));
  }
  return mapping(entries, at);
}

function toList(node: Node): Node | undefined {
  return asText(node) === undefined ? undefined : sequence([node], node);
}

function withoutEmpty(node: Node): Node {
  if (node.kind !== "sequence") return node;
  return sequence(node.items.filter((item) => asText(item) !== "" && !isNull(item)), node);
}

function toEnvFiles(node: Node): Node | undefined {
  const items = asText(node) === undefined ? node.kind === "sequence" ? node.items : [] : [node];
  if (items.length === 0) return undefined;
  return sequence(
    items.map((item) => {
      const path = asText(item);
      if (path !== undefined) return record(item, { path, required: true });
      if (item.kind === "mapping" && !item.entries.has("required")) {
        item.entries.set("required", scalar("bool", true, item));
      }
      return item;
    }),
    node,
  );
}

function toNames(node: Node): Node | undefined {
  if (node.kind !== "sequence") return undefined;
  const entries = new Map<string, Node>();
  for (const item of node.items) {
    const name = asText(item);
    if (name !== undefined) entries.set(name, scalar("null", null, { ...item, keyStart: item.start }));
  }
  return mapping(entries, node);
}

function toMount(node: Node, report: Report): Node | undefined {
  const spec = asText(node);
  if (spec === undefined) return undefined;
  const mount = parseMount(spec);
  if ("reason" in mount) {
    problem(report, "compose-mount", `"${spec}" is not a mount: ${mount.reason}`, nodeSpan(node), mount.hint);
    return { ...node, broken: true };
  }
  const entries = record(node, { type: mount.isBind ? "bind" : "volume" }).entries;
  if (mount.source !== undefined) entries.set("source", text(mount.source, node));
  entries.set("target", text(cleanPath(mount.target), node));
  if (mount.isReadOnly) entries.set("read_only", scalar("bool", true, node));
  const { propagation, selinux, isBind } = mount;
  const hasBind = isBind || propagation !== undefined || selinux !== undefined;
  if (hasBind) {
    entries.set(
      "bind",
      record(node, {
        ...(selinux !== undefined && { selinux }),
        ...(propagation !== undefined && { propagation }),
        ...(isBind && { create_host_path: true }),
      }),
    );
  }
  if (!isBind && spec.length > 2 || mount.hasNoCopy) {
    entries.set("volume", record(node, mount.hasNoCopy ? { nocopy: true } : {}));
  }
  return mapping(entries, node);
}

function toDevice(node: Node, report: Report): Node | undefined {
  const spec = asText(node);
  if (spec === undefined) return undefined;
  const [source = "", target = "", permissions = "rwm", ...more] = spec.split(":");
  if (more.length > 0) {
    problem(
      report,
      "compose-device",
      `"${spec}" has too many colons for a device`,
      nodeSpan(node),
      "use the long form: source, target, permissions",
    );
    return { ...node, broken: true };
  }
  return record(node, { source, target: target === "" ? source : target, permissions });
}

function toReference(node: Node): Node | undefined {
  const source = asText(node);
  return source === undefined ? undefined : record(node, { source });
}

function toSchedule(node: Node): Node | undefined {
  const cron = asText(node);
  return cron === undefined ? undefined : record(node, { cron });
}

function toBuild(node: Node, report: Report): Node | undefined {
  const context = asText(node);
  if (context !== undefined) return record(node, { context });
  rewrite(node, {
    secrets: eachItem(toReference),
    provenance: toText,
    sbom: toText,
    additional_contexts: toPairs,
    ssh: toSshKeys,
  }, report);
  return undefined;
}

function toText(node: Node): Node | undefined {
  return node.kind === "scalar" && node.type !== "string" ? text(goPrint(node), node) : undefined;
}

function toPairs(node: Node, report: Report): Node | undefined {
  if (node.kind !== "sequence") return undefined;
  const entries = new Map<string, Node>();
  for (const item of node.items) {
    const line = asText(item) ?? "";
    const at = line.indexOf("=");
    if (at < 0) {
      problem(
        report,
        "compose-build-context",
        `"${line}" has no value`,
        nodeSpan(item),
        `write "${line}=<path>"`,
      );
    } else entries.set(line.slice(0, at), text(line.slice(at + 1), item));
  }
  return mapping(entries, node);
}

function toSshKeys(node: Node, report: Report): Node | undefined {
  if (node.kind !== "sequence") return undefined;
  const entries = new Map<string, Node>();
  for (const item of node.items) {
    const line = asText(item) ?? "";
    const at = line.indexOf("=");
    if (at < 0 && line !== "default") {
      problem(
        report,
        "compose-ssh",
        `The SSH key "${line}" has no path`,
        nodeSpan(item),
        `write "${line}=<path>"`,
      );
    } else if (at < 0) entries.set(line, scalar("null", null, item));
    else entries.set(line.slice(0, at), text(line.slice(at + 1), item));
  }
  return mapping(entries, node);
}

function toDependencies(node: Node): Node | undefined {
  if (node.kind === "mapping") {
    for (const dependency of node.entries.values()) {
      if (dependency.kind !== "mapping") continue;
      if (!dependency.entries.has("condition")) {
        dependency.entries.set("condition", text("service_started", dependency));
      }
      if (!dependency.entries.has("required")) {
        dependency.entries.set("required", scalar("bool", true, dependency));
      }
    }
    return undefined;
  }
  if (node.kind !== "sequence") return undefined;
  const entries = new Map<string, Node>();
  for (const item of node.items) {
    const name = asText(item);
    if (name === undefined) continue;
    const dependency = record(item, { condition: "service_started", required: true });
    dependency.keyStart = item.start;
    entries.set(name, dependency);
  }
  return mapping(entries, node);
}

/** More than a host has, for every protocol. */
const MAX_PORTS = 3 * 65536;
const TOO_MANY_PORTS = {
  reason: `the service has more than ${MAX_PORTS} ports before it`,
  hint: "use fewer ranges",
};

function toPorts(node: Node, report: Report): Node | undefined {
  if (node.kind !== "sequence") return undefined;
  const items: Node[] = [];
  for (const item of node.items) {
    const isShort = item.kind === "scalar" && (item.type === "string" || item.type === "int") && !item.broken;
    if (!isShort) {
      items.push(item);
      if (item.kind === "scalar" && !item.broken) {
        refusePort(item, goPrint(item), "it is not an integer", "quote it", report);
      }
      continue;
    }
    const ports = items.length > MAX_PORTS ? TOO_MANY_PORTS : parsePorts(String(item.value));
    if ("reason" in ports) {
      refusePort(item, String(item.value), ports.reason, ports.hint, report);
      items.push({ ...item, broken: true });
      continue;
    }
    for (const { hostIp, target, published, protocol } of ports) {
      items.push(record(item, {
        mode: "ingress",
        ...(hostIp !== undefined && { host_ip: hostIp }),
        ...(target !== 0 && { target }),
        ...(published !== undefined && { published }),
        protocol,
      }));
    }
  }
  return sequence(items, node);
}

function refusePort(item: Node, spec: string, reason: string, hint: string, report: Report): void {
  problem(report, "compose-port", `"${spec}" is not a port: ${reason}`, nodeSpan(item), hint);
  item.broken = true;
}

/** `external: {name: x}` is the old way to write `external: true` and `name: x`. */
function adoptExternalName(resource: Node, report: Report): void {
  const external = mappingAt(resource, "external");
  if (resource.kind !== "mapping" || external === undefined) return;
  resource.entries.set("external", scalar("bool", true, external));
  const inner = external.entries.get("name");
  const outer = resource.entries.get("name");
  if (inner === undefined) return;
  if (outer === undefined) resource.entries.set("name", inner);
  else if (asText(outer) !== asText(inner)) {
    problem(
      report,
      "compose-external",
      '"name" and "external.name" differ',
      nodeSpan(inner),
      'keep only "name"',
    );
  }
}
