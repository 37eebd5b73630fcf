/** What a rendered pod reads, and with which variables it starts. */
import assert from "node:assert/strict";
import { checkReferences } from "../../lib/checks/chart/check_references.ts";
import { commandVariables, doubleVariables, environmentOf } from "../../lib/checks/chart/pod_environment.ts";
import { renderedObjects } from "../../lib/checks/chart/rendered_objects.ts";
import type { ChartTarget } from "../../lib/checks/chart/target.ts";

const TARGET: ChartTarget = { name: "mq", release: "mq", kind: "HelmChart", namespace: "shop", values: {} };

const POD = `
spec:
  imagePullSecrets: [{ name: pull }]
  initContainers:
    - name: first
      envFrom: [{ configMapRef: { name: settings } }, { secretRef: { name: absent, optional: true } }]
  containers:
    - name: main
      env:
        - { name: A, valueFrom: { secretKeyRef: { name: login, key: password } } }
        - { name: B, valueFrom: { configMapKeyRef: { name: settings, key: mode } } }
        - { name: C, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
  volumes:
    - { name: whole, secret: { secretName: login } }
    - { name: part, configMap: { name: settings, items: [{ key: mode, path: mode }] } }
    - { name: mixed, projected: { sources: [{ secret: { name: login, items: [{ key: cookie, path: c }] } }, { configMap: { name: settings } }] } }
    - { name: soft, secret: { secretName: absent, optional: true } }
`;

/** The pod below a workload of each kind that makes pods. */
function workload(kind: string): string {
  const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, " ".repeat(by));
  const head = `apiVersion: v1\nkind: ${kind}\nmetadata: { name: mq }\n`;
  if (kind === "Pod") return head + POD;
  const template = `template:\n${indented(POD, 2)}`;
  if (kind !== "CronJob") return `${head}spec:\n${indented(template, 2)}`;
  return `${head}spec:\n  jobTemplate:\n    spec:\n${indented(template, 6)}`;
}

function config(kind: string, name: string, keys: readonly string[], namespace = "shop"): string {
  const data = keys.map((key) => `${key}: eA==`).join(", ");
  return `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ${namespace} }\ndata: { ${data} }\n`;
}

const THERE = [
  config("Secret", "login", ["password", "cookie"]),
  config("Secret", "pull", [".dockerconfigjson"]),
  config("ConfigMap", "settings", ["mode"]),
];

for (const kind of ["Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"]) {
  Deno.test(`checkReferences() finds all that a ${kind} reads, and nothing optional`, () => {
    const alone = renderedObjects(workload(kind), "shop");
    const told = checkReferences(TARGET, alone, [], []).map(({ message }) => message);
    assert.deepEqual(
      told.map((message) => /reads (\w+ "[\w.]+").*\((.*)\)$/.exec(message)?.slice(1).join(" ")),
      [
        'ConfigMap "settings" envFrom of container "first"',
        'Secret "login" env A of container "main"',
        'ConfigMap "settings" env B of container "main"',
        'Secret "login" volume "whole"',
        'ConfigMap "settings" volume "part"',
        'Secret "login" volume "mixed"',
        'ConfigMap "settings" volume "mixed"',
        'Secret "pull" imagePullSecrets',
      ],
    );
    const complete = renderedObjects([workload(kind), ...THERE].join("---\n"), "shop");
    assert.deepEqual(checkReferences(TARGET, complete, [], []), []);
  });
}

Deno.test("checkReferences() looks at keys, at the namespace, and at what is made elsewhere", () => {
  const pod = renderedObjects(workload("Pod"), "shop");
  const others = renderedObjects(THERE.slice(1).join("---\n"), "shop");
  const told = (more: string, foreign: { secret: string; key: string }[] = []): string[] =>
    checkReferences(TARGET, pod, [...others, ...renderedObjects(more, "shop")], foreign)
      .map(({ message, hint }) => `${message} / ${hint}`);
  assert.match(
    told(config("Secret", "login", ["password"])).join(),
    /reads key "cookie" of Secret "login", which has no such key .* Its keys are password$/,
  );
  assert.equal(told(config("Secret", "login", ["password", "cookie"], "elsewhere")).length, 3);
  assert.match(told(config("Secret", "logins", ["password"]))[0] ?? "", /Did you mean "logins"/);
  const foreign = [{ secret: "login", key: "password" }, { secret: "login", key: "cookie" }];
  assert.deepEqual(told("", foreign), []);
  assert.equal(told("", foreign.slice(0, 1)).length, 1);
});

Deno.test("environmentOf() expands as the kubelet does: by what stands before, the later of two names counts", () => {
  const container = {
    env: [
      { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "NODE", value: "rabbit@$(POD).$(UNKNOWN)" },
      { name: "FOLDER", value: "/data/$(NODE)" },
      { name: "PRICE", value: "$$(NODE) $(LATER)" },
      { name: "SECRET", valueFrom: { secretKeyRef: { name: "a", key: "b" } } },
      { name: "USES", value: "$(SECRET)" },
      { name: "NODE", value: "rabbit@old" },
      { name: "LATER", value: "1" },
    ],
  };
  assert.deepEqual(Object.fromEntries(environmentOf(container, { name: "mq-0", namespace: "shop" })), {
    POD: "mq-0",
    NODE: "rabbit@old",
    FOLDER: "/data/rabbit@mq-0.$(UNKNOWN)",
    PRICE: "$(NODE) $(LATER)",
    SECRET: undefined,
    USES: "$(SECRET)",
    LATER: "1",
  });
});

Deno.test("commandVariables() reads what a shell sets, and nothing that it works out", () => {
  const container = {
    command: ["/bin/bash", "-ec"],
    args: [`export A='a b' B="c" C=d; D=e exec start --mode=F G="$H" I=$(date) 'J=k l'`],
  };
  assert.deepEqual(Object.fromEntries(commandVariables(container)), { A: "a b", B: "c", C: "d", D: "e" });
  assert.equal(commandVariables({}).size, 0);
});

Deno.test("doubleVariables() names each once", () => {
  const env = ["A", "B", "A", "C", "A", "B"].map((name) => ({ name }));
  assert.deepEqual(doubleVariables({ env }), ["A", "B"]);
});

Deno.test("renderedObjects() takes lists apart and leaves out what is no object", () => {
  const text =
    "---\n# only a comment\n---\nkind: List\nitems:\n  - { apiVersion: v1, kind: Service, metadata: { name: a } }\n---\nfree: text\n";
  assert.deepEqual(renderedObjects(text, "shop"), [
    { apiVersion: "v1", kind: "Service", metadata: { namespace: "shop", name: "a" } },
  ]);
});
