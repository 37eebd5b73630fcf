/** Which values a chart reads, told from its files, and which of ours it does not. */
import assert from "node:assert/strict";
import { checkValues } from "../../lib/checks/chart/check_values.ts";
import { ChartError, readChart } from "../../lib/checks/chart/chart.ts";
import type { ChartTarget } from "../../lib/checks/chart/target.ts";
import { unreadValues } from "../../lib/checks/chart/unread_values.ts";
import { valueReads } from "../../lib/checks/chart/value_reads.ts";
import { schemaAnswer } from "../../lib/checks/chart/values_schema.ts";
import { noDecisions, parseDecisions } from "../../lib/decisions/decisions.ts";

/** Paths read by one template; a whole one ends in `/`. */
function reads(template: string): string[] {
  return valueReads([template]).paths.map(({ path, whole }) => path.join(".") + (whole ? "/" : "")).sort();
}

const READS: readonly [string, string, readonly string[]][] = [
  ["a field", "{{ .Values.a.b }}", ["a.b/"]],
  ["a field by the root", "{{ $.Values.a }}{{ .context.Values.b }}{{ $root.Values.c }}", ["a/", "b/", "c/"]],
  ["a test", "{{ if and .Values.a (not .Values.b.c) }}x{{ end }}", ["a", "b.c"]],
  ["a test that prints", "{{ if .Values.a }}{{ .Values.a.b }}{{ end }}", ["a", "a.b/"]],
  ["with", "{{ with .Values.a }}{{ .b }}{{ toYaml .c | nindent 4 }}{{ end }}{{ .d }}", ["a", "a.b/", "a.c/"]],
  ["with, as a whole", "{{ with .Values.a }}{{ toYaml . }}{{ end }}", ["a/"]],
  ["else of with", "{{ with .Values.a }}{{ else }}{{ .b }}{{ end }}", ["a"]],
  ["else with", "{{ with .Values.a }}{{ else with .Values.b }}{{ .c }}{{ end }}", ["a", "b", "b.c/"]],
  ["range", "{{ range .Values.a }}{{ .b }}{{ end }}", ["a", "a.*.b/"]],
  ["range with names", "{{ range $k, $v := .Values.a }}{{ $v.b.c }}{{ end }}", ["a", "a.*.b.c/"]],
  ["a variable", '{{ $x := .Values.a }}{{ $x.b }}{{ (index $x "c").d }}', ["a.b/", "a.c.d/"]],
  [
    "a variable that changes",
    "{{ $x := .Values.a }}{{ if .Values.t }}{{ $x = .Values.b }}{{ end }}{{ $x.c }}",
    [
      "a.c/",
      "b.c/",
      "t",
    ],
  ],
  ["index", '{{ index .Values "a" "b-c" "d" }}', ["a.b-c.d/"]],
  ["index by what is not known", "{{ (index .Values.ports .Values.entry).port }}", [
    "entry/",
    "ports.*.port/",
  ]],
  ["dig", '{{ dig "limits" "memory" "" .Values.resources }}', ["resources.limits.memory/"]],
  ["get and hasKey", '{{ get .Values.a "b" }}{{ if hasKey .Values.a "c" }}{{ end }}', ["a.b/", "a.c"]],
  ["a group with fields", "{{ if (.Values.a).b }}{{ end }}", ["a.b"]],
  ["default in a pipe", '{{ .Values.a | default "x" | quote }}', ["a/"]],
  ["what another template gets", '{{ include "t" (dict "value" .Values.a "context" $) }}', ["a/"]],
  ["template", '{{ template "t" .Values.a }}', ["a/"]],
  ["define", '{{ define "t" }}{{ .Values.a }}{{ .b }}{{ end }}', ["a/"]],
  ["a text with braces", '{{ printf "}}" }}{{ printf "%s" .Values.a }}', ["a/"]],
  ["comments and text", "{{/* .Values.a */}} .Values.b {{- /* {{ .Values.c }} */ -}}", []],
  ["trimmed braces", "{{- .Values.a -}}", ["a/"]],
  ["several lines", '{{ include "t" (dict\n  "x" .Values.a\n) }}', ["a/"]],
];

for (const [name, template, expected] of READS) {
  Deno.test(`valueReads() follows ${name}`, () => assert.deepEqual(reads(template), [...expected].sort()));
}

Deno.test("valueReads() says where all values are handed on at once", () => {
  assert.equal(valueReads(["{{ toYaml .Values | sha256sum }}"]).takesAll, true);
  assert.equal(valueReads(['{{ include "t" . }}{{ index .Values "a" }}']).takesAll, false);
});

const CHART = readChart(
  new Map([
    [
      "Chart.yaml",
      "name: shop\nversion: 1.2.3\ndependencies:\n" +
      "  - { name: cache, version: 1.x, condition: cache.enabled }\n  - { name: base, alias: other, version: 1.x }\n",
    ],
    [
      "values.yaml",
      "metrics: { enabled: false }\nannotations: {}\nnothing:\nlist: []\ntext: '{{ .Values.hidden }}'\n",
    ],
    ["templates/a.yaml", "{{ .Values.image.tag }}{{ with .Values.extra }}{{ toYaml . }}{{ end }}"],
    ["templates/_b.tpl", "{{ range $n, $p := .Values.ports }}{{ $p.port }}{{ end }}"],
    ["charts/cache/Chart.yaml", "name: cache\nversion: 1.0.0\n"],
    ["charts/cache/values.yaml", "size: 1Gi\n"],
    ["charts/lib/Chart.yaml", "name: lib\nversion: 1.0.0\ntype: library\n"],
    ["charts/lib/templates/_l.tpl", '{{ define "l" }}{{ .Values.fromLibrary }}{{ end }}'],
  ]),
);

