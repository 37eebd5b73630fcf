/**
 * Merges one file's tree onto another's, by the rules of the specification: mappings merge, lists append without
 * repeating themselves, some keys are replaced whole or are brought into one form first. The rules by path are
 * those of compose-go's `override/merge.go`.
 */
import { goPrint } from "../tree/go_print.ts";
import {
  isNull,
  type Mapping,
  mapping,
  type Node,
  nodeSpan,
  scalar,
  type Sequence,
  sequence,
  text,
} from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";
import { identify } from "../spec/check.ts";
import { keyOfPair, uniqueItems } from "./unique.ts";

/** Merges the later node onto the earlier one. */
type Merger = (base: Node, over: Node, rules: MergeRules, report: Report) => Node;

/** Rules by key; `*` stands for every other key, the empty key for the value itself. */
export interface MergeRules {
  readonly [key: string]: MergeRules | Merger;
}

const NO_RULES: MergeRules = {};

const replace: Merger = (_base, over) => over;

const byKey: Merger = (base, over) => {
  const items = [...toSequence(base).items, ...toSequence(over).items];
  return sequence(uniqueItems(items, keyOfPair), over);
};

const appended: Merger = (base, over) => append(toSequence(base), toSequence(over));

/** Options are merged only where both files use the same driver, or one does not say. */
const logging: Merger = (base, over, rules, report) => {
  if (base.kind !== "mapping" || over.kind !== "mapping") return refuse(base, over, report);
  const [left, right] = [base.entries.get("driver"), over.entries.get("driver")];
  const sameDriver = left === undefined || right === undefined || identify(left) === identify(right);
  return sameDriver ? mergeMappings(base, over, rules, report) : over;
};

const build: Merger = (base, over, rules, report) =>
  mergeMappings(asBuild(base), asBuild(over), rules, report);

function asBuild(node: Node): Mapping {
  if (node.kind === "mapping") return node;
  const entries = new Map<string, Node>();
  if (node.kind === "scalar" && node.type === "string") entries.set("context", node);
  return mapping(entries, node);
}

const dependencies: Merger = (base, over, rules, report) => {
  const fresh = (at: Node): Node =>
    mapping(
      new Map<string, Node>([["condition", text("service_started", at)], [
        "required",
        scalar("bool", true, at),
      ]]),
      at,
    );
  return mergeAsMappings(base, over, fresh, rules, report);
};

const named: Merger = (base, over, rules, report) =>
  mergeAsMappings(base, over, (at) => scalar("null", null, at), rules, report);

const limit: Merger = (base, over, rules, report) =>
  base.kind === "mapping" && over.kind === "mapping" ? mergeMappings(base, over, rules, report) : over;

/** Address pools are matched by subnet. */
const pools: Merger = (base, over, rules, report) => {
  if (base.kind !== "sequence" || over.kind !== "sequence") return refuse(base, over, report);
  const subnet = (node: Mapping): string =>
    identify(node.entries.get("subnet") ?? scalar("null", null, node));
  const found: Mapping[] = [];
  for (const left of base.items) {
    for (const right of over.items) {
      if (left.kind !== "mapping" || right.kind !== "mapping") return refuse(base, over, report);
      const isNew = !found.some((pool) => subnet(pool) === subnet(right));
      if (subnet(left) !== subnet(right) && isNew) {
        found.push(right);
        continue;
      }
      const merged = mergeMappings(left, right, rules, report);
      const index = found.findIndex((pool) => subnet(pool) === subnet(merged));
      if (index >= 0) found[index] = merged;
      else found.push(merged);
    }
  }
  return sequence(found, over);
};

const CONTAINER: MergeRules = {
  annotations: byKey,
  build: { "": build, args: byKey, additional_contexts: byKey, extra_hosts: appended, labels: byKey },
  command: replace,
  depends_on: dependencies,
  dns: appended,
  dns_opt: appended,
  dns_search: appended,
  entrypoint: replace,
  env_file: appended,
  label_file: appended,
  environment: byKey,
  extra_hosts: appended,
  healthcheck: { test: replace },
  labels: byKey,
  volumes: { "*": { volume: { labels: byKey } } },
  logging,
  models: named,
  networks: named,
  sysctls: byKey,
  tmpfs: appended,
  ulimits: { "*": limit },
};

