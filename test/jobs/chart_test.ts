/** `check --chart` with the real Helm, on charts of the tests' own in the shape of RabbitMQ's and Traefik's. */
import assert from "node:assert/strict";
import { delimiter, dirname, join } from "node:path";
import {
  check,
  copyOf,
  type Edit,
  helm,
  lines,
  ownValues,
  programsWithoutHelm,
  RABBITMQ,
  STACK,
  tar,
  TRAEFIK,
  within,
} from "./chart_check.ts";

Deno.test("the values made for both charts are read, rendered and complete", async () => {
  const { code, told } = await check([`faf-rabbitmq=${RABBITMQ}`, `traefik=${TRAEFIK}`]);
  assert.deepEqual(lines(told), []);
  assert.equal(code, 0);
});

Deno.test("an archive is read as its folder, also with the archive of a subchart in it", () =>
  within(async (directory) => {
    const folder = await copyOf(RABBITMQ, [], directory);
    await tar(join(folder, "charts"), "common", join(folder, "charts/common-2.0.0.tgz"));
    await Deno.remove(join(folder, "charts/common"), { recursive: true });
    await Deno.rename(folder, join(directory, "rabbitmq"));
    await tar(directory, "rabbitmq", join(directory, "rabbitmq-16.tgz"));
    const { code, told } = await check([`faf-rabbitmq=${join(directory, "rabbitmq-16.tgz")}`]);
    assert.deepEqual(lines(told), []);
    assert.equal(code, 0);
    const helmed = await new Deno.Command(helm, { args: ["package", TRAEFIK, "-d", directory] }).output();
    assert.ok(helmed.success);
    const packed = join(directory, "traefik-39.0.0-shape.tgz");
    assert.deepEqual(lines((await check([`traefik=${packed}`])).told), []);
  }));

const OWN: readonly [string, string, RegExp, number][] = [
  [
    "a dotted key",
    "{ metrics.enabled: true }",
    /^kube-chart-value: .*'metrics\.enabled'.* \/ Did you mean "metrics\.enabled"\?$/,
    0,
  ],
  [
    "a slip of the pen",
    "{ persistence: { subPth: x } }",
    /^kube-chart-value: .*persistence\.subPth.*Did you mean "persistence\.subPath"/,
    0,
  ],
  [
    "a Secret that nobody makes",
    "{ extraEnvVarsSecret: more-of-it }",
    /^kube-chart-reference: StatefulSet \S+\/faf-rabbitmq.*Secret "more-of-it".*envFrom of container "rabbitmq"/,
    3,
  ],
  [
    "a claim that is not used",
    "{ persistence: { enabled: false } }",
    /^kube-chart-broker: .*does not mount claim/,
    3,
  ],
  [
    "another name",
    "{ fullnameOverride: queue }",
    /^kube-chart-broker: .*no Service "faf-rabbitmq".*its Services: queue/,
    3,
  ],
  ["no port of the metrics", "{ metrics: { enabled: false } }", /^kube-chart-broker: .*no port 15692/, 3],
  [
    "the chart's own start",
    "{ command: [], args: [] }",
    /^kube-chart-broker: .*is not node "rabbit@rabbitmq" but "rabbit@faf-rabbitmq-0\./,
    3,
  ],
  [
    "a start without the directory",
    "{ args: ['export RABBITMQ_NODE_NAME=rabbit@rabbitmq; exec start'] }",
    /^kube-chart-broker: .*has its data in ".*\/rabbit@faf-rabbitmq-0\..*", which is not named after node/,
    3,
  ],
  [
    "a variable that the chart sets",
    "{ extraEnvVars: [{ name: RABBITMQ_NODE_NAME, value: rabbit@rabbitmq }] }",
    /^kube-chart-double: .*variable RABBITMQ_NODE_NAME twice in container "rabbitmq", which Helm 4 refuses/,
    0,
  ],
  ["a value that cannot be rendered", "{ containerPorts: 5 }", /^kube-chart-render: Helm cannot render/, 3],
];

