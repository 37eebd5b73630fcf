import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { nearest, nearestName } from "../../lib/diagnostics/nearest.ts";

const CASES: readonly [string, readonly string[], string | undefined][] = [
  ["imag", ["image", "init", "labels"], "image"],
  ["enviroment", ["environment", "env_file", "expose"], "environment"],
  ["Volumes", ["volumes", "volumes_from"], "volumes"],
  ["faf-bd", ["faf-db", "faf-qai"], "faf-db"],
  ["xyz", ["image", "init"], undefined],
  ["", ["image"], undefined],
  ["port", [], undefined],
  ["ab", ["ba"], "ba"],
];

for (const [word, candidates, expected] of CASES) {
  Deno.test(`nearest() of "${word}" among ${candidates.length} is ${expected}`, () => {
    assert.equal(nearest(word, candidates), expected);
  });
}

Deno.test("nearest() finds a word of four letters or more after any single edit", () => {
  const words = ["environment", "healthcheck", "container_name", "network_mode"];
  const edit = fc.record({
    word: fc.constantFrom(...words),
    at: fc.nat(10),
    letter: fc.constantFrom("x", "q", ""),
  });
  fc.assert(fc.property(edit, ({ word, at, letter }) => {
    assert.equal(nearest(word.slice(0, at) + letter + word.slice(at + 1), words), word);
  }));
});

const NAMES: readonly [string, readonly string[], string | undefined][] = [
  ["kube-bind-sorce", ["kube-bind-special", "kube-bind-source-missing"], "kube-bind-source-missing"],
  [
    "kube-bind-source",
    ["kube-bind-source-missing-too", "kube-bind-source-missing"],
    "kube-bind-source-missing",
  ],
  ["kube-bind-specal", ["kube-bind-source-missing", "kube-bind-special"], "kube-bind-special"],
  ["healthchek", ["healthcheck", "healthcheck.test"], "healthcheck"],
  ["heathcheck.tset", ["healthcheck", "healthcheck.test"], "healthcheck.test"],
  ["Deployment/wbe", ["deployment/web", "service/web"], "deployment/web"],
  ["kube-secret", ["kube-secret-characters", "kube-secrets"], "kube-secrets"],
  ["", ["__proto__"], undefined],
  ["/", ["__proto__", "a-b"], undefined],
  ["kube", ["traefik-rule"], undefined],
];

for (const [word, candidates, expected] of NAMES) {
  Deno.test(`nearestName() of "${word}" among ${candidates.length} is ${expected}`, () => {
    assert.equal(nearestName(word, candidates), expected);
  });
}
