/** Reads `decisions.yaml`: typed values, every problem at its place, and where each value was written. */
import { type Document, isMap, isScalar, type Node, type Pair } from "yaml";
import type { z } from "zod";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { readYaml } from "../diagnostics/yaml_document.ts";
import { describeAlias, findAliasProblem } from "./aliases.ts";
import { expandProfiles, mergePatch } from "./merge_patch.ts";
import { currentNames, describeOldNames, type OldName } from "./old_names.ts";
import { RESERVED_HINT, RESERVED_MESSAGE, reservedKeys } from "./reserved_name.ts";
import { decisionsBody, decisionsSchema, type DecisionValues } from "./schema.ts";
import { ownKeysOnly } from "../values/json.ts";

export type {
  DecisionValues,
  DeviceDecision,
  ImageDecision,
  Publication,
  ResourcesDecision,
  ServiceDecision,
  StorageDecision,
} from "./schema.ts";

type Key = string | number;

/** The decisions in force, profiles laid over, with their places. */
export interface Decisions extends DecisionValues {
  /** The file's name as diagnostics print it. */
  readonly file: string;
  /** The profiles that the file has. */
  readonly profiles?: readonly string[];
  /** Where the value at `path` was written, or its nearest ancestor. */
  span(path: readonly Key[]): Span | undefined;
}

/**
 * Parses the text of a `decisions.yaml`; `profiles` names the overlays to lay over it, later over earlier.
 * With an error among the diagnostics the decisions hold what could be read, so that other checks can go on.
 */
export function parseDecisions(
  text: string,
  file: string,
  profiles: readonly string[] = [],
): { decisions: Decisions; diagnostics: readonly Diagnostic[] } {
  const { document, place, problems: wrong } = readYaml(file, text);
  const diagnostics = wrong.map(({ message, span }): Diagnostic => ({
    code: "kube-decisions-syntax",
    severity: "error",
    message: `Cannot read decisions: ${message}`,
    span,
    hint: "Correct the YAML at this place",
  }));
  const span = (path: readonly Key[]): Span | undefined => place(nodeAt(document.contents, path));
  if (diagnostics.length > 0) return { decisions: { file, span }, diagnostics };

  const alias = findAliasProblem(document);
  if (alias !== undefined) {
    const { message, hint } = describeAlias(alias);
    const problem = { code: "kube-decisions-syntax", severity: "error", hint } as const;
    const at = place(alias.node);
    const said = {
      ...problem,
      message: `Cannot read decisions: ${message}`,
      ...(at === undefined ? {} : { span: at }),
    };
    return { decisions: { file, span }, diagnostics: [said] };
  }
  // Weighed above.
  const raw: unknown = document.toJS({ maxAliasCount: -1 }) ?? {};
  const keySpan = (path: readonly Key[], key: string): Span | undefined =>
    place(keyNode(nodeAt(document.contents, path), key)) ?? span(path);
  diagnostics.push(
    ...reservedKeys(document).map(({ key }) =>
      problem(
        "kube-decisions-unknown-key",
        RESERVED_MESSAGE,
        isNode(key) ? place(key) : undefined,
        RESERVED_HINT,
      )
    ),
  );
  const result = decisionsSchema.safeParse(raw);
  if (!result.success) {
    diagnostics.push(...result.error.issues.flatMap((issue) => problems(issue, span, keySpan)));
    return { decisions: { file, span }, diagnostics };
  }
  const { profiles: overlays = {}, ...base } = result.data;
  const found: OldName[] = [];
  const layers = {
    base: currentNames(base, [], found),
    overlays: Object.fromEntries(
      Object.entries(overlays).map(([name, { from, ...overlay }]) => [
        name,
        { from: [from ?? []].flat(), values: currentNames(overlay, ["profiles", name], found) },
      ]),
    ),
  };
  const remarks = describeOldNames(found, keySpan);
  const laid = laidOver(layers, profiles, file, document, span);
  return { decisions: laid.decisions, diagnostics: [...diagnostics, ...remarks, ...laid.diagnostics] };
}

/** The base of the file and its profiles, each with what it builds on. */
interface Layers {
  readonly base: object;
  readonly overlays: Readonly<Record<string, { readonly from: readonly string[]; readonly values: object }>>;
}

