import { strictEqual, throws } from "node:assert/strict";
import { renderTemplate } from "../../lib/traefik/go_template.ts";
import { normalize, TemplateError, templateFunctions } from "../../lib/traefik/go_template_functions.ts";

const functions = templateFunctions({ DOMAINNAME: "example.org", EMPTY: "", LIST: "a,b" });
const data = { Name: "web-stack", Labels: { "com.x.y": "z" } };

const rendered: readonly (readonly [string, string])[] = [
  ["plain", "plain"],
  ['{{env "DOMAINNAME"}}', "example.org"],
  ["Host(`{{ normalize .Name }}`)", "Host(`web-stack`)"],
  ['{{ env "NOT_SET" }}', ""],
  ['{{ env "EMPTY" | default "x" }}', "x"],
  ['{{ default "x" (env "DOMAINNAME") }}', "example.org"],
  ['{{ index .Labels "com.x.y" }}', "z"],
  ['{{ index .Labels "absent" }}', ""],
  ['{{ if env "DOMAINNAME" }}yes{{ else }}no{{ end }}', "yes"],
  ['{{ if env "EMPTY" }}yes{{ else if eq .Name "web-stack" }}second{{ else }}no{{ end }}', "second"],
  ['{{ range splitList "," (env "LIST") }}<{{ . }}>{{ end }}', "<a><b>"],
  ['{{ range $i, $v := splitList "," (env "LIST") }}{{ $i }}{{ $v }}{{ end }}', "0a1b"],
  ['{{ $host := env "DOMAINNAME" }}{{ $host }}/{{ $host }}', "example.org/example.org"],
  ['{{ with env "DOMAINNAME" }}{{ . }}{{ end }}', "example.org"],
  ["a\n  {{- /* cut */ -}}\n  b", "ab"],
  ['a {{- " x " -}} b', "a x b"],
  ['{{ printf "%s-%d-%q" "a" 3 "b" }}', 'a-3-"b"'],
  ['{{ "a" | upper | printf "%s!" }}', "A!"],
  ['{{ replace "." "-" (env "DOMAINNAME") }}', "example-org"],
  ['{{ if and (hasPrefix "web" .Name) (not (contains "x" .Name)) }}ok{{ end }}', "ok"],
  ['{{ trimSuffix "-stack" .Name }}', "web"],
  ["{{ `raw {{` }}", "raw {{"],
  ['{{ "}}" }}{{/* "}} */}}!', "}}!"],
  ["a {{-5}} b", "a -5 b"],
  ['{{ "\\x41\\xc3\\xa9\\u00e9\\101\\t" }}', "AééA\t"],
  ['{{ replace "s" "$&$1" .Name }}', "web-$&$1tack"],
  ["{{ range $i, $e := until 3 }}{{ $i }}{{ $e }},{{ end }}", "00,11,22,"],
  ["{{ range until -2 }}{{ . }},{{ end }}", "0,-1,"],
  ["{{ range untilStep 3 10 3 }}{{ . }},{{ end }}{{ range untilStep 3 10 -1 }}x{{ end }}", "3,6,9,"],
  ['{{ title "foo_bar foo.bar a-b élan été 3x" }}', "Foo_bar Foo.Bar A-B Élan Été 3x"],
  ['{{ .constructor }}{{ index .Labels "toString" }}', "<no value>"],
];

Deno.test("renderTemplate() renders what stacks use", () => {
  for (const [template, expected] of rendered) {
    strictEqual(renderTemplate(template, data, functions), expected, template);
  }
});

const refused = [
  "{{ unknownFunction 1 }}",
  "{{ if true }}",
  "{{ end }}",
  "{{ $nowhere }}",
  '{{ template "x" }}',
  "{{ ( }}",
  "{{ .Name | }}",
  "{{ 'N' }}",
  "{{ 12abc }}",
  '{{ "}}',
  '{{ printf "%x" 1 }}',
];

Deno.test("renderTemplate() refuses what it does not understand, and names it", () => {
  for (const template of refused) {
    throws(() => renderTemplate(template, data, functions), TemplateError, template);
  }
});

/** Each took minutes, all memory or the stack of this program. */
const harmful: Readonly<Record<string, string>> = {
  "openings without an end": "{{".repeat(100_000),
  "comments without an end": "{{/*".repeat(50_000),
  "parentheses": `{{ ${"(".repeat(20_000)}1${")".repeat(20_000)} }}`,
  "blocks in blocks": "{{ if true }}".repeat(20_000) + "{{ end }}".repeat(20_000),
  "chains of else": `{{ if false }}${"{{ else if false }}".repeat(20_000)}{{ end }}`,
  "loops in loops": `{{ $l := splitList "," "${",".repeat(99)}" }}${"{{ range $l }}".repeat(9)}x${
    "{{ end }}".repeat(9)
  }`,
  "a text that doubles": `{{ $a := "aaaa" }}${'{{ $a = printf "%s%s" $a $a }}'.repeat(60)}`,
  "a list that doubles": `{{ $a := list 1 }}${"{{ $a = list $a $a }}".repeat(60)}{{ $a }}`,
  "a list within lists": `{{ $a := list 1 }}${"{{ $a = list $a }}".repeat(20_000)}{{ $a }}`,
  "a text put between all characters": `{{ $a := "${"a".repeat(5000)}" }}{{ replace "" $a $a }}`,
  "a function of every object": "{{ hasOwnProperty }}",
  "nothing as a command": "{{ nil }}",
  "a range over a text": "{{ range .Name }}x{{ end }}",
  "no escape of Go": '{{ "\\q" }}',
};

for (const [name, template] of Object.entries(harmful)) {
  Deno.test(`renderTemplate() refuses ${name}`, () => {
    throws(() => renderTemplate(template, data, functions), TemplateError);
  });
}

Deno.test("normalize() joins letters and digits by dashes", () => {
  strictEqual(normalize("faf_java.api--1"), "faf-java-api-1");
  strictEqual(normalize("_ü ñ_"), "ü-ñ");
  strictEqual(normalize("---"), "");
});
