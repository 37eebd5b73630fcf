/**
 * Removes what a list says twice: of entries with one key the last counts, at the place of the first.
 * The lists and their keys are those of compose-go's `override/uncity.go`.
 */
import { parseMount } from "../short/mount.ts";
import { asText, isNull, type Mapping, mappingAt, type Node, nodeSpan } from "../tree/node.ts";
import { newReport, problem, type Report } from "../tree/report.ts";

/** What an item is known by in its list; a problem where it lacks what would name it. */
type KeyOf = (item: Node, report: Report) => string | undefined;

/** `KEY` of `KEY=value`. */
export function keyOfPair(item: Node): string {
  const line = item.kind === "scalar" ? String(item.value) : "";
  const at = line.indexOf("=");
  return at < 0 ? line : line.slice(0, at);
}

/** The last item of each key, at the place of its first. */
export function uniqueItems(items: readonly Node[], keyOf: KeyOf, report?: Report): Node[] {
  const places = new Map<string, number>();
  const kept: Node[] = [];
  const unused = report ?? newReport();
  for (const item of items) {
    const key = item.broken ? undefined : keyOf(item, unused);
    const place = key === undefined ? undefined : places.get(key);
    if (place !== undefined) kept[place] = item;
    else {
      kept.push(item);
      if (key !== undefined) places.set(key, kept.length - 1);
    }
  }
  return kept;
}

const mountKey: KeyOf = (item, report) => {
  if (item.kind === "mapping") return targetOf(item, "mount", report);
  const parsed = parseMount(asText(item) ?? "");
  return "target" in parsed ? parsed.target : undefined;
};

const deviceKey: KeyOf = (item, report) => {
  if (item.kind === "mapping") return targetOf(item, "device", report);
  const parts = (asText(item) ?? "").split(":");
  return parts[1] ?? parts[0];
};

const exposeKey: KeyOf = (item, report) => {
  if (item.kind === "scalar" && (item.type === "string" || item.type === "int")) return String(item.value);
  item.broken = true;
  problem(
    report,
    "compose-port",
    "An exposed port has to be an integer or a string",
    nodeSpan(item),
    'write a port such as 8080, or "8080/udp"',
  );
  return undefined;
};

function fileKey(directory: string): KeyOf {
  return (item) => {
    const target = item.kind === "mapping" ? item.entries.get("target") : undefined;
    const source = item.kind === "mapping" ? item.entries.get("source") : item;
    return asText(target) ?? `${directory}/${asText(source) ?? ""}`;
  };
}

const portKey: KeyOf = (item, report) => {
  if (item.kind === "scalar") return String(item.value);
  if (item.kind !== "mapping") return undefined;
  const read = (key: string, missing: string): string => {
    const value = item.entries.get(key);
    return value?.kind === "scalar" ? `${value.type}:${value.value}` : missing;
  };
  const target = item.entries.get("target");
  if (target === undefined) {
    item.broken = true;
    problem(
      report,
      "compose-missing-key",
      'A port needs the key "target"',
      nodeSpan(item),
      'add "target:" with the port inside the container',
    );
    return undefined;
  }
  const parts = [
    read("host_ip", "string:0.0.0.0"),
    read("published", ""),
    read("target", ""),
    read("protocol", "string:tcp"),
  ];
  return parts.join(" ");
};

const envFileKey: KeyOf = (item) => asText(item.kind === "mapping" ? item.entries.get("path") : item);

function targetOf(item: Mapping, what: string, report: Report): string | undefined {
  const target = asText(item.entries.get("target"));
  if (target === undefined && !item.broken) {
    item.broken = true;
    problem(
      report,
      "compose-missing-key",
      `A ${what} needs the key "target"`,
      nodeSpan(item),
      'add "target:" with the path inside the container',
    );
  }
  return target;
}

const SERVICE_LISTS: Readonly<Record<string, KeyOf>> = {
  annotations: keyOfPair,
  cap_add: keyOfPair,
  cap_drop: keyOfPair,
  configs: fileKey(""),
  devices: deviceKey,
  dns: keyOfPair,
  dns_opt: keyOfPair,
  dns_search: keyOfPair,
  environment: keyOfPair,
  env_file: envFileKey,
  expose: exposeKey,
  labels: keyOfPair,
  links: keyOfPair,
  ports: portKey,
  profiles: keyOfPair,
  secrets: fileKey("/run/secrets"),
  sysctls: keyOfPair,
  tmpfs: keyOfPair,
  volumes: mountKey,
};

const BUILD_LISTS = ["args", "additional_contexts", "platform", "tags", "labels"];
const NETWORK_LISTS = ["aliases", "link_local_ips"];

/** Removes repeated entries all over a project's tree; the tree is changed in place. */
export function removeRepeated(root: Node, report: Report): void {
  for (const network of mappingAt(root, "networks")?.entries.values() ?? []) {
    reduce(network, "labels", keyOfPair, report);
    reduce(mappingAt(network, "ipam"), "options", keyOfPair, report);
  }
  for (const service of mappingAt(root, "services")?.entries.values() ?? []) {
    if (service.kind !== "mapping") continue;
    for (const key of service.entries.keys()) {
      const keyOf = Object.hasOwn(SERVICE_LISTS, key) ? SERVICE_LISTS[key] : undefined;
      if (keyOf !== undefined) reduce(service, key, keyOf, report);
    }
    const build = mappingAt(service, "build");
    if (build !== undefined) { for (const key of BUILD_LISTS) reduce(build, key, keyOfPair, report); }
    reduce(mappingAt(service, "deploy"), "labels", keyOfPair, report);
    for (const network of mappingAt(service, "networks")?.entries.values() ?? []) {
      for (const key of NETWORK_LISTS) reduce(network, key, keyOfPair, report);
    }
  }
}

function reduce(parent: Node | undefined, key: string, keyOf: KeyOf, report: Report): void {
  const list = parent?.kind === "mapping" ? parent.entries.get(key) : undefined;
  if (list?.kind !== "sequence" || isNull(list)) return;
  const kept = uniqueItems(list.items, keyOf, report);
  if (kept.length < list.items.length) list.items.splice(0, list.items.length, ...kept);
}
