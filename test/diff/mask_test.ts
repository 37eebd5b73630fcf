import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { maskVersions } from "../../lib/diff/mask.ts";
import { normalise } from "../../lib/diff/normalise.ts";
import { redact, secretValues } from "../../lib/diff/secrets.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { isStrong } from "../../lib/secrecy/mod.ts";
import { diffText } from "../../lib/report/preview_text.ts";

function secret(data: Readonly<Record<string, string>>, plain = true): KubeObject {
  const metadata = { name: "s", namespace: "faf" };
  return { apiVersion: "v1", kind: "Secret", metadata, ...(plain ? { stringData: data } : { data }) };
}

Deno.test("maskVersions() shows that a secret changed, never to what", () => {
  const { before, after } = maskVersions({
    before: secret({ same: btoa("one"), changed: btoa("old-value"), gone: btoa("gone-value") }, false),
    after: secret({ same: "one", changed: "new-value", fresh: "fresh-value" }),
  }, []);
  assert.deepEqual(before?.["data"], { same: "***", changed: "*** (before)", gone: "***" });
  assert.deepEqual(after?.["data"], { same: "***", changed: "*** (after)", fresh: "***" });
  assert.equal(after?.["stringData"], undefined);
});

Deno.test("maskVersions() hides variables with a secret's name and known values anywhere", () => {
  const object = (value: string): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", annotations: { note: "uses hunter22 inside" } },
    spec: {
      containers: [{
        name: "main",
        args: ["--login=admin:hunter22"],
        env: [
          { name: "DB_PASSWORD", value },
          { name: "MODE", value: "fast" },
          { name: "API_TOKEN", valueFrom: { secretKeyRef: { name: "tokens", key: "api" } } },
        ],
      }],
    },
  });
  const { before, after } = maskVersions({ before: object("first-pw"), after: object("second-pw") }, [
    "hunter22",
  ]);
  const text = JSON.stringify([before, after]);
  for (const hidden of ["first-pw", "second-pw", "hunter22"]) assert.ok(!text.includes(hidden), hidden);
  for (const shown of ["fast", "tokens", '"api"', "*** (before)", "*** (after)"]) {
    assert.ok(text.includes(shown), shown);
  }
});

Deno.test("no strong value of a Secret survives in a masked version, whatever it is and wherever it stands", () => {
  fc.assert(fc.property(
    fc.stringMatching(/^[A-Za-z0-9$%&!._-]{6,40}$/),
    fc.boolean(),
    (value, plain) => {
      fc.pre(isStrong(value));
      const holder = secret({ p: plain ? value : btoa(value) }, plain);
      const values = secretValues([holder]);
      const user: KubeObject = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "c" },
        data: { file: `url = "db://user:${value}@host"`, encoded: btoa(value) },
      };
      const text = JSON.stringify([
        maskVersions({ after: holder }, values),
        maskVersions({ after: user }, values),
      ]);
      assert.ok(!text.includes(JSON.stringify(value).slice(1, -1)), text);
      assert.ok(!text.includes(btoa(value)), text);
      assert.ok(!redact(`login with ${value} failed`, values).includes(value));
    },
  ));
});

Deno.test("secretValues() takes lines and assignments of files apart", () => {
  const values = secretValues([
    secret({ env: "DB_PASS=s3cretive\nMODE=fast\n", key: "-----BEGIN PRIVATE KEY-----\nMIIEabcdef1x\n" }),
  ]);
  for (const value of ["s3cretive", "MIIEabcdef1x"]) {
    assert.ok(values.includes(value), value);
  }
  assert.ok(!values.includes("fast"));
});

Deno.test("normalise() and diffText() leave only what a reader wants to see", () => {
  const live: KubeObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "c",
      uid: "u",
      resourceVersion: "5",
      generation: 2,
      managedFields: [],
      annotations: { "compose-ferry/digest": "x", kept: "yes" },
      labels: { "compose-ferry/owner": "faf" },
    },
    data: { a: "1", b: "2" },
    status: { phase: "x" },
  };
  assert.deepEqual(normalise(live), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "c", annotations: { kept: "yes" } },
    data: { a: "1", b: "2" },
  });
  const before = normalise(live);
  const after = normalise({ ...live, data: { a: "1", b: "3" } });
  const diff = diffText({ object: "ConfigMap c", outcome: "configured", before, after });
  assert.ok(diff.includes('-  b: "2"') && diff.includes('+  b: "3"') && !diff.includes('-  a: "1"'), diff);
  assert.equal(diffText({ object: "ConfigMap c", outcome: "configured", before, after: before }), "");
});

Deno.test("normalise() leaves out what the API server writes into each Job, and a selector of one's own not", () => {
  const generated = { "batch.kubernetes.io/controller-uid": "u", "job-name": "j", mine: "yes" };
  const job = (spec: object): KubeObject => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "j", labels: generated },
    spec: { selector: { matchLabels: { mine: "yes" } }, ...spec },
  });
  const template = { metadata: { labels: generated }, spec: {} };
  assert.deepEqual(normalise(job({ template })), {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "j", labels: { mine: "yes" } },
    spec: { template: { metadata: { labels: { mine: "yes" } }, spec: {} } },
  });
  const own = job({ template, manualSelector: true });
  assert.deepEqual(normalise(own)["spec"], own["spec"]);
});
