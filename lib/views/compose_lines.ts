/** The lines in which a service is written, each beside what it became. Secrets are hidden. */
import type { Path } from "../../compose/project.ts";
import { coverageOf } from "../checks/coverage/lookup.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { concealInPlace, joined, occurrences, secretsInFile } from "../secrecy/mod.ts";
import type { ExplainedLine } from "./explanation.ts";
import { objectsOfService, shortName } from "./objects.ts";
import { routesOf } from "./routes.ts";
import { shownValue } from "./shown_value.ts";
import type { StackView } from "./stack_view.ts";
import { storeOf } from "./storage_words.ts";

/** Lines by file: in the file that begins the service all from its first to its last, in others those that it reads. */
export function composeLines(view: StackView, service: string): readonly ExplainedLine[] {
  const { project } = view.facts;
  const home = project.span(["services", service]);
  if (home === undefined) return [];
  const written = paths(project.canonical["services"], service)
    .flatMap((path) => {
      const span = project.span(["services", service, ...path]);
      // What has no place of its own is Docker's default, or was computed: it stands in no line.
      return span === undefined || isSame(span, home) ? [] : [{ path, span }];
    });
  const becomes = new Map<string, Set<string>>();
  const note = ({ file, line }: Span, text: string): void => {
    const key = `${file}\0${line}`;
    becomes.set(key, (becomes.get(key) ?? new Set()).add(text));
  };
  for (const { object, source } of objectsOfService(view, service)) {
    if (source !== undefined) note(source, shortName(object));
  }
  const withObjects = new Set(becomes.keys());
  for (const { path, span } of written) {
    if (!isLeaf(project.canonical, ["services", service, ...path])) continue;
    const isTold = withObjects.has(`${span.file}\0${span.line}`);
    const text = variablePlace(view, service, path) ??
      (isTold ? undefined : mountOrPort(view, service, path)) ??
      said(path, isTold);
    if (text !== undefined) note(span, text);
  }
  const plain = plainVariables(view, service);
  const files = [...new Set([home.file, ...written.map(({ span }) => span.file)])];
  return files.flatMap((file) => {
    const lines = masked(view, file).split("\n");
    const numbers = [...new Set(written.flatMap(({ span }) => span.file === file ? linesOf(span) : []))];
    const shown = file === home.file ? between(home.line, Math.max(home.line, ...numbers)) : numbers;
    return shown.sort((left, right) => left - right).map((line): ExplainedLine => {
      const place = `${file}\0${line}`;
      const text = (lines[line - 1] ?? "").replace(/\r$/, "");
      return {
        span: { file, line, column: 1 },
        text: plain.get(place)?.(text) ?? text,
        becomes: [...becomes.get(place) ?? []],
      };
    });
  });
}

/** A text of the input with asterisks where secrets stand, so that lines and columns stay. */
export function masked({ sources, secrets }: StackView, file: string): string {
  const text = sources.get(file) ?? "";
  return concealInPlace(text, joined([...secretsInFile(file, text), ...occurrences(text, secrets)]));
}

/** Where a variable is kept. */
function variablePlace({ conversion }: StackView, service: string, path: Path): string | undefined {
  const [section, key = ""] = path;
  const place = section === "environment"
    ? conversion.services.get(service)?.variables.get(String(key))
    : undefined;
  return place === undefined ? undefined : `${place.kind.toLowerCase()}/${place.name}`;
}

/** What lies behind a mount that another service made an object of, and who reaches a port without one. */
function mountOrPort(view: StackView, service: string, [section, index]: Path): string | undefined {
  const { facts } = view;
  const { volumes, ports } = facts.project.services[service] ?? {};
  const [mount, port] = [volumes?.[Number(index)], ports?.[Number(index)]];
  if (section === "volumes" && mount !== undefined) return storeOf(facts, mount)?.text;
  if (section !== "ports" || port === undefined) return undefined;
  const span = facts.project.span(["services", service, "ports", Number(index)]);
  const ways = routesOf(view).filter((route) =>
    route.service === service && span !== undefined && route.span !== undefined && isSame(route.span, span)
  );
  return ways.length === 0
    ? "private: reached within the cluster alone"
    : ways.map(({ name, text }) => `${name}: ${text}`).join("; ");
}

/** What is written on lines of env files, which the reader blacked out whole, where the variable is no secret. */
function plainVariables(view: StackView, service: string): ReadonlyMap<string, (line: string) => string> {
  const { project } = view.facts;
  const environment = Object.entries(project.services[service]?.environment ?? {});
  return new Map(environment.flatMap(([key, value]) => {
    const span = project.span(["services", service, "environment", key]);
    const isPlain = view.conversion.services.get(service)?.variables.get(key)?.kind === "ConfigMap";
    if (span === undefined || value === null || !isPlain || /[\r\n]/.test(value)) return [];
    const shown = shownValue(key, value, view.secrets);
    return [[
      `${span.file}\0${span.line}`,
      (line) => line.replace(BLACKED_OUT, (_, before: string) => `${before}${shown}`),
    ]];
  }));
}

/** Asterisks alone behind the name. */
const BLACKED_OUT = /^(\s*(?:export\s+)?[\w.\-[\]]+\s*[=:])[*\s]*\*[*\s]*$/;

/** What becomes of a key, where it is more than read; beside the objects of its line only what is lost. */
function said(path: Path, isTold: boolean): string | undefined {
  const coverage = coverageOf(["service", ...path]);
  if (coverage === undefined || coverage.treatment === "read") return undefined;
  if (coverage.treatment === "reported") return `not carried: ${coverage.what}`;
  return isTold ? undefined : coverage.what;
}

function paths(services: unknown, service: string): Path[] {
  const walk = (node: unknown, path: Path): Path[] => {
    if (typeof node !== "object" || node === null) return [path];
    const entries: [string | number, unknown][] = Array.isArray(node)
      ? node.map((value, index) => [index, value])
      : Object.entries(node);
    return [path, ...entries.flatMap(([key, value]) => walk(value, [...path, key]))];
  };
  return walk(at(services, [service]), []).slice(1);
}

function at(node: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    node,
  );
}

function isLeaf(canonical: unknown, path: Path): boolean {
  const value = at(canonical, path);
  return typeof value !== "object" || value === null;
}

function isSame(left: Span, right: Span): boolean {
  return left.file === right.file && left.line === right.line && left.column === right.column;
}

function linesOf({ line, endLine = line, endColumn = 2 }: Span): number[] {
  // A block text ends behind its line break, on the line below.
  return between(line, endColumn === 1 && endLine > line ? endLine - 1 : endLine);
}

function between(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
