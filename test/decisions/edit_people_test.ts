/** Persons written into decisions.yaml and taken out again, with every other byte left as it is. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { fc } from "../chance.ts";
import type { PersonDecision } from "../../lib/decisions/access.ts";
import { withoutPerson, withPerson } from "../../lib/decisions/edit_people.ts";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { label } from "../../lib/stack/names.ts";

const DEPLOYER: PersonDecision = { role: "deployer" };
const BOB: PersonDecision = { role: "viewer", user: "1234" };

/** The text before, the text with alice, line by line. */
const GRANTS: Readonly<Record<string, readonly [string, string]>> = {
  "no file yet": ["", "access:\n  people:\n    alice: { role: deployer }\n"],
  "only comments": ["# ours\n", "# ours\naccess:\n  people:\n    alice: { role: deployer }\n"],
  "no access yet, and no line break at the end": [
    "namespace: faf # the name",
    "namespace: faf # the name\naccess:\n  people:\n    alice: { role: deployer }",
  ],
  "no people yet, a comment where they belong": [
    "access:\n  oidc:\n    issuer: https://a/\n    clientId: k\n  # One line for each person.\n\n# the end\n",
    "access:\n  oidc:\n    issuer: https://a/\n    clientId: k\n  # One line for each person.\n" +
    "  people:\n    alice: { role: deployer }\n\n# the end\n",
  ],
  "others before, and things after": [
    "access:\n  people:\n      carl: # he\n          role: viewer\n          # no more\n  groups: {}\nlast: 1\n",
    "access:\n  people:\n      carl: # he\n          role: viewer\n          # no more\n" +
    "      alice: { role: deployer }\n  groups: {}\nlast: 1\n",
  ],
  "a flow map": [
    "access: { people: { carl: { role: viewer } } } # short\n",
    "access: { people: { carl: { role: viewer }, alice: { role: deployer } } } # short\n",
  ],
  "a flow map of several lines": [
    "access:\n  people: {\n    carl: { role: viewer },\n  }\n",
    "access:\n  people: {\n    carl: { role: viewer },\n    alice: { role: deployer },\n  }\n",
  ],
  "an empty map": [
    "access:\n  people: {} # nobody\n",
    "access:\n  people: { alice: { role: deployer } } # nobody\n",
  ],
  "line breaks of Windows": [
    "access:\r\n  people:\r\n    carl: { role: viewer }\r\n",
    "access:\r\n  people:\r\n    carl: { role: viewer }\r\n    alice: { role: deployer }\r\n",
  ],
};

for (const [name, [before, after]] of Object.entries(GRANTS)) {
  Deno.test(`withPerson() and back: ${name}`, () => {
    assert.equal(withPerson(before, "alice", DEPLOYER, undefined), after);
    assert.equal(withoutPerson(after, "alice"), before);
  });
}

Deno.test("withPerson() changes role and login where they stand", () => {
  const text =
    "access:\n  people:\n    bob: { role: viewer, user: '1234' } # on call\n    eve:\n      role: viewer # r\n";
  const operator = withPerson(text, "bob", { role: "operator", user: "5" }, BOB);
  assert.equal(operator, text.replace("viewer, user: '1234'", 'operator, user: "5"'));
  const account = withPerson(text, "bob", { role: "viewer" }, BOB);
  assert.equal(account, text.replace(", user: '1234'", ""));
  const login = withPerson(text, "eve", BOB, { role: "viewer" });
  assert.equal(login, text.replace("viewer # r", 'viewer # r\n      user: "1234"'));
});

Deno.test("withoutPerson() keeps the comments of others, and an empty map where one would lose them", () => {
  assert.equal(
    withoutPerson(
      "access:\n  people:\n    # the boss\n    alice: { role: viewer } # she\n  # end\n",
      "alice",
    ),
    "access:\n  people: {}\n    # the boss\n  # end\n",
  );
  assert.equal(
    withoutPerson("access:\n  people: { a: { role: viewer }, # first\n    b: { role: viewer } }\n", "b"),
    undefined,
  );
});

Deno.test("withPerson() leaves alone what it cannot change in place", () => {
  const texts = [
    "x: &p { carl: { role: viewer } }\naccess: { people: *p }\n",
    "access:\n  people: &p\n    carl: { role: viewer }\nprofiles: { a: { access: { people: *p } } }\n",
    "access: [\n",
    "a: 1\n---\nb: 2\n",
    "access: { people: 7 }\n",
    "access:\n",
    "- a\n",
  ];
  for (const text of texts) assert.equal(withPerson(text, "alice", DEPLOYER, undefined), undefined, text);
});

Deno.test("names that YAML reads as something else are quoted", () => {
  for (const name of ["42", "0x1f", "1e3", "null", "true", "1.50"]) {
    const text = withPerson("", name, BOB, undefined) ?? "";
    assert.deepEqual(parse(text), { access: { people: { [name]: BOB } } });
    assert.equal(withoutPerson(text, name), "");
  }
});

