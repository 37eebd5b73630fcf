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
  '{{ printf "%x" 1 }}',
];

Deno.test("renderTemplate() refuses what it does not understand, and names it", () => {
  for (const template of refused) {
    throws(() => renderTemplate(template, data, functions), TemplateError, template);
  }
});

Deno.test("normalize() joins letters and digits by dashes", () => {
  strictEqual(normalize("faf_java.api--1"), "faf-java-api-1");
  strictEqual(normalize("_ü ñ_"), "ü-ñ");
  strictEqual(normalize("---"), "");
});
