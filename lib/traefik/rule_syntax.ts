/**
 * Rules of Traefik 2 as rules of Traefik 3 that match the same requests (pkg/muxer/http/matcher_v2.go and
 * pkg/muxer/tcp/matcher_v2.go beside their successors; templates in braces by containous/mux).
 */
import { parseRule, type Rule, RuleError } from "./rule.ts";
import { hasBraces, templateNames, TemplateSyntaxError, templateToRegexp } from "./rule_template.ts";

export type Protocol = "http" | "tcp";

/** A rule in the syntax of Traefik 3, or why there is none. */
export type ConvertedRule =
  | { readonly rule: string; readonly changed: boolean; readonly notes: readonly string[] }
  | { readonly problem: string };

/** How many values each matcher of Traefik 3 takes. */
const arity: Readonly<Record<Protocol, Readonly<Record<string, readonly number[]>>>> = {
  http: {
    ClientIP: [1],
    Method: [1],
    Host: [1],
    HostRegexp: [1],
    Path: [1],
    PathRegexp: [1],
    PathPrefix: [1],
    Header: [2],
    HeaderRegexp: [2],
    Query: [1, 2],
    QueryRegexp: [1, 2],
  },
  tcp: { ALPN: [1], ClientIP: [1], HostSNI: [1], HostSNIRegexp: [1] },
};

const matchersOfVersion2: Readonly<Record<Protocol, readonly string[]>> = {
  http: [
    "Host",
    "HostHeader",
    "HostRegexp",
    "ClientIP",
    "Path",
    "PathPrefix",
    "Method",
    "Headers",
    "HeadersRegexp",
    "Query",
  ],
  tcp: ["ALPN", "ClientIP", "HostSNI", "HostSNIRegexp"],
};

/** Converts a rule of the given syntax to Traefik 3's; the text stays as it is where it means the same. */
export function convertRule(text: string, protocol: Protocol, syntax: "v2" | "v3"): ConvertedRule {
  try {
    const rule = parseRule(text);
    if (syntax === "v3") {
      checkVersion3(rule, protocol);
      return { rule: text, changed: false, notes: [] };
    }
    const notes = new Set<string>();
    const converted = convert(rule, protocol, notes);
    const changed = JSON.stringify(converted) !== JSON.stringify(canonical(rule, protocol));
    return { rule: changed ? printRule(converted) : text, changed, notes: [...notes] };
  } catch (error) {
    if (error instanceof RuleError || error instanceof TemplateSyntaxError) return { problem: error.message };
    throw error;
  }
}