/** The rules below one service, as `extends` needs them too. */
export const SERVICE_RULES: MergeRules = { ...CONTAINER, deploy: { labels: byKey } };

/** The rules from the root of a file. */
export const PROJECT_RULES: MergeRules = {
  networks: { "*": { ipam: { config: pools }, labels: byKey } },
  volumes: { "*": { labels: byKey } },
  secrets: { "*": { labels: byKey } },
  configs: { "*": { labels: byKey } },
  services: { "*": SERVICE_RULES },
  jobs: { "*": CONTAINER },
};

/** Merges `over` onto `base`; both may be changed. */
export function merge(base: Node, over: Node, rules: MergeRules | Merger, report: Report): Node {
  const below = typeof rules === "function" ? NO_RULES : rules;
  const own = typeof rules === "function" ? rules : rules[""];
  if (base.broken || over.broken) return over;
  if (typeof own === "function") return own(base, over, below, report);
  if (isNull(over)) return base;
  if (base.kind === "mapping") {
    return over.kind === "mapping" ? mergeMappings(base, over, below, report) : refuse(base, over, report);
  }
  if (base.kind === "sequence") {
    return over.kind === "sequence" ? append(base, over) : refuse(base, over, report);
  }
  return over;
}

/** The rules for a key below a level. */
export function rulesFor(rules: MergeRules, key: string): MergeRules | Merger {
  return (Object.hasOwn(rules, key) && key !== "" ? rules[key] : rules["*"]) ?? NO_RULES;
}

function mergeMappings(base: Mapping, over: Mapping, rules: MergeRules, report: Report): Mapping {
  for (const [key, value] of over.entries) {
    const existing = base.entries.get(key);
    base.entries.set(
      key,
      existing === undefined ? value : merge(existing, value, rulesFor(rules, key), report),
    );
  }
  return base;
}

function mergeAsMappings(
  base: Node,
  over: Node,
  fresh: (at: Node) => Node,
  rules: MergeRules,
  report: Report,
): Node {
  const left = toMapping(base, fresh);
  const right = toMapping(over, fresh);
  return left === undefined || right === undefined
    ? refuse(base, over, report)
    : mergeMappings(left, right, rules, report);
}

function toMapping(node: Node, fresh: (at: Node) => Node): Mapping | undefined {
  if (node.kind === "mapping") return node;
  if (isNull(node)) return mapping(new Map(), node);
  const entries = new Map<string, Node>();
  for (const item of node.kind === "sequence" ? node.items : [node]) {
    if (item.kind !== "scalar" || item.type !== "string") return undefined;
    const value = fresh(item);
    value.keyStart = item.start;
    entries.set(String(item.value), value);
  }
  return mapping(entries, node);
}

/** A list as it is; a mapping as sorted `key=value` texts; a text as a list of one. */
function toSequence(node: Node): Sequence {
  if (node.kind === "sequence") return node;
  if (node.kind === "scalar") return sequence(node.type === "string" ? [node] : [], node);
  const items: Node[] = [];
  for (const [key, value] of node.entries) {
    for (const each of value.kind === "sequence" ? value.items : [value]) {
      const line = isNull(each) || each.kind !== "scalar" ? key : `${key}=${goPrint(each)}`;
      const start = value.keyStart < 0 ? value.start : value.keyStart;
      items.push(text(line, { source: value.source, start, end: value.end, keyStart: -1 }));
    }
  }
  const line = (item: Node): string => item.kind === "scalar" ? String(item.value) : "";
  return sequence(items.sort((left, right) => line(left) < line(right) ? -1 : 1), node);
}

function append(base: Sequence, over: Sequence): Sequence {
  const seen = new Set(base.items.map(identify));
  const items = [...base.items];
  for (const item of over.items) {
    const identity = identify(item);
    if (seen.has(identity)) continue;
    seen.add(identity);
    items.push(item);
  }
  return sequence(items, over);
}

function refuse(base: Node, over: Node, report: Report): Node {
  const names = { scalar: "a single value", sequence: "a list", mapping: "a mapping" };
  problem(
    report,
    "compose-merge",
    `Cannot merge ${names[over.kind]} onto ${names[base.kind]} of the same key`,
    nodeSpan(over),
    "use the same form in both places, or mark this value with !override",
  );
  over.broken = true;
  return over;
}
