/** Aliases of decisions.yaml: those of people are taken, those that harm are said where they are, at once. */
import { deepEqual, equal, match } from "node:assert/strict";
import { parseDecisions } from "../../lib/decisions/decisions.ts";

/** Levels of lists that each hold the one before so many times. */
function bomb(levels: number, width: number): string {
  const lines = ["a0: &l0 [x]"];
  for (let level = 1; level <= levels; level++) {
    lines.push(`a${level}: &l${level} [${Array(width).fill(`*l${level - 1}`).join(", ")}]`);
  }
  return `${lines.join("\n")}\n`;
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

const HARM: Readonly<Record<string, readonly [string, RegExp, number]>> = {
  "a bomb": [bomb(9, 9), /with the alias "\*l4" there are more than 100000 values/, 6],
  "a larger bomb": [bomb(60, 30), /there are more than 100000 values/, 5],
  "a bomb of merge keys": [
    `a0: &m0 {a: 1}\n${lines(40, (i) => `a${i + 1}: &m${i + 1}\n  <<: [*m${i}, *m${i}, *m${i}]\n`)}`,
    /there are more than 100000 values/,
    19,
  ],
  "too many of them": [
    `a: &m 1
b: [${Array(1_100).fill("*m").join(", ")}]
`,
    /or 1000 aliases/,
    2,
  ],
  "one without an anchor": [
    "namespace: a\nusers: *nobody\n",
    /the alias "\*nobody" has no anchor before it/,
    2,
  ],
  "one before its anchor": [
    "services:\n  a: *x\n  b: &x { replicas: 1 }\n",
    /"\*x" has no anchor before it/,
    2,
  ],
  "a key without an anchor": ["services:\n  *x : { replicas: 1 }\n", /"\*x" has no anchor before it/, 2],
  "one within its anchor": ["users: &a\n  b: *a\n", /"\*a" stands for what it is itself in/, 2],
};

for (const [what, [text, message, line]] of Object.entries(HARM)) {
  Deno.test(`decisions with ${what} are refused at its line`, () => {
    const { diagnostics, decisions } = parseDecisions(text, "decisions.yaml");
    deepEqual(diagnostics.map(({ code, severity, span }) => [code, severity, span?.line]), [
      ["kube-decisions-syntax", "error", line],
    ]);
    match(diagnostics[0]?.message ?? "", message);
    deepEqual(Object.keys(decisions), ["file", "span"]);
  });
}

Deno.test("decisions may say once what many services have", () => {
  const text = `services:\n  s: &s { replicas: 2 }\n${lines(500, (i) => `  s${i}: *s\n`)}`;
  const { diagnostics, decisions } = parseDecisions(text, "decisions.yaml");
  deepEqual(diagnostics, []);
  equal(decisions.services?.["s499"]?.replicas, 2);
});

Deno.test("an anchor may be given anew: an alias stands for the last one before it", () => {
  const text = "services:\n  a: &s { replicas: 1 }\n  b: &s { replicas: 2 }\n  c: *s\n";
  equal(parseDecisions(text, "decisions.yaml").decisions.services?.["c"]?.replicas, 2);
});
