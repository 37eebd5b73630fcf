import assert from "node:assert/strict";
import { Digests } from "../../lib/kube/digests.ts";
import type { Conversion, ConvertedService, WorkloadKind } from "../../lib/kube/conversion.ts";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { migration, type Stack, type Steps } from "../../lib/migration/authoring.ts";
import { type PlanInput, planMigrations as planWith, type Script } from "../../lib/migration/plan.ts";
import type { Preparations } from "../../lib/migration/preparations.ts";
import { type PlannedMigration, plannedObjects } from "../../lib/migration/step.ts";

function object(kind: string, name: string): PlannedObject {
  return {
    object: { apiVersion: "v1", kind, metadata: { name, namespace: "n" } },
    source: { file: "compose.yaml", line: 3, column: 3 },
  };
}

function service(name: string, kind: WorkloadKind): ConvertedService {
  return {
    name,
    kind,
    variables: new Map(),
    role: kind === "StatefulSet" ? "store" : kind === "Job" ? "job" : "application",
    workload: kind === "none" ? [] : [object(kind, name)],
    network: [object("Service", name)],
    configuration: [],
    routes: [object("IngressRoute", name)],
    dependsOn: [],
  };
}

function conversion(...services: ConvertedService[]): Conversion {
  return {
    namespace: "n",
    digests: new Digests(),
    services: new Map(services.map((converted) => [converted.name, converted])),
    namespaces: [object("Namespace", "n")],
    storage: [],
    neighbours: [],
    isolated: false,
    clusterNames: { objects: [], hosts: new Set() },
    configuration: [],
    secrets: new Map(),
    ports: new Map(),
    traefik: [],
    usesNewerTraefik: false,
    front: [],
    scheduled: [],
    routes: [object("IngressRoute", "catch-all")],
    findings: [],
  };
}

function script(id: string, plan: (stack: Stack) => readonly Steps[]): Script {
  return { id, migration: migration({ title: id, why: "", plan }) };
}

function names(planned: PlannedMigration | undefined): string[] {
  return planned === undefined
    ? []
    : plannedObjects(planned).map(({ object }) => `${object.kind}/${object.metadata.name}`);
}

const PREPARED: Preparations = {
  users: (name) => [object("Secret", `${name}-users`), object("Job", `${name}-users`)],
  schema: () => [],
  clients: () => [],
  calls: () => [],
  chart: (name) => name === "broker" ? [object("HelmChart", name)] : [],
  timers: () => [object("CronJob", "backup")],
  access: () => [object("ClusterRole", "viewer")],
};

function planMigrations(input: Omit<PlanInput, "preparations">): ReturnType<typeof planWith> {
  return planWith({ ...input, preparations: PREPARED });
}

const apps = script("080_applications", ({ service, assigned, kube, wait }) => {
  const all = [service("web"), service("gone"), ...assigned()];
  return [all.map(kube.workload), all.map((app) => wait.ready(app, { timeout: "3m" }))];
});
const ingress = script("090_ingress", ({ kube }) => [kube.routes()]);
const monitoring = script("100_monitoring", ({ service, kube }) => [kube.workload(service("grafana"))]);

Deno.test("a workload comes after its Services and is waited for; an absent service is noted", () => {
  const { plan, diagnostics } = planMigrations({
    scripts: [apps],
    conversion: conversion(service("web", "Deployment")),
    assigned: new Map(),
  });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(names(plan.migrations[0]), ["Service/web", "Deployment/web"]);
  assert.deepEqual(plan.migrations[0]?.absent, ["gone"]);
  const last = plan.migrations[0]?.steps.at(-1);
  assert.ok(last?.kind === "wait" && last.ref.name === "web" && last.timeout === "3m");
});

Deno.test("a route comes with the ingress, or after its workload where that comes later", () => {
  const { plan } = planMigrations({
    scripts: [apps, ingress, monitoring],
    conversion: conversion(service("web", "Deployment"), service("grafana", "Deployment")),
    assigned: new Map(),
  });
  assert.deepEqual(names(plan.migrations[1]), ["IngressRoute/web", "IngressRoute/catch-all"]);
  assert.deepEqual(names(plan.migrations[2]), [
    "Service/grafana",
    "Deployment/grafana",
    "IngressRoute/grafana",
  ]);
});

Deno.test("a service that no script takes is an error with its line", () => {
  const { diagnostics } = planMigrations({
    scripts: [apps],
    conversion: conversion(
      service("web", "Deployment"),
      service("other", "Deployment"),
      service("proxy", "none"),
    ),
    assigned: new Map(),
  });
  assert.deepEqual(diagnostics.map(({ code, span }) => [code, span?.line]), [["plan-service-unclaimed", 3]]);
  assert.match(diagnostics[0]?.message ?? "", /"other"/);
});

for (const wanted of ["080_applications", "080", "applications"]) {
  Deno.test(`decisions give a service to a script by "${wanted}"`, () => {
    const { plan, diagnostics } = planMigrations({
      scripts: [apps],
      conversion: conversion(service("other", "Deployment")),
      assigned: new Map([["other", wanted]]),
    });
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(plan.migrations[0]?.claimed, ["other"]);
  });
}