const UNREAD: readonly [string, Record<string, unknown>, readonly string[]][] = [
  ["what its values have", { metrics: { enabled: true }, list: [1] }, []],
  ["what is below an open map", { annotations: { "a.b/c": "x" }, nothing: { deep: { er: 1 } } }, []],
  ["what templates read", { image: { tag: "1" }, extra: { a: { b: 1 } }, hidden: 1, fromLibrary: 1 }, []],
  ["any name of a range", { ports: { web: { port: 1 } } }, []],
  ["global, switches and subcharts", {
    global: { x: 1 },
    cache: { enabled: true, size: "2" },
    other: { y: 1 },
  }, []],
  ["a dotted key", { "metrics.enabled": true }, ["metrics.enabled -> metrics/enabled"]],
  ["a slip of the pen", { metrics: { enbled: true } }, ["metrics/enbled -> metrics/enabled"]],
  ["a key of a range", { ports: { web: { prot: 1 } } }, ["ports/web/prot -> ports/web/port"]],
  ["a whole group, once", { unknownGroup: { a: 1, b: { c: 2 } } }, ["unknownGroup"]],
  ["beside what is read", { image: { tag: "1", wholly: 2 } }, ["image/wholly"]],
  ["a value of a subchart", { cache: { sizes: 1 } }, ["cache/sizes -> cache/size"]],
];

for (const [name, values, expected] of UNREAD) {
  Deno.test(`unreadValues() knows ${name}`, () => {
    const told = unreadValues(CHART, values).map(({ path, suggestion }) =>
      path.join("/") + (suggestion === undefined ? "" : ` -> ${suggestion.join("/")}`)
    );
    assert.deepEqual(told, expected);
  });
}

Deno.test("a schema that is closed refuses, one that names a value knows it", () => {
  const schema = {
    additionalProperties: false,
    properties: {
      ports: { additionalProperties: { $ref: "#/$defs/port" } },
      free: { type: "object" },
      any: { anyOf: [{ properties: { a: {} }, additionalProperties: false }, {}] },
    },
    $defs: {
      port: { additionalProperties: false, properties: { port: {} }, patternProperties: { "^x-": {} } },
    },
  };
  const answers = ["ports/web/port", "ports/web/tls", "ports/web/x-a", "other", "free/a", "any/b"]
    .map((path) => schemaAnswer(schema, path.split("/")));
  assert.deepEqual(answers, ["known", "refused", "known", "refused", "open", "open"]);
  const closed = readChart(
    new Map([["Chart.yaml", "name: c\nversion: 1.0.0"], ["values.yaml", "gone: { a: 1 }"], [
      "values.schema.json",
      JSON.stringify(schema),
    ]]),
  );
  assert.deepEqual(unreadValues(closed, { gone: null, ports: { web: { port: 1, tls: {} } } }), [
    { path: ["ports", "web", "tls"], isRefused: true },
  ]);
});

Deno.test("checkValues() points at the operator's own value, and only there", () => {
  const text = [
    "brokers:",
    "  mq:",
    "    engine: rabbitmq",
    "    admin: { user: admin, password: mq.PASSWORD }",
    "    chart:",
    "      chart: rabbitmq",
    "      version: 1.0.0",
    "      erlangCookie: mq.COOKIE",
    "      values:",
    "        metrics.enabled: true",
  ].join("\n");
  const { decisions, diagnostics } = parseDecisions(text, "decisions.yaml");
  assert.deepEqual(diagnostics, []);
  const target: ChartTarget = {
    name: "mq",
    release: "mq",
    kind: "HelmChart",
    namespace: "shop",
    service: "mq",
    values: { "metrics.enabled": true, ours: 1 },
  };
  const [own, made] = checkValues(target, CHART, decisions);
  assert.equal(own?.severity, "warning");
  assert.equal(own.span?.line, 10);
  assert.match(
    own.message,
    /'metrics\.enabled'" in decision "brokers\.mq\.chart\.values" is not read by chart shop 1\.2\.3/,
  );
  assert.equal(own.hint, 'Did you mean "metrics.enabled"?');
  assert.equal(made?.span, undefined);
  assert.match(made?.message ?? "", /"ours" of HelmChart "mq"/);
  assert.equal(checkValues({ ...target, values: { ours: 1 } }, CHART, noDecisions()).length, 1);
});

Deno.test("readChart() says what is missing or broken", () => {
  assert.throws(() => readChart(new Map()), ChartError);
  assert.throws(
    () => readChart(new Map([["Chart.yaml", "name: a"], ["values.yaml", "a: [b"]])),
    /values\.yaml is not valid YAML/,
  );
});