/** The syntax of a rule of which nobody knows the Traefik: version 2's where only that reads it as it is meant. */
export function likelySyntax(text: string, protocol: Protocol): "v2" | "v3" {
  const isRead = (syntax: "v2" | "v3"): boolean => !("problem" in convertRule(text, protocol, syntax));
  const hasTemplate = /\b(?:Host|HostSNI)Regexp\(\s*[`"][^`"]*\{[\w-]+:|\bPath(?:Prefix)?\(\s*[`"][^`"]*\{/i
    .test(text);
  return (hasTemplate || !isRead("v3")) && isRead("v2") ? "v2" : "v3";
}

function canonical(rule: Rule, protocol: Protocol): Rule {
  if (rule.kind === "not") return { kind: "not", of: canonical(rule.of, protocol) };
  if (rule.kind !== "call") {
    return { kind: rule.kind, left: canonical(rule.left, protocol), right: canonical(rule.right, protocol) };
  }
  return { ...rule, name: matcherName(rule.name, matchersOfVersion2[protocol]) };
}

function checkVersion3(rule: Rule, protocol: Protocol): void {
  if (rule.kind === "not") return checkVersion3(rule.of, protocol);
  if (rule.kind !== "call") {
    checkVersion3(rule.left, protocol);
    return checkVersion3(rule.right, protocol);
  }
  const name = matcherName(rule.name, Object.keys(arity[protocol]));
  const counts = arity[protocol][name] ?? [];
  if (!counts.includes(rule.values.length)) {
    throw new RuleError(
      `"${name}" takes ${counts.join(" or ")} values in Traefik 3, not ${rule.values.length}`,
      0,
    );
  }
  checkValues(rule);
}

function checkValues(rule: Rule & { kind: "call" }): void {
  if (rule.values.length === 0) throw new RuleError(`"${rule.name}" has no value`, 0);
  if (rule.values.includes("")) throw new RuleError(`"${rule.name}" has an empty value`, 0);
}

/** Traefik registers a matcher in four spellings: `PathPrefix`, `pathprefix`, `PATHPREFIX`, `Pathprefix`. */
function matcherName(written: string, known: readonly string[]): string {
  const name = known.find((candidate) => candidate.toLowerCase() === written.toLowerCase());
  const spellings = name === undefined
    ? []
    : [name, name.toLowerCase(), name.toUpperCase(), name.charAt(0) + name.slice(1).toLowerCase()];
  if (name === undefined || !spellings.includes(written)) {
    throw new RuleError(`the matcher "${written}" does not exist`, 0);
  }
  return name;
}

function convert(rule: Rule, protocol: Protocol, notes: Set<string>): Rule {
  if (rule.kind === "not") return { kind: "not", of: convert(rule.of, protocol, notes) };
  if (rule.kind !== "call") {
    return {
      kind: rule.kind,
      left: convert(rule.left, protocol, notes),
      right: convert(rule.right, protocol, notes),
    };
  }
  checkValues(rule);
  const name = matcherName(rule.name, matchersOfVersion2[protocol]);
  const converter = converters[name];
  if (converter === undefined) throw new RuleError(`the matcher "${name}" has no successor`, 0);
  return converter(rule.values, notes);
}

type Converter = (values: readonly string[], notes: Set<string>) => Rule;

const call = (name: string, ...values: readonly string[]): Rule => ({ kind: "call", name, values });

function chain(kind: "and" | "or", rules: readonly Rule[]): Rule {
  const [first, ...rest] = rules;
  if (first === undefined) throw new RuleError("a matcher has no value", 0);
  return rest.reduce((left, right) => ({ kind, left, right }), first);
}

const each = (toRule: (value: string) => Rule): Converter => (values) => chain("or", values.map(toRule));

const converters: Readonly<Record<string, Converter>> = {
  Host: each((value) => call("Host", value)),
  HostHeader: each((value) => call("Host", value)),
  HostRegexp: each((value) =>
    call("HostRegexp", templateToRegexp(value, { default: "[^.]+", end: "$", foldCase: true }))
  ),
  ClientIP: each((value) => call("ClientIP", value)),
  Method: each((value) => call("Method", value)),
  Path: each((value) => pathRule("Path", value, "$")),
  PathPrefix: each((value) => pathRule("PathPrefix", value, "")),
  Headers: (values) =>
    chain("and", pairs("Headers", values).map(([key, value]) => call("Header", key, value))),
  HeadersRegexp: (values) =>
    chain("and", pairs("HeadersRegexp", values).map(([key, value]) => call("HeaderRegexp", key, value))),
  Query: (values, notes) => {
    notes.add(
      "of a parameter that occurs several times Traefik 2 looked at the first value, Traefik 3 looks at all",
    );
    const parameters = pairs("Query", values.flatMap((value) => splitOnce(value, "=")));
    refuseEqualNames(parameters.map(([, value]) => templateNames(value)));
    return chain("and", parameters.map(queryRule));
  },
  ALPN: each((value) => call("ALPN", value)),
  HostSNI: each((value) => call("HostSNI", value)),
  HostSNIRegexp: each((value) =>
    call("HostSNIRegexp", templateToRegexp(value, { default: "[^.]+", end: "$", foldCase: true }))
  ),
};

function pathRule(name: "Path" | "PathPrefix", value: string, end: "$" | ""): Rule {
  if (!value.startsWith("/")) {
    throw new RuleError(`"${name}" has a value that does not start with a slash`, 0);
  }
  return hasBraces(value)
    ? call("PathRegexp", templateToRegexp(value, { default: "[^/]+", end, foldCase: false }))
    : call(name, value);
}

function queryRule([key, value]: readonly [string, string]): Rule {
  if (hasBraces(key)) throw new RuleError(`"Query" has a template as the name of a parameter`, 0);
  if (value === "") return call("QueryRegexp", key, ".*");
  return hasBraces(value)
    ? call("QueryRegexp", key, templateToRegexp(value, { default: ".*", end: "$", foldCase: false }))
    : call("Query", key, value);
}

/** All parameters of one `Query` are one route of mux, in which a name may occur in one template only. */
function refuseEqualNames(names: readonly (readonly string[])[]): void {
  const seen = new Set<string>();
  for (const own of names) {
    const repeated = own.find((name) => seen.has(name));
    if (repeated !== undefined) {
      throw new RuleError(`"Query" has two templates with the name "${repeated}"`, 0);
    }
    for (const name of own) seen.add(name);
  }
}

function splitOnce(text: string, separator: string): string[] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}

function pairs(name: string, values: readonly string[]): [string, string][] {
  if (values.length % 2 === 1) throw new RuleError(`"${name}" has a name without a value`, 0);
  return values.flatMap((key, index): [string, string][] =>
    index % 2 === 0 ? [[key, values[index + 1] ?? ""]] : []
  );
}

/** Prints a rule; parentheses only where precedence asks for them. */
export function printRule(rule: Rule): string {
  switch (rule.kind) {
    case "call":
      return `${rule.name}(${rule.values.map(quote).join(", ")})`;
    case "not":
      return rule.of.kind === "call" ? `!${printRule(rule.of)}` : `!(${printRule(rule.of)})`;
    case "or":
      return `${printRule(rule.left)} || ${
        rule.right.kind === "or" ? `(${printRule(rule.right)})` : printRule(rule.right)
      }`;
    case "and":
      return [rule.left, rule.right]
        .map((side, index) =>
          side.kind === "or" || (index === 1 && side.kind === "and")
            ? `(${printRule(side)})`
            : printRule(side)
        )
        .join(" && ");
  }
}

function quote(value: string): string {
  return value.includes("`") ? JSON.stringify(value) : `\`${value}\``;
}