Deno.test("a service that is given to a script without services is an error that names the script", () => {
  const { diagnostics } = planMigrations({
    scripts: [ingress, apps],
    conversion: conversion(service("other", "Deployment")),
    assigned: new Map([["other", "090"]]),
  });
  assert.match(diagnostics[0]?.message ?? "", /"090_ingress", which takes no services/);
});

Deno.test("what is prepared for a server is applied first and its Job waited for; an absent server has none", () => {
  const users = script("055_users", ({ service, kube }) => ["db", "gone"].map(service).map(kube.users));
  const { plan } = planMigrations({
    scripts: [users, script("050_databases", ({ service, kube }) => [kube.workload(service("db"))])],
    conversion: conversion(service("db", "StatefulSet")),
    assigned: new Map(),
  });
  assert.deepEqual(names(plan.migrations[0]), ["Secret/db-users", "Job/db-users"]);
  assert.deepEqual(plan.migrations[0]?.steps.map(({ kind }) => kind), ["apply", "job"]);
  assert.deepEqual(plan.migrations[0]?.absent, ["gone"]);
});

Deno.test("a chart stands in place of the broker's own workload, and is waited for", () => {
  const { plan, diagnostics } = planMigrations({
    scripts: [script("050_databases", ({ service, kube, wait }) => [
      kube.statefulSet(service("broker")),
      wait.ready(service("broker")),
    ])],
    conversion: conversion(service("broker", "StatefulSet")),
    assigned: new Map(),
  });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(names(plan.migrations[0]), ["HelmChart/broker"]);
  const last = plan.migrations[0]?.steps.at(-1);
  assert.ok(last?.kind === "wait" && last.ref.kind === "HelmChart");
});

Deno.test("the default script takes what no script names, and nothing else", () => {
  const schema = script("060_schema", ({ service, kube }) => [kube.workload(service("tables"))]);
  const { plan, diagnostics } = planMigrations({
    scripts: [schema, apps],
    conversion: conversion(service("tables", "Job"), service("shop", "Deployment"), service("proxy", "none")),
    assigned: new Map(),
    defaultMigration: "applications",
  });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(plan.migrations.map(({ claimed }) => claimed), [["tables"], ["shop"]]);
  const numbered = ["80", "080", "080_applications"].map((defaultMigration) =>
    planMigrations({
      scripts: [schema, apps],
      conversion: conversion(service("tables", "Job"), service("shop", "Deployment")),
      assigned: new Map([["shop", defaultMigration]]),
      defaultMigration,
    })
  );
  assert.deepEqual(numbered.flatMap((each) => each.diagnostics), []);
  for (const each of numbered) {
    assert.deepEqual(each.plan.migrations.map(({ claimed }) => claimed), [["tables"], ["shop"]]);
  }
  const unknown = planMigrations({
    scripts: [apps],
    conversion: conversion(),
    assigned: new Map(),
    defaultMigration: "apps",
  });
  assert.deepEqual(unknown.diagnostics.map(({ code }) => code), ["plan-unknown-script"]);
});

Deno.test("problems of scripts are collected: unknown, twice, wrong kind, thrown", () => {
  const twice = script("110_twice", ({ service, kube }) => [kube.statefulSet(service("web"))]);
  const broken = script("120_broken", () => {
    throw new Error("no such thing");
  });
  const { diagnostics } = planMigrations({
    scripts: [apps, twice, broken],
    conversion: conversion(service("web", "Deployment")),
    assigned: new Map([["web", "applicatoins"]]),
  });
  assert.deepEqual(diagnostics.map(({ code }) => code).sort(), [
    "plan-kind-differs",
    "plan-script-failed",
    "plan-service-claimed-twice",
    "plan-unknown-script",
  ]);
});

Deno.test("a Job is a step of its own, with the script's timeout", () => {
  const schema = script(
    "060_schema",
    ({ service, kube }) => [kube.job(service("tables"), { timeout: "30m" })],
  );
  const { plan } = planMigrations({
    scripts: [schema],
    conversion: conversion(service("tables", "Job")),
    assigned: new Map(),
  });
  const job = plan.migrations[0]?.steps.find((step) => step.kind === "job");
  assert.ok(job?.kind === "job" && job.timeout === "30m" && job.object.object.metadata.name === "tables");
});

Deno.test("users of a server that a later script takes unnamed are made when it is there", () => {
  const users = script("010_users", ({ services, kube }) => services().map(kube.users));
  const stores: Script = {
    id: "020_stores",
    migration: migration({
      title: "stores",
      why: "",
      takes: ["store"],
      plan: ({ tiers, start }) => tiers().map((tier) => start(tier)),
    }),
  };
  const { plan, diagnostics } = planMigrations({
    scripts: [users, stores],
    conversion: conversion(service("db", "StatefulSet")),
    assigned: new Map(),
  });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(plan.migrations.map(names), [[], [
    "Service/db",
    "StatefulSet/db",
    "Secret/db-users",
    "Job/db-users",
  ]]);
});
