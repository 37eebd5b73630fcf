/** `format: raw` of an env_file: as `docker run --env-file` reads it, which compose registers for it. */
import { deepEqual, equal, match } from "node:assert/strict";
import { load, originOf, replacementAt } from "../../compose/mod.ts";
import { readRawPairs } from "../../compose/interpolation/raw_pairs.ts";
import { withFiles } from "../cli/in_process.ts";

function pairs(text: string, lookup: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { values, problem } = readRawPairs(text, (name) => lookup[name]);
  equal(problem, undefined);
  return Object.fromEntries([...values].map(([key, { value }]) => [key, value]));
}

Deno.test("a value is what stands behind the first equals sign", () => {
  deepEqual(pairs(`A="x y"\nB=$HOME\${C}\n  D=1 # no comment \n\nE=a=b\nF=\n`), {
    A: '"x y"',
    B: "$HOME${C}",
    D: "1 # no comment ",
    E: "a=b",
    F: "",
  });
  deepEqual(pairs("\uFEFFA=1\r\n# B=2\r\n \t#C=3\r\nexport.D='4'"), { A: "1", "export.D": "'4'" });
});

Deno.test("a name alone is inherited, or left out", () => {
  deepEqual(pairs("A\nB\n", { A: "of the shell" }), { A: "of the shell" });
});

Deno.test("a key with a blank, and a value without a key, are refused at their place", () => {
  const refused = (text: string) => readRawPairs(text, () => undefined).problem;
  match(refused("A=1\nexport B=2\n")?.message ?? "", /cannot contain a blank/);
  equal(refused("A=1\nexport B=2\n")?.start, 4);
  match(refused("=2\n")?.message ?? "", /needs a key/);
});

Deno.test("a service has its variables so, and another value is written in the place as it is", async () => {
  const files = {
    "compose.yaml":
      "services:\n  a:\n    image: x\n    env_file: [{ path: a.env, format: raw }, { path: b.env }]\n",
    "a.env": `A='$x'\nB=$y\n`,
    "b.env": `C='$x'\n`,
  };
  await withFiles(files, async (directory) => {
    const { project, diagnostics } = await load({ directory, environment: {} });
    deepEqual(diagnostics, []);
    deepEqual(project?.services["a"]?.environment, { A: "'$x'", B: "$y", C: "$x" });
    if (project === undefined) return;
    const origin = originOf(project, "a", "A");
    if ("reason" in origin) throw new Error(origin.reason);
    deepEqual(
      [replacementAt(origin, `it's "$new"`), replacementAt(origin, "two\nlines"), origin.span.file],
      [`it's "$new"`, undefined, "a.env"],
    );
  });
});
