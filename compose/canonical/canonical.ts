/** Brings every short form of a project's tree into its long form (compose-go's `transform/canonical.go`). */
import { toBuild, toReference } from "./build.ts";
import { toDevice, toMount, toPorts } from "./mounts.ts";
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
} from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";
import { eachItem, record, type Rewrite, rewrite } from "./rewrite.ts";

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

function itemsAt(node: Mapping | undefined, key: string): readonly Node[] {
  const list = node?.entries.get(key);
  return list?.kind === "sequence" ? list.items : [];
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

function toSchedule(node: Node): Node | undefined {
  const cron = asText(node);
  return cron === undefined ? undefined : record(node, { cron });
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
