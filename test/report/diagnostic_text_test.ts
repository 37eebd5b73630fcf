import assert from "node:assert/strict";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { countDiagnostics, renderDiagnostics } from "../../lib/report/diagnostic_text.ts";

const TEXT = "services:\n  web:\n    imag: nginx\n    environment:\n      DB_PASSWORD: hunter2\n";
const OPTIONS = { colour: false, sources: new Map([["/srv/compose.yaml", TEXT]]), directory: "/srv" };

const unknownKey: Diagnostic = {
  code: "compose-unknown-key",
  severity: "error",
  message: 'Unknown key "imag" in "services.web"',
  span: { file: "/srv/compose.yaml", line: 3, column: 5, endLine: 3, endColumn: 9 },
  hint: 'did you mean "image"?',
};

Deno.test("renderDiagnostics() shows the line, a caret below the very words, and the hint", () => {
  assert.equal(
    renderDiagnostics([unknownKey], OPTIONS),
    `error[compose-unknown-key]: Unknown key "imag" in "services.web"
  --> compose.yaml:3:5
  3 |     imag: nginx
    |     ^^^^
  hint: Did you mean "image"?

1 error in 1 file
`,
  );
});

Deno.test("renderDiagnostics() masks the value in the line that it shows", () => {
  const text = renderDiagnostics([{
    ...unknownKey,
    span: { file: "/srv/compose.yaml", line: 5, column: 20, endLine: 5, endColumn: 27 },
  }], OPTIONS);
  assert.doesNotMatch(text, /hunter2/);
  assert.match(text, /DB_PASSWORD: \*{7}\n {4}\| {20}\^{7}\n/);
});

Deno.test("renderDiagnostics() puts errors last, whatever came first", () => {
  const warning: Diagnostic = { code: "kube-x", severity: "warning", message: "Something differs" };
  const text = renderDiagnostics([unknownKey, warning], OPTIONS);
  assert.ok(text.indexOf("warning[") < text.indexOf("error["));
});

Deno.test("renderDiagnostics() names a place whose text is not there", () => {
  const span = { file: "/elsewhere/a.yml", line: 7, column: 2 };
  const text = renderDiagnostics([{ ...unknownKey, span }], OPTIONS);
  assert.match(text, /--> \/elsewhere\/a\.yml:7:2\n {2}hint/);
});

Deno.test("renderDiagnostics() cuts a very long line around the place", () => {
  const line = `a: ${"x".repeat(5_000)}HERE${"y".repeat(5_000)}`;
  const span = { file: "f", line: 1, column: 5_004, endLine: 1, endColumn: 5_008 };
  const text = renderDiagnostics([{ ...unknownKey, span }], { ...OPTIONS, sources: new Map([["f", line]]) });
  assert.match(text, /HERE/);
  assert.ok(text.split("\n").every((shown) => shown.length < 140));
  const [shown = "", caret = ""] = text.split("\n").slice(2, 4);
  assert.equal(shown.indexOf("HERE"), caret.indexOf("^"));
});

Deno.test("colour is never the only carrier: without its codes the text is the same", () => {
  const coloured = renderDiagnostics([unknownKey], { ...OPTIONS, colour: true });
  // deno-lint-ignore no-control-regex
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ""), renderDiagnostics([unknownKey], OPTIONS));
  assert.notEqual(coloured, renderDiagnostics([unknownKey], OPTIONS));
});

Deno.test("countDiagnostics() counts by severity and file", () => {
  const question: Diagnostic = { code: "kube-q", severity: "question", message: "Which port" };
  assert.equal(countDiagnostics([unknownKey, unknownKey, question]), "2 errors, 1 question in 1 file");
});
