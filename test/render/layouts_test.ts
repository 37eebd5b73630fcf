/** The files of every layout are the objects of the plan, in its order; no Secret's value is in any unless it is asked for. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { parse } from "yaml";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { RenderedFile } from "../../lib/render/files.ts";
import { LAYOUTS, type RenderOptions, SECRET_FORMS } from "../../lib/render/options.ts";
import { phasesOf } from "../../lib/render/phases.ts";
import { renderFiles } from "../../lib/render/render.ts";
import { withFiles } from "../cli/in_process.ts";
import {
  byIdentity,
  examplePlan,
  objectsOfPlan,
  OPTIONS,
  otherPlans,
  type TestPlan,
  textPlan,
} from "./stacks.ts";

const example = await examplePlan();
const PLANS = [example, ...await otherPlans()];

function rendered(plan: TestPlan, options: Partial<RenderOptions>): readonly RenderedFile[] {
  const isClear = options.secrets === "clear";
  return renderFiles({ ...plan, plan: isClear ? plan.clearPlan : plan.plan }, { ...OPTIONS, ...options });
}

/** What the tools of a layout are told is no part of the object. */
const ANNOTATIONS = /^(argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io)\//;

function objectsIn(files: readonly RenderedFile[], version: "1.1" | "1.2"): KubeObject[] {
  return files.filter(({ path }) => path.startsWith("objects/")).map(({ text }) =>
    withoutAnnotations(parse(text, { version }) as KubeObject)
  );
}

function withoutAnnotations(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  const own = Object.entries(annotations ?? {}).filter(([key]) => !ANNOTATIONS.test(key));
  return {
    ...object,
    metadata: { ...metadata, ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }) },
  };
}

for (const layout of ["plain", "argocd", "flux"] as const) {
  Deno.test(`${layout}: the files are the objects of the plan, for readers of YAML 1.1 and 1.2`, () => {
    for (const plan of PLANS) {
      const files = rendered(plan, { layout, secrets: "clear" });
      const wanted = objectsOfPlan(plan.clearPlan);
      for (const version of ["1.1", "1.2"] as const) {
        const found = byIdentity(objectsIn(files, version));
        deepEqual([...found.keys()].sort(), [...wanted.keys()].sort(), plan.name);
        for (const [key, object] of wanted) {
          deepEqual(
            found.get(key),
            JSON.parse(JSON.stringify(object)),
            `${plan.name}: ${key} as YAML ${version}`,
          );
        }
      }
    }
  });
}

Deno.test("no value of a Secret is in any file of any layout, and its templates name every key", () => {
  const { plan } = example;
  const secrets = [...objectsOfPlan(plan).values()].filter(({ kind }) => kind === "Secret");
  ok(secrets.length >= 8 && example.secrets.length >= 8);
  for (const layout of LAYOUTS) {
    for (const form of SECRET_FORMS.filter((each) => each !== "clear")) {
      const files = rendered(example, { layout, secrets: form });
      for (const { path, text } of files) {
        for (const secret of example.secrets) ok(!text.includes(secret), `${layout}, ${form}: ${path}`);
      }
      const named = files.filter(({ text }) => /^kind: (Secret|SealedSecret|ExternalSecret)$/m.test(text));
      equal(named.length, form === "omit" ? 0 : secrets.length, `${layout}, ${form}`);
      if (form === "omit") continue;
      for (const { metadata, data } of secrets) {
        const file = named.find(({ path }) => path.endsWith(`-${metadata.name}.yaml`));
        for (const key of Object.keys(data as object)) {
          ok(file?.text.includes(key), `${nameOf(file)}: ${key}`);
        }
      }
    }
  }
});

function nameOf(file: RenderedFile | undefined): string {
  return file?.path ?? "no file";
}

Deno.test("a Secret in clear is a file for its owner alone, and the only such one", () => {
  const files = rendered(example, { secrets: "clear" });
  for (const { text, isPrivate, isTemplate } of files) {
    equal(isPrivate === true, /^kind: Secret$/m.test(text));
    equal(isTemplate, undefined);
  }
});

const DB = (password: string, mode: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `name: shop
services:
  db:
    image: postgres:16
    environment: { POSTGRES_PASSWORD: "${password}", MODE: "${mode}" }
    volumes: ["base:/var/lib/postgresql/data"]
volumes: { base: {} }
`,
  "decisions.yaml": "namespace: shop\nengine: none\n",
});

async function filesOf(files: Readonly<Record<string, string>>, secrets: "omit" | "clear"): Promise<string> {
  let text = "";
  await withFiles(files, async (directory) => {
    const plan = await textPlan(directory);
    text = rendered(plan, { secrets }).filter(({ path }) => path.startsWith("objects/"))
      .map(({ path, text }) => `${path}\n${text}`).join("---\n");
  });
  return text;
}

