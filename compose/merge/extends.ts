/** `extends`: a service takes over what another one says, in this file or in another. */
import {
  asText,
  clone,
  isNull,
  keySpan,
  type Mapping,
  mapping,
  mappingAt,
  type Node,
  nodeSpan,
} from "../tree/node.ts";
import { likeliest } from "../tree/suggest.ts";
import { merge, SERVICE_RULES } from "./merge.ts";
import { absolutePath, cleanPath } from "../files/paths.ts";
import { isRemote, reportRemote } from "../files/remote.ts";
import { problem, type Report } from "../tree/report.ts";
import { dropTagged } from "./reset.ts";
import type { TaggedPath } from "../yaml/parse.ts";

/** The services of another file in canonical form, with paths resolved, and what it tagged. */
export interface ExtendsBase {
  readonly services: Mapping;
  readonly dropped: readonly TaggedPath[];
}

export interface Extending {
  readonly report: Report;
  /** The project's directory, against which `extends.file` is. */
  readonly directory: string;
  readonly home: string | undefined;
  /** Reads another file, or reports why it cannot be; `at` is where it is named. */
  readonly loadBase: (path: string, at: Node) => Promise<ExtendsBase | undefined>;
}

interface Scope {
  readonly services: Mapping;
  readonly file: string;
  readonly dropped: readonly TaggedPath[];
}

/** Resolves every `extends` of a file's services and jobs, in place. */
export async function applyExtends(
  root: Node,
  file: string,
  dropped: readonly TaggedPath[],
  run: Extending,
): Promise<void> {
  for (const section of ["services", "jobs"]) {
    const services = mappingAt(root, section);
    if (services === undefined) continue;
    const scope: Scope = { services, file, dropped };
    for (const name of services.entries.keys()) await resolve(name, scope, run, []);
  }
}

/** Resolves one service; what it became is set in its scope and returned. */
async function resolve(
  name: string,
  scope: Scope,
  run: Extending,
  chain: readonly string[],
): Promise<Node | undefined> {
  const service = scope.services.entries.get(name);
  if (service?.kind !== "mapping" || service.broken) return service;
  const written = service.entries.get("extends");
  if (written === undefined || written.broken) return service;
  const reference = readReference(written);
  if (reference === undefined) return service;
  const step = `${scope.file}#${name}`;
  if (chain.includes(step) || chain.length > MAX_CHAIN) {
    problem(
      run.report,
      "compose-extends-cycle",
      `The service "${name}" extends itself${via(chain, step)}`,
      nodeSpan(written),
      "break the cycle: move what they share to a service that extends nothing",
    );
    service.entries.delete("extends");
    return service;
  }
  const other = await scopeOf(reference, scope, run);
  if (other === undefined) return service;
  if (!other.services.entries.has(reference.service)) {
    reportUnknown(reference, other, written, run.report);
    service.entries.delete("extends");
    return service;
  }
  const base = await resolve(reference.service, other, run, [...chain, step]);
  if (base === undefined || isNull(base) || base.kind !== "mapping") return service;
  return take(name, service, base, scope, run);
}

const MAX_CHAIN = 1000;

function take(name: string, service: Mapping, base: Mapping, scope: Scope, run: Extending): Node {
  const source = clone(base);
  const services = mapping(new Map([[name, source]]), base);
  dropTagged(mapping(new Map([["services", services]]), base), scope.dropped);
  const start = services.entries.get(name) ?? mapping(new Map(), base);
  const merged = merge(start, service, SERVICE_RULES, run.report);
  merged.keyStart = service.keyStart;
  if (merged.kind === "mapping") merged.entries.delete("extends");
  const placed = merged.kind === "mapping" ? mapping(merged.entries, service) : merged;
  scope.services.entries.set(name, placed);
  return placed;
}

interface Reference {
  readonly service: string;
  readonly file?: Node;
}

function readReference(written: Node): Reference | undefined {
  const name = asText(written);
  if (name !== undefined) return { service: name };
  if (written.kind !== "mapping") return undefined;
  const service = asText(written.entries.get("service"));
  const file = written.entries.get("file");
  if (service === undefined) return undefined;
  return file === undefined || isNull(file) ? { service } : { service, file };
}

async function scopeOf(reference: Reference, scope: Scope, run: Extending): Promise<Scope | undefined> {
  const { file } = reference;
  const path = asText(file);
  if (file === undefined || path === undefined) return scope;
  if (isRemote(path)) {
    reportRemote(run.report, path, nodeSpan(file));
    return undefined;
  }
  const absolute = cleanPath(absolutePath(run.directory, path));
  const base = await run.loadBase(absolute, file);
  return base === undefined ? undefined : { services: base.services, file: absolute, dropped: base.dropped };
}

function reportUnknown(reference: Reference, scope: Scope, at: Node, report: Report): void {
  const near = likeliest(reference.service, scope.services.entries.keys());
  const where = reference.file === undefined ? "" : ` in "${asText(reference.file)}"`;
  const place = at.kind === "mapping" ? at.entries.get("service") ?? at : at;
  problem(
    report,
    "compose-extends-unknown",
    `There is no service "${reference.service}"${where} to extend`,
    place === at ? keySpan(at, "extends") : nodeSpan(place),
    near === undefined ? "name a service of that file" : `did you mean "${near}"?`,
  );
}

function via(chain: readonly string[], step: string): string {
  const names = [...chain, step].map((each) => each.slice(each.lastIndexOf("#") + 1));
  return names.length > 1 ? `: ${names.join(" -> ")}` : "";
}
