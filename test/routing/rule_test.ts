import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { fc } from "../chance.ts";
import { matchesConstraints } from "../../lib/traefik/constraints.ts";
import { parseRule, type Rule, RuleError } from "../../lib/traefik/rule.ts";
import { convertRule, likelySyntax, printRule } from "../../lib/traefik/rule_syntax.ts";

const rewritten: readonly (readonly [string, string])[] = [
  ["Host(`a`)", "Host(`a`)"],
  ["Host(`a`) || Host(`b`) && PathPrefix(`/x`)", "Host(`a`) || Host(`b`) && PathPrefix(`/x`)"],
  ["Host(`a`,`b`)", "Host(`a`) || Host(`b`)"],
  ["Host(`a`,`b`) && Path(`/x`)", "(Host(`a`) || Host(`b`)) && Path(`/x`)"],
  ["!Host(`a`,`b`)", "!(Host(`a`) || Host(`b`))"],
  ["HostHeader(`a`)", "Host(`a`)"],
  ["HostRegexp(`{any:.*}`)", "HostRegexp(`^.*$`)"],
  ["HostRegexp(`{sub:[a-z]+}.x.org`)", "HostRegexp(`^[a-z]+\\.x\\.org$`)"],
  ["HostRegexp(`{sub:[A-Z]+}.x`)", "HostRegexp(`(?i)^[A-Z]+\\.x$`)"],
  ["HostRegexp(`x.org`)", "HostRegexp(`^x\\.org$`)"],
  ["HostRegexp(`{a:x|y}.z`)", "HostRegexp(`^(x|y)\\.z$`)"],
  ["Path(`/a/{id}`)", "PathRegexp(`^/a/[^/]+$`)"],
  ["PathPrefix(`/a/{id:[0-9]{1,3}}`)", "PathRegexp(`^/a/([0-9]{1,3})`)"],
  ["Path(`/a+b`)", "Path(`/a+b`)"],
  ["Method(`GET`,`POST`)", "Method(`GET`) || Method(`POST`)"],
  ["Headers(`k`,`v`)", "Header(`k`, `v`)"],
  ["HeadersRegexp(`k`,`v`)", "HeaderRegexp(`k`, `v`)"],
  ["Query(`a=b`,`c=d`)", "Query(`a`, `b`) && Query(`c`, `d`)"],
  ["Query(`a=`)", "QueryRegexp(`a`, `.*`)"],
  ["ClientIP(`10.0.0.0/8`, `::1`)", "ClientIP(`10.0.0.0/8`) || ClientIP(`::1`)"],
  ["PATHPREFIX(`/x`) && Host(`a`,`b`)", "PathPrefix(`/x`) && (Host(`a`) || Host(`b`))"],
];

Deno.test("convertRule() rewrites the syntax of Traefik 2", () => {
  for (const [before, after] of rewritten) {
    const converted = convertRule(before, "http", "v2");
    ok("rule" in converted, before);
    strictEqual(converted.rule, after);
    strictEqual(converted.changed, before !== after);
  }
});

const rewrittenTcp: readonly (readonly [string, string])[] = [
  ["HostSNI(`*`)", "HostSNI(`*`)"],
  ["HostSNI(`a`,`b`)", "HostSNI(`a`) || HostSNI(`b`)"],
  ["HostSNIRegexp(`{sub}.a`) && ALPN(`h2`)", "HostSNIRegexp(`^[^.]+\\.a$`) && ALPN(`h2`)"],
];

Deno.test("convertRule() rewrites rules of TCP routers", () => {
  for (const [before, after] of rewrittenTcp) {
    const converted = convertRule(before, "tcp", "v2");
    strictEqual("rule" in converted ? converted.rule : converted.problem, after);
  }
});

const refusedInVersion2 = [
  "Host()",
  "Host(``)",
  "Nope(`a`)",
  "Header(`a`, `b`)",
  "hOST(`a`)",
  "Path(`x`)",
  "PathPrefix(`/{id`)",
  "PathPrefix(`/{}`)",
  "Headers(`a`)",
  "Query(`a`)",
  "Query(`a={x}`, `b={x}`)",
  "Host(`a`) &&",
  "Host(a)",
  "(Host(`a`)",
  "Host(`a`) Host(`b`)",
  "",
];

Deno.test("convertRule() says why a rule cannot be used", () => {
  for (const rule of refusedInVersion2) {
    const converted = convertRule(rule, "http", "v2");
    ok("problem" in converted && converted.problem.length > 0, rule);
  }
});

Deno.test("convertRule() leaves rules of Traefik 3 as they are, and checks them", () => {
  const spaced = "  Host(`a`)  ||\n Query(`q`)";
  deepStrictEqual(convertRule(spaced, "http", "v3"), { rule: spaced, changed: false, notes: [] });
  ok("problem" in convertRule("Host(`a`, `b`)", "http", "v3"));
  ok("problem" in convertRule("Headers(`a`, `b`)", "http", "v3"));
});

const plain = { noNullPrototype: true };

const anyRule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom("Host", "Path"),
      values: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
    }, plain),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      left: tie("rule"),
      right: tie("rule"),
    }, plain),
    fc.record({ kind: fc.constant("not" as const), of: tie("rule") }, plain),
  ),
})).rule;

Deno.test("printRule() prints what parseRule() reads back", () => {
  fc.assert(fc.property(anyRule, (rule) => deepStrictEqual(parseRule(printRule(rule)), rule)));
});

Deno.test("parseRule() gives Go's precedence", () => {
  deepStrictEqual(printRule(parseRule("A(`1`) || B(`2`) && !C(`3`)")), "A(`1`) || B(`2`) && !C(`3`)");
  strictEqual(parseRule("A(`1`) || B(`2`) && C(`3`)").kind, "or");
  throws(() => parseRule("A(`1`"), RuleError);
});

Deno.test("matchesConstraints() evaluates labels", () => {
  const labels = { "a.b": "x", kind: "web-1" };
  strictEqual(matchesConstraints("", labels), true);
  strictEqual(matchesConstraints("Label(`a.b`, `x`)", labels), true);
  strictEqual(matchesConstraints("Label(`a.b`, `y`)", labels), false);
  strictEqual(matchesConstraints("!Label(`a.b`, `y`) && LabelRegex(`kind`, `^web-[0-9]`)", labels), true);
  strictEqual(matchesConstraints("LabelRegex(`absent`, `.*`)", labels), false);
  throws(() => matchesConstraints("Nope(`a`, `b`)", labels), RuleError);
});

Deno.test("likelySyntax() takes a rule for Traefik 2's where only that reads it as it is meant", () => {
  const cases: readonly (readonly [string, "v2" | "v3"])[] = [
    ["Host(`a.example`)", "v3"],
    ["Host(`a.example`, `www.a.example`)", "v2"],
    ["HostRegexp(`{sub:[a-z]+}.a.example`)", "v2"],
    ["HostRegexp(`^[a-z]{2,5}\\.a\\.example$`)", "v3"],
    ["PathPrefix(`/v1/{id}`)", "v2"],
    ["Headers(`X-A`, `b`)", "v2"],
    ["Header(`X-A`, `b`)", "v3"],
    ["Host(`a`", "v3"],
  ];
  for (const [rule, syntax] of cases) strictEqual(likelySyntax(rule, "http"), syntax, rule);
});