/** The base with the named profiles over it, checked once more as a whole: an overlay may have taken too much. */
function laidOver(
  { base, overlays }: Layers,
  names: readonly string[],
  file: string,
  document: Document,
  span: Decisions["span"],
): { decisions: Decisions; diagnostics: readonly Diagnostic[] } {
  const inForce = expandProfiles(names, (name) => overlays[name]?.from ?? []);
  const diagnostics = inForce.filter((name) => !names.includes(name) && !Object.hasOwn(overlays, name))
    .map((name) => unknownParent(name, overlays, span));
  const merged = inForce.reduce<unknown>(
    (values, name) => mergePatch(values, overlays[name]?.values ?? {}),
    base,
  );
  const prefixes: Key[][] = [...inForce].reverse().map((name) => ["profiles", name]);
  const spanInForce = (path: readonly Key[]): Span | undefined => {
    const prefix = prefixes.find((candidate) => document.hasIn([...candidate, ...path]));
    return span([...(prefix ?? []), ...path]);
  };
  const checked = decisionsBody.safeParse(merged);
  if (!checked.success) {
    diagnostics.push(
      ...checked.error.issues.flatMap((issue) => problems(issue, spanInForce, spanInForce)),
    );
    return { decisions: { file, span }, diagnostics };
  }
  const profiles = Object.keys(overlays);
  return { decisions: { ...ownKeysOnly(checked.data), file, profiles, span: spanInForce }, diagnostics };
}

function unknownParent(
  name: string,
  overlays: Layers["overlays"],
  span: Decisions["span"],
): Diagnostic {
  const [child = ""] = Object.keys(overlays).filter((each) => overlays[each]?.from.includes(name));
  return problem(
    "kube-decisions-profile",
    `Profile "${child}" builds on "${name}", which does not exist`,
    span(["profiles", child, "from"]),
    suggestion(name, Object.keys(overlays)),
  );
}

/** No decisions at all: what holds where there is no file. */
export function noDecisions(): Decisions {
  return { file: "decisions.yaml", span: () => undefined };
}

/** Of one map's unknown keys: a file of many thousands of them is no file of decisions. */
const MOST_TOLD = 200;

function problems(
  issue: z.core.$ZodIssue,
  span: (path: readonly Key[]) => Span | undefined,
  keySpan: (path: readonly Key[], key: string) => Span | undefined,
): Diagnostic[] {
  const path = issue.path.map((key) => typeof key === "symbol" ? String(key) : key);
  const where = path.length === 0 ? "decisions" : `"${path.join(".")}"`;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(path);
    return issue.keys.slice(0, MOST_TOLD).map((key) =>
      problem(
        "kube-decisions-unknown-key",
        `Decision "${[...path, key].join(".")}" does not exist`,
        keySpan(path, key),
        suggestion(key, known),
      )
    );
  }
  if (issue.code === "invalid_union") {
    const messages = [...new Set(issue.errors.flat().map((inner) => expected(inner)))];
    return [problem("kube-decisions-value", `Decision ${where}: ${messages.join(", or ")}`, span(path))];
  }
  return [problem("kube-decisions-value", `Decision ${where}: ${expected(issue)}`, span(path))];
}

function problem(code: string, message: string, span: Span | undefined, hint?: string): Diagnostic {
  return {
    code,
    severity: "error",
    message,
    ...(span === undefined ? {} : { span }),
    hint: hint ?? "See migrations/decisions.schema.json for what is allowed here",
  };
}

function expected(issue: z.core.$ZodIssue): string {
  const text = issue.message.replace(/^Invalid (input|option): /, "").replace(/^Invalid string: /, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function suggestion(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return known.length === 0 ? "Remove it" : `Known here: ${known.join(", ")}`;
}

/** The keys that the schema knows at a path, by walking it. */
function knownKeys(path: readonly Key[]): string[] {
  let schema: unknown = decisionsSchema;
  for (const key of path) schema = child(unwrap(schema), key);
  const shape = property(unwrap(schema), "shape");
  return typeof shape === "object" && shape !== null ? Object.keys(shape) : [];
}

function child(schema: unknown, key: Key): unknown {
  const shape = property(schema, "shape");
  if (typeof shape === "object" && shape !== null) return property(shape, String(key));
  return property(schema, "valueType") ?? property(schema, "element");
}

function unwrap(schema: unknown): unknown {
  const inner = property(property(schema, "def"), "innerType");
  return inner === undefined ? schema : unwrap(inner);
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function nodeAt(root: Node | null, path: readonly Key[]): Node | null {
  let node: Node | null = root;
  for (const key of path) {
    if (!isMap(node)) {
      const items = property(node, "items");
      const item: unknown = Array.isArray(items) && typeof key === "number" ? items[key] : undefined;
      if (!isNode(item)) return node;
      node = item;
      continue;
    }
    const pair = node.items.find((candidate) => keyText(candidate) === String(key));
    if (pair === undefined) return node;
    node = isNode(pair.value) ? pair.value : node;
  }
  return node;
}

function keyNode(node: Node | null, key: string): Node | undefined {
  if (!isMap(node)) return undefined;
  const found = node.items.find((candidate) => keyText(candidate) === key)?.key;
  return isNode(found) ? found : undefined;
}

function keyText(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value;
}
