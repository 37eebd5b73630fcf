/** The copy of the bundled example is planned as the example is, and none of its pods would write where that lies. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { planStack } from "../../lib/cli/plan_stack.ts";
import { type CopyContext, layOutCopy } from "../../lib/cli/rehearsed_copy.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { askingsOf } from "../../lib/rehearsal/askings.ts";
import { readBindSources } from "../../lib/rehearsal/bind_sources.ts";
import { copiedServices } from "../../lib/rehearsal/copied_services.ts";

const HOME = fileURLToPath(new URL("../../", import.meta.url));

/** What the copy needs of a process, with nothing of this machine in it. */
type Given = Pick<CopyContext["surroundings"], "environment" | "directory" | "home" | "now" | "signal">;

Deno.test({
  name: "the bundled example has a copy that reaches nothing of it",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const given: Given = {
      environment: { DOCKER_HOST: "unix:///nowhere.sock" },
      directory: HOME,
      home: HOME,
      now: () => new Date("2026-01-01T00:00:00Z"),
      signal: new AbortController().signal,
    };
    const directory = join(HOME, "examples/harbour");
    const stack = await planStack({ stack: directory }, given);
    const { inFiles: project, plan } = stack;
    assert.ok(project && plan);
    const { kept, leftOut } = copiedServices(project, await readBindSources(project));
    assert.deepEqual(Object.keys(leftOut), ["faf-traefik"]);
    const namespace = "harbour-rehearsal";
    // The edge: it has no named volume, and nothing is started, so that no engine and no cluster is asked.
    const context = {
      ...{ stack, project, kept, surroundings: given, say: () => {} },
      rehearsal: { folder, project: namespace, namespace },
      known: { engine: undefined },
      options: {},
      copied: { stack: folder },
    } as unknown as CopyContext;
    assert.deepEqual(await layOutCopy(context), []);
    const copy = await planStack({ stack: folder }, given);
    const workloads = (of: typeof plan): string[] =>
      of.migrations.flatMap(plannedObjects).map(({ object }) => object)
        .filter(({ kind }) => ["Deployment", "StatefulSet", "Job"].includes(kind))
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
    assert.ok(copy.plan);
    assert.deepEqual(workloads(copy.plan), workloads(plan));
    assert.equal(((await Deno.stat(join(folder, "compose.yaml"))).mode ?? 0) & 0o777, 0o600);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("a service is asked by its route, or at its port", async () => {
  const stack = await planStack({ stack: join(HOME, "examples/harbour") }, {
    environment: { DOCKER_HOST: "unix:///nowhere.sock" },
    directory: HOME,
    home: HOME,
    now: () => new Date("2026-01-01T00:00:00Z"),
  });
  const { inFiles: project, plan } = stack;
  assert.ok(project && plan);
  const objects = plan.migrations.flatMap(plannedObjects).map(({ object }) => object);
  const asked = askingsOf(objects, project, ["faf-db", "faf-java-api", "faf-db-migrations"], new Map());
  assert.deepEqual(asked.map(({ service, port, route }) => [service, port, route?.host, route?.isSecure]), [
    ["faf-db", 3306, undefined, undefined],
    ["faf-java-api", 8010, "api.harbour.localhost", false],
  ]);
});
