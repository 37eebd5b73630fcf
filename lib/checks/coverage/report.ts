/** Reports every used key that is not carried and has no rule of its own, one finding for a key. */
import type { Path } from "../../../compose/project.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { type Context, isSkipped } from "../../stack/context.ts";
import { givesLanAddresses } from "../../stack/network/lan_networks.ts";
import { COVERAGE, type Coverage } from "./table.ts";

interface Use {
  readonly owner: string;
  readonly path: Path;
}

const SECTIONS = {
  service: "services",
  volume: "volumes",
  network: "networks",
  config: "configs",
  secret: "secrets",
} as const;

/** Goes through the table, so the findings do not depend on how the project is written. */
export function reportUncarried(context: Context): void {
  for (const [pattern, coverage] of Object.entries(COVERAGE)) {
    if (coverage.treatment !== "reported" || coverage.hint === undefined) continue;
    const [section = "", ...keys] = pattern.split(".");
    const uses = usesOf(context, section, keys.filter((key) => key !== "*"));
    const [first] = uses;
    if (first !== undefined) context.report(finding(context, section, pattern, coverage, uses));
  }
}

function finding(
  context: Context,
  section: string,
  pattern: string,
  coverage: Coverage,
  uses: readonly Use[],
): Diagnostic {
  const key = pattern.split(".").slice(1).filter((part) => part !== "*").join(".");
  const [first, ...others] = uses;
  const owners = [...new Set(uses.map(({ owner }) => owner))];
  const who = owners.length === 1 ? `${section} "${owners[0]}"` : `${owners.length} ${section}s`;
  const span = first === undefined ? undefined : context.project.span(first.path);
  const related = others.flatMap((use) => {
    const place = context.project.span(use.path);
    return place === undefined ? [] : [{ message: `Also of ${section} "${use.owner}"`, span: place }];
  });
  return {
    code: "kube-not-carried",
    severity: coverage.severity ?? "warning",
    message: `"${key}" of ${who} is not carried: ${coverage.what}`,
    ...(span === undefined ? {} : { span }),
    ...(coverage.hint === undefined ? {} : { hint: coverage.hint }),
    ...(related.length === 0 ? {} : { related }),
  };
}

function usesOf(context: Context, section: string, keys: readonly string[]): Use[] {
  const { project, decisions, routing } = context;
  const root = SECTIONS[section as keyof typeof SECTIONS];
  return Object.entries(project[root]).flatMap(([owner, value]: [string, unknown]) => {
    const leftOut = root === "services" && (isSkipped(decisions, owner) || owner === routing.traefikService);
    if (leftOut || hasOwnRule(context, [root, owner, ...keys])) return [];
    return placesOf(value, keys, [root, owner]).slice(0, 1).map((path) => ({ owner, path }));
  });
}

/** Whether a finding of its own says more of what is written there. */
function hasOwnRule({ project }: Context, [section, owner = "", key]: readonly string[]): boolean {
  const network = section === "networks" && key === "driver" ? project.networks[owner] : undefined;
  return network !== undefined && givesLanAddresses(network);
}

/** Paths at which the keys have a value that says something; lists, and maps of names, are looked through. */
function placesOf(value: unknown, keys: readonly string[], path: Path): Path[] {
  if (value === undefined || value === null || value === false || value === "") return [];
  if (Array.isArray(value)) {
    if (keys.length === 0) return value.length === 0 ? [] : [path];
    return value.flatMap((item, index) => placesOf(item, keys, [...path, index]));
  }
  const [key, ...rest] = keys;
  if (typeof value !== "object") return key === undefined && !isUsual(value, path) ? [path] : [];
  if (key === undefined) return Object.keys(value).length === 0 ? [] : [path];
  const entries = Object.entries(value);
  if (path.at(-1) === "networks" && path.length === 3) {
    return entries.flatMap(([name, item]) => placesOf(item, keys, [...path, name]));
  }
  const found = entries.find(([name]) => name === key);
  return found === undefined ? [] : placesOf(found[1], rest, [...path, key]);
}

/** Docker's default written out is nothing to report. */
function isUsual(value: unknown, path: Path): boolean {
  const [section] = path;
  const key = path.at(-1);
  if (section === "networks" && key === "driver") return value === "bridge" || value === "default";
  if (section === "volumes" && key === "driver") return value === "local";
  if (key === "endpoint_mode") return value === "vip";
  return key === "cgroup" ? value === "private" : key === "runtime" && value === "runc";
}