Deno.test("FAF's own decisions get one line for each person, below the comment that asks for it", async () => {
  const before = await Deno.readTextFile(new URL("../../migrations/faf/decisions.yaml", import.meta.url));
  const one = withPerson(before, "42", { role: "operator", user: "42" }, undefined) ?? "";
  const two = withPerson(one, "alice", DEPLOYER, undefined) ?? "";
  const comment = '  # One line for each person, by the number of the account that Hydra writes as "sub".\n';
  assert.ok(before.includes(comment));
  const people = `  people:\n    "42": { role: operator, user: "42" }\n    alice: { role: deployer }\n`;
  assert.equal(two, before.replace(comment, comment + people));
  assert.equal(withoutPerson(withoutPerson(two, "42") ?? "", "alice"), before);
});

const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,8}[a-z0-9])?$/);
const role = fc.constantFrom("viewer", "deployer", "operator");
const user = fc.string({ minLength: 1 }).filter((text) => !text.includes("#"));
const decision = fc.record({ role, user }, { requiredKeys: ["role"], noNullPrototype: true });
const people = fc.uniqueArray(fc.tuple(name, decision), {
  selector: ([one]) => label(one),
  maxLength: 5,
});
const noise = fc.constantFrom("", " ", " # a comment", " # { role: viewer }");
const between = fc.constantFrom(
  "",
  "\n",
  "    # carl: { role: viewer }\n",
  "# at the side\n",
  "    # deep\n\n",
);
const style = fc.record({
  form: fc.constantFrom("block", "lines", "flow"),
  step: fc.constantFrom(1, 2, 4),
  before: fc.constantFrom("", "# head\n", "namespace: faf\n\n", "access2: {}\n"),
  after: fc.constantFrom("", "\n", "last: [1, 2]\n", "# tail\n", "\n\n# tail", "  groups: {}\nz: 1\n"),
  eol: fc.constantFrom("\n", "\r\n"),
});

interface Style {
  readonly form: string;
  readonly step: number;
  readonly before: string;
  readonly after: string;
  readonly eol: string;
}

type People = readonly (readonly [string, { readonly role: string; readonly user?: string }])[];

/** decisions.yaml as somebody might have written it. */
function written(list: People, how: Style, noises: readonly string[], gaps: readonly string[]): string {
  const entries = list.map(([person, { role, user }], index) => {
    const [key, remark, gap] = [JSON.stringify(person), noises[index] ?? "", gaps[index] ?? ""];
    const indent = " ".repeat(2 + how.step);
    const login = user === undefined ? [] : [`user: ${JSON.stringify(user)}`];
    const flow = `${key}: { ${[`role: ${role}`, ...login].join(", ")} }`;
    if (how.form === "flow") return flow;
    if (how.form === "block") return `${gap}${indent}${flow}${remark}\n`;
    const inner = [`role: ${role}${remark}`, ...login].map((line) => `${indent}   ${line}\n`);
    return `${gap}${indent}${key}:\n${inner.join("")}`;
  });
  const map = how.form === "flow" || list.length === 0
    ? `  people: {${list.length === 0 ? "" : ` ${entries.join(", ")} `}}\n`
    : `  people:\n${entries.join("")}`;
  return `${how.before}access:\n${map}${how.after}`.replaceAll("\n", how.eol);
}

Deno.test("any people map with one more and back is the same text, and means one more between", () => {
  fc.assert(
    fc.property(
      people,
      style,
      fc.array(noise, { minLength: 5, maxLength: 5 }),
      fc.array(between, { minLength: 5, maxLength: 5 }),
      name,
      decision,
      (list, how, noises, gaps, person, wanted) => {
        const before = written(list, how, noises, gaps);
        fc.pre(list.every(([one]) => one !== person));
        const grown = withPerson(before, person, wanted as PersonDecision, undefined);
        assert.ok(grown !== undefined, before);
        const all = Object.fromEntries([...list, [person, wanted]]);
        assert.deepEqual(parse(grown).access.people, all);
        assert.equal(withoutPerson(grown, person), before);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("any change of one of them changes nothing else", () => {
  fc.assert(
    fc.property(
      people,
      style,
      fc.array(noise, { minLength: 5, maxLength: 5 }),
      fc.array(between, { minLength: 5, maxLength: 5 }),
      decision,
      fc.nat(4),
      (list, how, noises, gaps, wanted, index) => {
        const [person, present] = list[index] ?? [];
        fc.pre(person !== undefined && present !== undefined);
        const before = written(list, how, noises, gaps);
        const after = withPerson(before, person, wanted as PersonDecision, present as PersonDecision);
        assert.ok(after !== undefined, before);
        assert.deepEqual(parse(after).access.people, {
          ...parse(before).access.people,
          [person]: wanted,
        });
        assert.deepEqual(comments(after), comments(before));
        const gone = withoutPerson(before, person);
        assert.ok(gone !== undefined, before);
        assert.deepEqual(
          Object.keys(parse(gone)?.access?.people ?? {}).sort(),
          list.map(([one]) => one).filter((one) => one !== person).sort(),
        );
      },
    ),
    { numRuns: 300 },
  );
});

function comments(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => / #.*$|^#.*$/.exec(line) ?? []);
}

Deno.test("two people whose names are one name in the cluster are refused", () => {
  const text = "access:\n  people:\n    a.b: { role: viewer }\n    a-b: { role: operator }\n";
  const { diagnostics } = parseDecisions(text, "decisions.yaml");
  assert.deepEqual(diagnostics.map(({ code, span }) => [code, span?.line]), [["kube-decisions-value", 4]]);
  assert.match(diagnostics[0]?.message ?? "", /"a\.b"/);
});