for (const [name, values, expected, exit] of OWN) {
  Deno.test(`${name} among the operator's values is told`, () =>
    within(async (directory) => {
      const stack = await ownValues(directory, values);
      const { code, told } = await check([`faf-rabbitmq=${RABBITMQ}`], { stack });
      assert.match(lines(told)[0] ?? "nothing was told", expected);
      if (told[0]?.code === "kube-chart-value") assert.equal(told[0].span?.line, 11);
      assert.equal(code, exit);
    }));
}

/** What another version of a chart may do otherwise. */
const OTHER_CHARTS: readonly [string, readonly Edit[], RegExp][] = [
  [
    "sets a variable after the operator's",
    [[
      "templates/statefulset.yaml",
      "          envFrom:",
      "            - { name: EXTRA, value: late }\n          envFrom:",
    ]],
    /^kube-chart-double: .*variable EXTRA twice/,
  ],
  [
    "does not read how it is to start",
    [
      ["templates/statefulset.yaml", ".Values.args", ".Values.nothing"],
      ["templates/statefulset.yaml", ".Values.args", ".Values.nothing"],
      ["values.yaml", "args: []\n", ""],
    ],
    /^kube-chart-value: Value "args" of HelmChart "faf-rabbitmq" is not read/,
  ],
  [
    "knows no sub-path",
    [["templates/statefulset.yaml", "subPath: {{", "subPathExpr: {{"]],
    /^kube-chart-broker: .*without its folder "mnesia"/,
  ],
  [
    "has a Service that leads nowhere",
    [["templates/service.yaml", "targetPort: stats", "targetPort: management"]],
    /^kube-chart-broker: .*does not listen where port 15672/,
  ],
  [
    "has a Service that selects nothing",
    [["templates/service.yaml", '{{- include "common.selector" . | nindent 4 }}', "app: other"]],
    /^kube-chart-broker: .*no pod that Service "faf-rabbitmq" selects/,
  ],
  [
    "reads another key of our Secret",
    [[
      "templates/statefulset.yaml",
      '{{ default "rabbitmq-erlang-cookie" .Values.auth.existingSecretErlangKey }}',
      "cookie",
    ]],
    /^kube-chart-reference: .*key "cookie" of Secret "faf-rabbitmq-chart".*Its keys are rabbitmq-password, rabbitmq-erlang-cookie/,
  ],
  [
    "makes a configuration of another name",
    [["templates/secrets.yaml", "-config", "-configs"]],
    /^kube-chart-reference: .*Secret "faf-rabbitmq-config".*Did you mean "faf-rabbitmq-configs"/,
  ],
  [
    "does not read a value that is made here",
    [
      ["values.yaml", "hostAliases: []\n", ""],
      ["templates/statefulset.yaml", /\{\{- if \.Values\.hostAliases[\s\S]*?\{\{- end \}\}\n/, ""],
    ],
    /^kube-chart-value: Value "hostAliases" of HelmChart "faf-rabbitmq" is not read by chart rabbitmq 16\.0\.0-shape/,
  ],
];

for (const [name, edits, expected] of OTHER_CHARTS) {
  Deno.test(`a chart that ${name} is told`, () =>
    within(async (directory) => {
      const chart = await copyOf(RABBITMQ, edits, directory);
      const stack = await ownValues(directory, "{ extraEnvVars: [{ name: EXTRA, value: '1' }] }");
      assert.match(
        lines((await check([`faf-rabbitmq=${chart}`], { stack })).told)[0] ?? "nothing was told",
        expected,
      );
    }));
}

Deno.test("what Traefik's schema refuses is an error by name, and Helm says the same", () =>
  within(async (directory) => {
    const chart = await copyOf(TRAEFIK, [
      ["values.schema.json", '        "http3": { "type": "object" }', '        "http4": {}'],
      [
        "values.schema.json",
        '"exposedPort": { "type": "integer" },',
        "",
      ],
      ["values.yaml", "    http3:\n      enabled: false\n      advertisedPort:\n", ""],
      ["values.yaml", /^ *exposedPort.*\n/gm, ""],
    ], directory);
    const { code, told } = await check([`traefik=${chart}`]);
    const said = lines(told);
    assert.ok(
      said.some((line) =>
        /^kube-chart-value: Value "ports\.websecure\.exposedPort".*refused by the schema/.test(line)
      ),
    );
    assert.match(said.at(-1) ?? "", /^kube-chart-render: .*additional properties 'exposedPort' not allowed/s);
    assert.equal(code, 3);
  }));

Deno.test("Helm's message about a value shows no secret", () =>
  within(async (directory) => {
    const chart = await copyOf(RABBITMQ, [
      ["templates/service.yaml", "apiVersion: v1", '{{ fail (printf "no %s" .Values.podAnnotations.note) }}'],
    ], directory);
    const stack = await ownValues(directory, "{ podAnnotations: { note: first-password-of-the-test } }");
    const { told, output, code } = await check([`faf-rabbitmq=${chart}`], { stack });
    assert.match(lines(told)[0] ?? "", /^kube-chart-render: .*no \*\*\*/s);
    assert.ok(!output.includes("first-password-of-the-test"));
    assert.equal(code, 3);
  }));

Deno.test("without helm the names of values are checked, and a remark says that this was all", () =>
  within(async (directory) => {
    const stack = await ownValues(directory, "{ metrics.enabled: true, extraEnvVarsSecret: absent }");
    const { code, told } = await check([`faf-rabbitmq=${RABBITMQ}`], { stack, environment: {} });
    assert.deepEqual(told.map((one) => [one.code, one.severity]), [["kube-chart-value", "warning"], [
      "kube-chart-unchecked",
      "info",
    ]]);
    assert.match(told[1]?.message ?? "", /helm is not on the PATH/);
    assert.equal(code, 0);
    const named = await check([`faf-rabbitmq=${RABBITMQ}`], { environment: { HELM: "./no-helm" } });
    assert.match(named.told[0]?.message ?? "", /HELM names no program \("\.\/no-helm"\)/);
  }));

Deno.test("helm is found on the PATH, and its own settings and kubeconfig do not matter", async () => {
  const path = `${dirname(helm)}${delimiter}${programsWithoutHelm()}`;
  const environment = { PATH: path, KUBECONFIG: "/nowhere/kubeconfig", HELM_DEBUG: "true" };
  assert.deepEqual((await check([`faf-rabbitmq=${RABBITMQ}`], { environment })).told, []);
});

const MISUSED: readonly [string, string, RegExp, number][] = [
  ["without a name", RABBITMQ, /^cli-chart: .*expected NAME=PATH/, 2],
  [
    "of a path that is not there",
    "traefik=/nowhere/chart",
    /^cli-chart: Cannot read the chart "\/nowhere\/chart"/,
    2,
  ],
  ["of a folder that is no chart", `traefik=${STACK}`, /^cli-chart: .*it has no Chart\.yaml/, 2],
  [
    "of a file that is no archive",
    `traefik=${join(STACK, "traefik.yml")}`,
    /^cli-chart: Cannot read the chart/,
    2,
  ],
  [
    "for what is not planned",
    `faf-rabitmq=${RABBITMQ}`,
    /^kube-chart-unknown: .*Did you mean "faf-rabbitmq"/,
    3,
  ],
];

for (const [name, flag, expected, exit] of MISUSED) {
  Deno.test(`--chart ${name} ends with ${exit}`, async () => {
    const { code, told } = await check([flag]);
    assert.match(lines(told)[0] ?? "nothing was told", expected);
    assert.equal(code, exit);
  });
}
