/** What holds for every file, whatever it says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fc } from "../chance.ts";
import { load, type Loaded, printJson, printYaml } from "../../compose/mod.ts";
import { type Case, place } from "./cases/mod.ts";
import { generatedCase } from "./generate.ts";

async function withDirectory(use: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "chance" });
  try {
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function loadCase(each: Case, root: string): Promise<Loaded> {
  await Deno.remove(join(root, "project"), { recursive: true }).catch(() => {});
  return await load(await place(each, root));
}

Deno.test("load() gives the same for the same input, and a place for every error", () =>
  withDirectory((root) =>
    fc.assert(
      fc.asyncProperty(generatedCase, async (each) => {
        const first = await loadCase(each, root);
        const second = await loadCase(each, root);
        assert.deepEqual(second.diagnostics, first.diagnostics);
        assert.deepEqual(second.project?.canonical, first.project?.canonical);
        const errors = first.diagnostics.filter(({ severity }) => severity === "error");
        assert.equal(first.project === undefined, errors.length > 0);
        for (const { span, hint } of errors) {
          assert.ok(span && hint);
          const lines = (first.sources.get(span.file) ?? "").split("\n");
          assert.ok(span.line <= lines.length && span.column <= (lines[span.line - 1] ?? "").length + 1);
        }
      }),
      { numRuns: 100 },
    )
  ));

Deno.test("load() of the printed project is the project again", () =>
  withDirectory((root) =>
    fc.assert(
      fc.asyncProperty(generatedCase, fc.boolean(), async (each, isYaml) => {
        const { project } = await loadCase(each, root);
        fc.pre(project !== undefined);
        const printed = (isYaml ? printYaml(project) : printJson(project)).replaceAll("$", "$$$$");
        const again = await loadCase({
          ...each,
          name: "again",
          files: { "again.yaml": printed },
          load: ["again.yaml"],
        }, root);
        const lost = again.diagnostics.filter(({ severity, code }) =>
          severity === "error" && code !== "compose-env-file"
        );
        assert.deepEqual(lost, []);
        if (again.project !== undefined) assert.deepEqual(again.project.canonical, project.canonical);
      }),
      { numRuns: 100 },
    )
  ));

Deno.test("load() does not throw whatever a file holds", () =>
  withDirectory((root) =>
    fc.assert(
      fc.asyncProperty(
        generatedCase,
        fc.array(
          fc.tuple(
            fc.nat(),
            fc.constantFrom(
              "\t",
              ":",
              "- ",
              "{",
              "}",
              "[",
              "]",
              "&a",
              "*a",
              "!reset ",
              '"',
              "'",
              "|",
              "#",
              "\n",
              "<<: ",
              "$",
              "${",
              "\u0000",
              "?",
              "%",
              "~",
              "0x",
              "🐳",
            ),
          ),
          { minLength: 1, maxLength: 6 },
        ),
        async (each, edits) => {
          let text = each.files["compose.yaml"] ?? "";
          for (const [at, piece] of edits) {
            const offset = at % (text.length + 1);
            text = text.slice(0, offset) + piece + text.slice(offset + at % 3);
          }
          const loaded = await loadCase({ ...each, files: { ...each.files, "compose.yaml": text } }, root);
          const hasErrors = loaded.diagnostics.some(({ severity }) => severity === "error");
          assert.equal(loaded.project === undefined, hasErrors);
        },
      ),
      { numRuns: 250 },
    )
  ));