Deno.test("what may be committed tells nothing of a Secret, not by a digest either; a changed setting still shows", async () => {
  const text = await filesOf(DB("1234", "a"), "omit");
  match(text, /compose-ferry\/configuration: /);
  equal(await filesOf(DB("4321", "a"), "omit"), text);
  notEqual(await filesOf(DB("1234", "b"), "omit"), text);
  const digest = /compose-ferry\/configuration: (.*)/;
  notEqual(digest.exec(await filesOf(DB("1234", "b"), "omit"))?.[1], digest.exec(text)?.[1]);
  const clear = await filesOf(DB("1234", "a"), "clear");
  notEqual(digest.exec(await filesOf(DB("4321", "a"), "clear"))?.[1], digest.exec(clear)?.[1]);
});

Deno.test("a phase ends where a run waits, and a Job is one of its own", () => {
  for (const { plan, name } of PLANS) {
    const phases = phasesOf(plan);
    for (const { objects, waits, migration } of phases) {
      ok(objects.length > 0, `${name}: ${migration} has a phase of nothing`);
      const jobs = objects.filter(({ object }) => object.kind === "Job");
      if (jobs.length > 0) deepEqual([objects.length, waits.length], [1, 1]);
      for (const { ref } of waits) {
        const before = phases.filter((phase) => phase.migration <= migration).flatMap((phase) =>
          phase.objects
        );
        ok(before.some(({ object }) => object.kind === ref.kind && object.metadata.name === ref.name));
      }
    }
  }
});

Deno.test("Argo CD's waves and Flux's Kustomizations are the phases, one after the other", () => {
  for (const plan of PLANS) {
    const phases = phasesOf(plan.plan);
    const waves = new Map<string, string>();
    for (const { path, text } of rendered(plan, { layout: "argocd", secrets: "clear" })) {
      if (!path.startsWith("objects/")) continue;
      const { kind, metadata } = parse(text) as KubeObject;
      waves.set(
        `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
        metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? "",
      );
    }
    for (const [index, { objects }] of phases.entries()) {
      for (const { object: { kind, metadata } } of objects) {
        equal(waves.get(`${kind} ${metadata.namespace ?? ""}/${metadata.name}`), String(index));
      }
    }
    const kustomizations = rendered(plan, { layout: "flux", secrets: "clear" })
      .filter(({ path }) => path.startsWith("kustomizations/"))
      .map(({ text }) => parse(text));
    equal(kustomizations.length, phases.length);
    const names = kustomizations.map(({ metadata }) => metadata.name);
    equal(new Set(names).size, names.length);
    const first = kustomizations.filter(({ spec }) => spec.dependsOn === undefined);
    equal(first.length, 1);
    let at = first[0];
    for (let left = phases.length - 1; left > 0; left--) {
      at = kustomizations.find(({ spec }) => spec.dependsOn?.[0].name === at.metadata.name);
      ok(at !== undefined && at.spec.wait === true && at.spec.path.startsWith("./deploy/objects/"));
    }
  }
});

Deno.test("nothing that goes on with the files may delete data", () => {
  const marks = {
    argocd: /Prune=false,Delete=false/,
    flux: /prune: disabled/,
    helm: /resource-policy: keep/,
  };
  for (const [layout, mark] of Object.entries(marks)) {
    const files = rendered(example, { layout: layout as "argocd" });
    const data = files.filter(({ text }) =>
      /^kind: (Namespace|PersistentVolume|PersistentVolumeClaim)$/m.test(text)
    );
    ok(data.length >= 9, `${layout}: ${data.length}`);
    for (const { path, text } of data) match(text, mark, path);
  }
});

Deno.test("texts that YAML takes for something else are the same after any reader", async () => {
  const texts = [
    "yes",
    "NO",
    "on",
    "null",
    "~",
    "012",
    "0o14",
    "1e3",
    "12:30:45",
    "2024-01-01",
    "1_000",
    ".inf",
    "<<",
    "=",
    "",
    " lead",
    "trail ",
    "a: b",
    "a #b",
    "# c",
    "- d",
    "{{ .Values.x }}",
    "%d",
    "@e",
    "`f`",
    "*g",
    "&h",
    "!i",
    "|",
    ">",
    "line\nline\n",
    "line\n  deeper\n\n",
    "\n\nlead",
    "  deep\nline",
    "tab\tin\n\tline\n",
    "cr\r\nlf\r\n",
    "nel\u0085",
    "ls\u2028ps\u2029",
    "bom\ufeff",
    "esc\u001b[31m",
    "x\n---\ny",
    "x\n...\ny",
    "emoji 😀",
    "\ud7ff",
    "\ufffe",
    "spaces\n   \nend",
    "ends\n\n\n",
    "{{- /* c */ -}}",
    "{{{{",
    "{ {{",
    "a }}",
    "$(VAR) ${VAR}",
    "'",
    '"',
    "\\",
    "\\n",
  ];
  const { yamlText } = await import("../../lib/render/yaml_text.ts");
  const value = {
    keys: Object.fromEntries(texts.map((text) => [text, 1])),
    texts,
    deep: { a: [{ b: texts }] },
  };
  const written = yamlText(value);
  for (const version of ["1.1", "1.2"] as const) {
    deepEqual(parse(written, { version, merge: true }), value, version);
  }
  // deno-lint-ignore no-control-regex
  ok(!/[\0-\x08\x0b-\x1f\x7f-\x9f\ufeff]/.test(written), "nothing that a terminal obeys");
});
