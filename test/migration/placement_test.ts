import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import type { ConvertedService } from "../../lib/kube/conversion.ts";
import { placeServices, type Taker } from "../../lib/migration/placement.ts";
import { type Dependency, REASONS } from "../../lib/stack/dependencies.ts";
import type { ServiceRole } from "../../lib/stack/role.ts";

const TAKERS: readonly Taker[] = [
  { id: "050", takes: ["store"] },
  { id: "060", takes: ["job"] },
  { id: "070", takes: ["login"] },
  { id: "080", takes: ["application"] },
  { id: "100", takes: [] },
];

type Written = readonly [name: string, role: ServiceRole, needs?: Record<string, Dependency["reason"]>];

function stack(...services: readonly Written[]): ConvertedService[] {
  return services.map(([name, role, needs = {}]) => ({
    name,
    kind: role === "job" ? "Job" : "Deployment",
    role,
    variables: new Map(),
    workload: [],
    network: [],
    configuration: [],
    routes: [],
    dependsOn: Object.entries(needs).map(([service, reason]) => ({ service, reason })),
  }));
}

function placed(services: ConvertedService[], assigned: Record<string, string> = {}): unknown {
  const { tiers } = placeServices(services, TAKERS, new Map(), new Map(Object.entries(assigned)));
  return Object.fromEntries([...tiers].filter(([, each]) => each.length > 0));
}

Deno.test("app, setup, db: whatever the order in the file, a Job comes after what it needs and before who waits for it", () => {
  const written: Written[] = [
    ["app", "application", { setup: "completed", db: "healthy" }],
    ["setup", "job", { db: "healthy" }],
    ["db", "store"],
  ];
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2]]) {
    const services = stack(...order.flatMap((index) => written[index] === undefined ? [] : [written[index]]));
    assert.deepEqual(placed(services), { "050": [["db"]], "060": [["setup"]], "080": [["app"]] });
    // The same within one script.
    assert.deepEqual(placed(services, { app: "080", setup: "080", db: "080" }), {
      "080": [["db"], ["setup"], ["app"]],
    });
  }
});

Deno.test("a Job that needs an application comes after it, and before who waits for the Job", () => {
  assert.deepEqual(
    placed(stack(
      ["worker", "application", { seed: "completed" }],
      ["seed", "job", { api: "healthy" }],
      ["api", "application", { db: "started" }],
      ["db", "store"],
    )),
    { "050": [["db"]], "080": [["api"], ["seed"], ["worker"]] },
  );
});

Deno.test("what prepares a database's directory starts with the database, before it", () => {
  assert.deepEqual(
    placed(
      stack(["db", "store", { own: "completed" }], ["own", "job"], ["app", "application", { db: "named" }]),
    ),
    { "050": [["own"], ["db"]], "080": [["app"]] },
  );
});

Deno.test("a database is not held up by what its configuration only names", () => {
  assert.deepEqual(placed(stack(["db", "store", { web: "named" }], ["web", "application"])), {
    "050": [["db"]],
    "080": [["web"]],
  });
});

Deno.test("a circle is cut at its weakest edge, and said", () => {
  const services = stack(
    ["web", "application", { api: "started" }],
    ["api", "application", { web: "named" }],
  );
  assert.deepEqual(placed(services), { "080": [["api"], ["web"]] });
  const { diagnostics } = placeServices(services, TAKERS, new Map(), new Map());
  assert.deepEqual(diagnostics.map(({ code, severity, hint }) => ({ code, severity, hint })), [{
    code: "plan-circle-cut",
    severity: "info",
    hint: "The other way round: services: { api: { dependsOn: [web] } }",
  }]);
});

Deno.test("services that name each other start together, after what any of them needs, and are said", () => {
  const services = stack(
    ["third", "application", { first: "named" }],
    ["first", "application", { second: "named", keys: "completed" }],
    ["second", "application", { third: "named" }],
    ["keys", "job"],
    ["web", "application", { second: "named" }],
  );
  const { tiers, diagnostics } = placeServices(
    services,
    [{ id: "080", takes: ["job", "application"] }],
    new Map(),
    new Map(),
  );
  assert.deepEqual([...tiers], [["080", [["keys"], ["third", "first", "second"], ["web"]]]]);
  assert.deepEqual(diagnostics.map(({ code, message, hint }) => ({ code, message, hint })), [{
    code: "plan-circle-together",
    message: 'Services that name each other start together, as in Docker: "third", "first", "second"',
    hint: "One after another: services: { third: { dependsOn: [first] } }",
  }]);
});

Deno.test("services that name each other start in an order where something else needs one", () => {
  const { tiers, diagnostics } = placeServices(
    stack(
      ["first", "application", { second: "named", key: "healthy" }],
      ["second", "application", { first: "named" }],
      ["key", "application", { second: "started" }],
    ),
    TAKERS,
    new Map(),
    new Map(),
  );
  assert.deepEqual(tiers.get("080"), [["second"], ["key"], ["first"]]);
  assert.deepEqual(diagnostics.map(({ code }) => code), ["plan-circle-cut"]);
});

Deno.test("what a service needs that is decided to come late is waited for as far as scripts reach", () => {
  assert.deepEqual(
    placed(stack(["app", "application", { late: "named" }], ["late", "application"]), { late: "100" }),
    { "080": [["app"]], "100": [["late"]] },
  );
});

Deno.test("without a script for a role, the one for applications takes it", () => {
  const { tiers } = placeServices(
    stack(["db", "store"], ["app", "application", { db: "named" }]),
    [{ id: "080", takes: ["application"] }],
    new Map(),
    new Map(),
  );
  assert.deepEqual([...tiers], [["080", [["db"], ["app"]]]]);
});

Deno.test("in any stack every service is placed once, and after all that it says it needs", () => {
  const role = fc.constantFrom<ServiceRole>("store", "job", "login", "application");
  const edge = fc.record({ from: fc.nat(7), to: fc.nat(7), reason: fc.constantFrom(...REASONS) });
  fc.assert(fc.property(fc.array(role, { minLength: 1, maxLength: 8 }), fc.array(edge), (roles, edges) => {
    // Compose refuses circles of depends_on, so only weaker reasons point backwards.
    const usable = edges.filter(({ from, to, reason }) =>
      from < roles.length && to < roles.length && from !== to && (to < from || reason === "named")
    );
    const services = stack(...roles.map((each, index): Written => [
      `s${index}`,
      each,
      Object.fromEntries(
        usable.filter(({ from }) => from === index).map(({ to, reason }) => [`s${to}`, reason]),
      ),
    ]));
    const { tiers } = placeServices(services, TAKERS, new Map(), new Map());
    const order = [...tiers.values()].flatMap((each) => each);
    const position = new Map(order.flatMap((tier, index) => tier.map((name) => [name, index] as const)));
    assert.equal(order.flat().length, services.length);
    assert.equal(position.size, services.length);
    for (const { name, dependsOn } of services) {
      for (const { service, reason } of dependsOn) {
        if (reason === "named") continue;
        assert.ok((position.get(service) ?? 0) < (position.get(name) ?? 0), `${name} needs ${service}`);
      }
    }
  }));
});
