/** `decide`: questions in a terminal and from a file; what is written, and what stays. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { parse } from "yaml";
import { withCommentedEntries } from "../../lib/decisions/edit_comment.ts";
import { entriesOf, proposalsOf } from "../../lib/views/hint_lines.ts";
import { type Circumstances, told, withFiles } from "../cli/in_process.ts";

const STACK = {
  "compose.yaml": `services:
  web:
    build: .
    volumes: ["/dev/dri:/dev/dri", "/dev/snd:/src"]
  etl:
    image: acme/etl:1
    devices: [/dev/kvm]
`,
};
const OWN = `# Ours, by hand.
engine: none   # nobody asks
services: { web: { startupSeconds: 30 } }
`;

async function decided(
  directory: string,
  args: readonly string[],
  circumstances: Circumstances = {},
): Promise<{
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly text: string | undefined;
}> {
  const done = await told(directory, ["decide", "--stack", directory, ...args], circumstances);
  const text = await Deno.readTextFile(`${directory}/decisions.yaml`).catch(() => undefined);
  return { ...done, text };
}

async function strict(directory: string): Promise<number> {
  return (await told(directory, ["check", "--stack", directory, "--strict"])).code;
}

Deno.test("four questions are answered with the default, a proposal, a blank and a line; check --strict is content", async () => {
  await withFiles({ ...STACK, "decisions.yaml": OWN }, async (directory) => {
    equal(await strict(directory), 3);
    // In the order of the findings: the image, the two paths, the device.
    const { questions } = JSON.parse((await decided(directory, ["-o", "json"])).out);
    deepEqual(questions.map(({ id }: { id: string }) => id.split(" ")[0]), [
      "kube-image-local",
      "kube-system-path",
      "kube-system-path",
      "kube-device",
    ]);
    const lines = [
      "2",
      "registry.example/web:1.4",
      "",
      "2",
      "services: { etl: { skip: no kvm here } }",
      "y",
    ];
    const { code, err, text = "" } = await decided(directory, [], { lines });
    equal(code, 0, err);
    match(err, /Question 1 of 4\n.*kube-image-local[^]*Question 4 of 4 so far\n/);
    ok(text.startsWith("# Ours, by hand.\nengine: none   # nobody asks\n"), text);
    match(
      text,
      /\n# kube-image-local: .* \(compose\.yaml:3\)\n# kube-device: .* \(compose\.yaml:7\)\nservices: \{ web: \{ startupSeconds: 30, image: /,
    );
    deepEqual(parse(text), {
      engine: "none",
      services: {
        web: { startupSeconds: 30, image: "registry.example/web:1.4" },
        etl: { skip: "no kvm here" },
      },
      accepted: { "kube-system-path /dev/dri": "the default is kept" },
      storage: { "/dev/snd": { kind: "hostPath" } },
    });
    equal(await strict(directory), 0);
    equal((await decided(directory, [])).code, 0);
  });
});

Deno.test("b takes an answer back, s leaves a question open, q and the end of input write nothing", async () => {
  await withFiles({ ...STACK, "decisions.yaml": OWN }, async (directory) => {
    const quit = await decided(directory, [], { lines: ["1", "1", "q"] });
    deepEqual([quit.code, quit.text], [2, OWN]);
    const gone = await decided(directory, [], { lines: ["1"] });
    deepEqual([gone.code, gone.text], [2, OWN]);
    const refused = await decided(directory, [], { lines: ["1", "1", "1", "1", "q"] });
    deepEqual(refused.text, OWN);
    const { code, err, text = "" } = await decided(directory, [], {
      lines: ["b", "1", "2", "b", "1", "s", "s", "b", "s", ""],
    });
    match(err, /This is the first question/);
    equal(code, 2);
    match(err, /2 questions open/);
    deepEqual(Object.keys(parse(text).accepted).map((id) => id.split(" ")[0]), [
      "kube-image-local",
      "kube-system-path",
    ]);
    equal(await strict(directory), 3);
  });
});

Deno.test("a line that decisions.yaml cannot hold is refused with the reason, and asked again", async () => {
  await withFiles({ ...STACK, "decisions.yaml": OWN }, async (directory) => {
    const lines = ["services: { web: { imagee: x } }", "what", "9", "q"];
    const { err, text } = await decided(directory, [], { lines });
    match(err, /kube-decisions-unknown-key[^]*Did you mean "image"/);
    equal(err.split("A number from 1 to").length, 3);
    equal(text, OWN);
  });
});

Deno.test("answers from a file: by code or by id, what stays open is said, what meets nothing is refused", async () => {
  const answered = async (answers: string, ...args: readonly string[]): ReturnType<typeof decided> => {
    let done: Awaited<ReturnType<typeof decided>> | undefined;
    await withFiles({ ...STACK, "answers.yaml": answers }, async (directory) => {
      done = await decided(directory, ["--answers", "answers.yaml", ...args]);
      if (done.code === 0 && args.length === 0) equal(await strict(directory), 0);
    });
    return done ?? Promise.reject(new Error("not run"));
  };
  const all =
    'kube-system-path: default\nkube-device: runs elsewhere\nkube-image-local: { services: { web: { image: "r/web:1" } } }\n';
  const whole = await answered(all);
  equal(whole.code, 0, whole.err);
  equal(parse(whole.text ?? "").accepted["kube-device /dev/kvm etl"], "runs elsewhere");
  const dry = await answered(all, "--dry-run");
  deepEqual([dry.code, dry.text], [0, undefined]);
  match(dry.out, /\n\+services:\n\+ {2}web:\n\+ {4}image: r\/web:1\n/);
  const some = await answered("kube-system-path /dev/dri: default\n", "-o", "json");
  equal(some.code, 2);
  deepEqual(JSON.parse(some.out).open, 3);
  const none = await answered("kube-sytem-path: default\n");
  deepEqual([none.code, none.text], [2, undefined]);
  match(none.err, /cli-answers[^]*Did you mean "kube-system-path"\?/);
  for (const broken of ["- a\n", "a: [1]\n", "a: {\n"]) equal((await answered(broken)).code, 2, broken);
});

Deno.test("without a terminal the questions are listed, which ends with 2; as JSON with 0", async () => {
  await withFiles(STACK, async (directory) => {
    const { code, out, err } = await decided(directory, []);
    equal(code, 2);
    match(out, /--> compose\.yaml:4:[^]*4 questions open\n$/);
    match(err, /--answers FILE/);
    equal((await decided(directory, ["-o", "json"])).code, 0);
  });
});

Deno.test("a known stack's decisions are taken along into the file that is made", async () => {
  const services = Object.fromEntries(
    ["faf-db", "faf-java-api"].map((name) => [name, { image: `acme/${name}:1` }]),
  );
  const compose = JSON.stringify({ services: { ...services, etl: { image: "a:1", devices: ["/dev/kvm"] } } });
  await withFiles({ "compose.yaml": compose, "a.yaml": "kube-device: default\n" }, async (directory) => {
    const { text = "", err } = await decided(directory, ["--answers", "a.yaml"]);
    const known = await Deno.readTextFile(new URL("../../migrations/faf/decisions.yaml", import.meta.url));
    const { accepted, ...rest } = parse(text);
    deepEqual(rest, parse(known), err);
    deepEqual(accepted, { "kube-device /dev/kvm etl": "the default is kept" });
  });
});

Deno.test("an accepted question is a warning; another service in it asks anew, and an entry without one is said", async () => {
  const compose = (names: readonly string[]): string =>
    JSON.stringify({
      services: Object.fromEntries(names.map((name) => [name, { image: "a:1", devices: ["/dev/kvm"] }])),
    });
  const decisions = 'engine: none\naccepted: { "kube-device /dev/kvm one": no kvm, kube-nothing: x }\n';
  const check = async (...names: readonly string[]): Promise<string> => {
    let out = "";
    await withFiles({ "compose.yaml": compose(names), "decisions.yaml": decisions }, async (directory) => {
      out = (await told(directory, ["check", "--stack", directory])).out;
    });
    return out;
  };
  const accepted = await check("one");
  match(accepted, /warning\[kube-device\]: .*\(accepted: no kvm\)/);
  match(accepted, /remark\[kube-decision-unused\]: "accepted" has "kube-nothing"/);
  doesNotMatch(accepted, /question\[/);
  match(await check("one", "two"), /question\[kube-device\]/);
});

Deno.test("every line of a hint is data: with its reason, its entries and its blanks", () => {
  const [first, second] = proposalsOf(
    "On one node: docker save x | sudo k3s ctr images import -\nOr push it: services: { web: { image: REGISTRY/NAME:TAG } }; " +
      'to close it: publish: { "80": private, "81": private }, or tls',
  );
  equal(first?.when, "push it");
  deepEqual(first?.entries, [{ path: ["services", "web", "image"], value: "REGISTRY/NAME:TAG" }]);
  deepEqual(first?.blanks, ["REGISTRY/NAME:TAG"]);
  equal(second?.line, 'publish: { "80": private, "81": private }');
  deepEqual(proposalsOf("Add to decisions.yaml: hostGateway: ADDRESS of the node")[0]?.blanks, ["ADDRESS"]);
  deepEqual(proposalsOf('Elsewhere: storage: { "a:/B": { path: /mnt/SHARE } }')[0]?.blanks, ["/mnt/SHARE"]);
  deepEqual(proposalsOf("storage: { /DATA: { path: /opt/Data } }")[0]?.blanks, []);
  deepEqual(proposalsOf("services: { web: { ports: [PORT] } }")[0]?.blanks, ["PORT"]);
  deepEqual(proposalsOf("Make a RuntimeClass and name it by a patch"), []);
});

Deno.test("a comment goes above what was written, wherever that is, and nothing else changes", () => {
  const entries = entriesOf("services: { web: { image: x } }");
  const cases: readonly [string, string][] = [
    ["", "# why\nservices:\n  web:\n    image: x\n"],
    ["a: 1\n", "a: 1\n# why\nservices:\n  web:\n    image: x\n"],
    [
      "services:\n  web:\n    skip: no\n# end\n",
      "services:\n  web:\n    skip: no\n    # why\n    image: x\n# end\n",
    ],
    [
      "services: { web: { skip: no } } # x\nb: 2\n",
      "# why\nservices: { web: { skip: no, image: x } } # x\nb: 2\n",
    ],
    [
      "services:\r\n  web:\r\n    skip: no\r\n",
      "services:\r\n  web:\r\n    skip: no\r\n    # why\r\n    image: x\r\n",
    ],
    [
      "services: {\n  web: {\n    skip: no\n  }\n}\n",
      "services: {\n  web: {\n    skip: no,\n    # why\n    image: x\n  }\n}\n",
    ],
    [
      "services: {\n  b: { skip: no }\n}\n",
      "services: {\n  b: { skip: no },\n  # why\n  web: { image: x }\n}\n",
    ],
  ];
  for (const [before, after] of cases) equal(withCommentedEntries(before, entries, "why"), after);
});

Deno.test("no open question beside errors is said to be no end, and answers that are not there are missed first", async () => {
  await withFiles(
    { "compose.yaml": 'services: { "a_b": { image: "a:1" }, "a-b": { image: "a:1" } }\n' },
    async (directory) => {
      const { code, err } = await decided(directory, []);
      deepEqual([code, err.split("\n")[0]], [0, "No question is open."]);
      match(err, /\nThere are errors: deno task check --stack /);
      const missed = await decided(directory, ["--answers", "nowhere.yaml"]);
      equal(missed.code, 2);
      match(missed.err, /cli-answers/);
    },
  );
});

Deno.test("decisions with an error are to be mended first: what they answer is not asked again", async () => {
  const own = "engine: none\nnope: 1\nstorage: { /dev/dri: { kind: hostPath } }\n";
  await withFiles({ ...STACK, "decisions.yaml": own }, async (directory) => {
    const { code, err, text } = await decided(directory, [], { lines: ["1", "1", "1", "1", "y"] });
    deepEqual([code, text], [3, own]);
    match(err, /kube-decisions-unknown-key.*"nope"/);
    doesNotMatch(err, /Question 1/);
  });
});

Deno.test("no line that a question shows has a secret in it", async () => {
  const build = { context: ".", args: { NPM_TOKEN: "hunter2" } };
  const files = { "compose.yaml": `services: { web: { build: ${JSON.stringify(build)} } }\n` };
  await withFiles(files, async (directory) => {
    const { out } = await decided(directory, []);
    match(out, /kube-image-local[^]*NPM_TOKEN/);
    doesNotMatch(out, /hunter2/);
    doesNotMatch((await decided(directory, [], { lines: ["q"] })).err, /hunter2/);
  });
});

Deno.test("a file that cannot be written is said before the first question, not after the last", async () => {
  await withFiles({ ...STACK, "elsewhere/own.yaml": OWN, "stack/x": "" }, async (directory) => {
    const folder = `${directory}/stack`;
    await Deno.writeTextFile(`${folder}/compose.yaml`, STACK["compose.yaml"]);
    await Deno.symlink(`${directory}/elsewhere/own.yaml`, `${folder}/decisions.yaml`);
    const { code, err, text } = await decided(folder, [], { lines: ["1", "1", "1", "1", "y"] });
    deepEqual([code, text], [3, OWN]);
    match(err, /cli-decisions-unwritable/);
    doesNotMatch(err, /Question 1/);
    equal((await decided(folder, ["--dry-run"], { lines: ["1", "1", "1", "1", "y"] })).code, 0);
  });
});
