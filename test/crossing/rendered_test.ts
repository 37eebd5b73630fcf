/** What `render` writes, read by kustomize and Helm themselves, is what `migrate` brings to the cluster. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan } from "../../lib/migration/step.ts";
import type { RenderedFile } from "../../lib/render/files.ts";
import type { Layout, RenderOptions } from "../../lib/render/options.ts";
import { renderFiles } from "../../lib/render/render.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { connect } from "../apiserver/cluster.ts";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import {
  byIdentity,
  examplePlan,
  objectsOfPlan,
  OPTIONS,
  otherPlans,
  type TestPlan,
} from "../render/stacks.ts";

async function program(name: "kubectl" | "helm"): Promise<string> {
  const built = await buildTools([name], (line) => {
    Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  });
  return built[name];
}

const PLANS = [await examplePlan(), ...await otherPlans()];

async function run(program: string, ...args: readonly string[]): Promise<string> {
  const env = { KUBECONFIG: "/dev/null", HELM_DEBUG: "false" };
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], env }).output();
  const text = new TextDecoder();
  equal(code, 0, `${args.join(" ")}: ${text.decode(stderr)}${text.decode(stdout)}`);
  return text.decode(stdout);
}

async function withRendered(
  plan: TestPlan,
  layout: Layout,
  body: (folder: string) => Promise<void>,
  options: Partial<RenderOptions> = { secrets: "clear" },
): Promise<void> {
  const input = options.secrets === "clear" ? { ...plan, plan: plan.clearPlan } : plan;
  const folder = await Deno.makeTempDir({ prefix: "rendered-" });
  try {
    for (const file of renderFiles(input, { ...OPTIONS, ...options, layout })) await write(folder, file);
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(folder: string, { path, text }: RenderedFile): Promise<void> {
  await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
  await Deno.writeTextFile(join(folder, path), text);
}

/** What Go wrote: it quotes what any version would take for something else than text. */
function objectsIn(text: string): ReadonlyMap<string, KubeObject> {
  const documents = parseAllDocuments(text);
  return byIdentity(documents.flatMap((document) => {
    const object = document.toJS() as KubeObject | null;
    return object === null ? [] : [object];
  }));
}

function assertSame(text: string, plan: Plan, name: string): void {
  const [found, wanted] = [objectsIn(text), objectsOfPlan(plan)];
  deepEqual([...found.keys()].sort(), [...wanted.keys()].sort(), name);
  for (const [key, object] of wanted) {
    deepEqual(found.get(key), JSON.parse(JSON.stringify(object)), `${name}: ${key}`);
  }
}

Deno.test("kustomize makes the objects of the plan of a base, and those of a profile of its overlay", async () => {
  const kubectl = await program("kubectl");
  let overlays = 0;
  for (const plan of PLANS) {
    await withRendered(plan, "kustomize", async (folder) => {
      assertSame(await run(kubectl, "kustomize", join(folder, "base")), plan.clearPlan, plan.name);
    });
    for (const profile of plan.profiles) {
      overlays++;
      await withRendered(plan, "kustomize", async (folder) => {
        const text = await run(kubectl, "kustomize", join(folder, "overlays", profile.name));
        const secrets = (wanted: Plan): Plan => ({
          migrations: wanted.migrations.map((migration) => ({
            ...migration,
            steps: migration.steps.map((step) =>
              step.kind !== "apply"
                ? step
                : { ...step, objects: step.objects.filter(({ object }) => object.kind !== "Secret") }
            ),
          })),
        });
        assertSame(text, secrets(profile.plan), `${plan.name} with ${profile.name}`);
      }, { secrets: "omit" });
    }
  }
  ok(overlays >= 1);
});

/** What Helm is told of what it must not delete is no part of the plan. */
function withoutHelm(text: string): string {
  const objects = [...objectsIn(text).values()].map((object) => {
    const { "helm.sh/resource-policy": _, ...annotations } = object.metadata.annotations ?? {};
    const { annotations: __, ...metadata } = object.metadata;
    return {
      ...object,
      metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    };
  });
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join("");
}

Deno.test("helm makes the objects of the plan of a chart, which its lint has nothing against", async () => {
  const helm = await program("helm");
  for (const plan of PLANS) {
    await withRendered(plan, "helm", async (folder) => {
      const place = ["--namespace", plan.namespace];
      const text = await run(helm, "template", "moved", folder, ...place);
      assertSame(withoutHelm(text), plan.clearPlan, plan.name);
      const said = await run(helm, "lint", folder, "--strict", ...place);
      ok(said.includes("1 chart(s) linted, 0 chart(s) failed"), `${plan.name}: ${said}`);
    });
  }
});

Deno.test("a chart that is installed up to a migration has the objects up to it, and no other", async () => {
  const helm = await program("helm");
  const [plan] = PLANS;
  ok(plan !== undefined);
  await withRendered(plan, "helm", async (folder) => {
    const text = await run(helm, "template", "moved", folder, "--set", "to=40");
    const migrations = plan.clearPlan.migrations.filter(({ id }) => parseInt(id, 10) <= 40);
    ok(migrations.length < plan.clearPlan.migrations.length);
    assertSame(withoutHelm(text), { migrations }, plan.name);
  });
});

/** What the server makes up anew for each request. */
const MADE_UP: ReadonlySet<string> = new Set([
  "uid",
  "creationTimestamp",
  "managedFields",
  "resourceVersion",
  "status",
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
]);

/** An object as the server would store it, without that. */
function asStored(object: unknown): unknown {
  return JSON.parse(JSON.stringify(object, (key, value) => MADE_UP.has(key) ? undefined : value));
}

async function assertSameApplied(plan: TestPlan, cluster: TestCluster, kubectl: string): Promise<void> {
  const client = await connect(cluster.kubeconfigPath);
  const objects = plan.clearPlan.migrations.flatMap(plannedObjects).map(({ object }) => object);
  const namespaces = objects.filter(({ kind }) => kind === "Namespace");
  for (const namespace of namespaces) await client.apply(namespace, { force: true });
  const wanted = new Map<string, unknown>();
  for (const [key, object] of byIdentity(objects)) {
    const { object: applied } = await client.apply(object, { dryRun: true, force: true });
    wanted.set(key, asStored(applied));
  }
  await withRendered(plan, "plain", async (folder) => {
    const flags = ["--server-side", "--force-conflicts", "--dry-run=server", "--field-manager=compose-ferry"];
    const server = ["--kubeconfig", cluster.kubeconfigPath];
    const text = await run(kubectl, "apply", ...server, ...flags, "-R", "-f", folder, "-o", "json");
    const found = byIdentity(JSON.parse(text).items);
    deepEqual([...found.keys()].sort(), [...wanted.keys()].sort(), plan.name);
    for (const [key, object] of found) deepEqual(asStored(object), wanted.get(key), `${plan.name}: ${key}`);
  });
  client.close();
  for (const { metadata: { name } } of namespaces) await removeNamespace(cluster, name);
}

/** Another test may want one of that name, so that it has to be gone. */
async function removeNamespace({ api }: TestCluster, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  await api.request("DELETE", path);
  while ((await api.request("GET", path)).status !== 404) {
    await new Promise((done) => setTimeout(done, 100));
  }
}

Deno.test("kubectl apply of the files makes of each object what migrate makes of it, as the server stores it", () =>
  withCluster(async (cluster) => {
    const kubectl = await program("kubectl");
    for (const plan of PLANS) await assertSameApplied(plan, cluster, kubectl);
  }));
