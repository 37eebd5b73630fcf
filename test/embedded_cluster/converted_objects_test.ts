/** Every object that the conversion makes, asked of a real API server: strict fields, and Pod Security for the pods. */
import assert from "node:assert/strict";
import { ClusterClient } from "../../lib/cluster/client.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { objectsOf, planTestStack, type TestStack } from "../cli/planned_stack.ts";
import { convertFaf, hasFaf } from "../kube/faf_stack.ts";
import { goldenCases } from "../kube/golden_cases.ts";
import { withCluster } from "./fixture.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

/** Cases in which the chosen level refuses services, which is their point. */
const REFUSED = new Set(["pod-security", "pod-security-refused"]);
/** By decision for a newer Traefik than the one whose definitions the embedded cluster has. */
const NEWER = new Set(["traefik-newer-decided"]);

Deno.test("every object of the golden stacks is accepted, and every pod by its namespace's level", async () => {
  await withClient(async (client, prefix) => {
    const counts = await Promise.all(
      goldenCases().map(async ({ name, directory }) => {
        const decisions = await optional(`${directory}/decisions.yaml`);
        const converted = await planTestStack({
          directory,
          ...(decisions === undefined ? {} : { decisions }),
        });
        const { rejected, count } = await ask(client, prefix, converted, !REFUSED.has(name));
        const strange = NEWER.has(name)
          ? rejected.filter((text) => !text.includes("field not declared in schema"))
          : rejected;
        assert.deepEqual(strange, [], name);
        assert.equal(rejected.length > 0, NEWER.has(name), name);
        return count;
      }),
    );
    const asked = counts.reduce((sum, count) => sum + count, 0);
    assert.ok(asked > 400, `only ${asked} objects`);
  });
});

Deno.test({
  name: hasFaf
    ? "every object of FAF's stack is accepted"
    : "every object of FAF's stack is accepted (skipped: no faf-stack)",
  ignore: !hasFaf,
  fn: () =>
    withClient(async (client, prefix) => {
      const { rejected, count } = await ask(client, prefix, await convertFaf(), true);
      assert.deepEqual(rejected, []);
      assert.ok(count > 200, `only ${count} objects`);
    }),
});

async function withClient(work: (client: ClusterClient, prefix: string) => Promise<void>): Promise<void> {
  await withCluster(async ({ kubeconfigPath, prefix }) => {
    const connection = await findCluster({ kubeconfig: kubeconfigPath, env: () => undefined });
    assert.ok(connection !== undefined);
    const client = new ClusterClient(connection);
    try {
      await work(client, prefix);
    } finally {
      client.close();
    }
  });
}

/** Makes the namespace, then asks for everything else without making it. */
async function ask(
  client: ClusterClient,
  prefix: string,
  { conversion }: TestStack,
  withPods: boolean,
): Promise<{ rejected: string[]; count: number }> {
  const namespace = `${prefix}-${conversion.namespace}`;
  const objects = objectsOf(conversion).map(({ object }) => moved(object, conversion.namespace, namespace));
  const pods = withPods ? objects.flatMap((object) => podOf(object, namespace)) : [];
  const rejected: string[] = [];
  const send = async (object: KubeObject): Promise<void> => {
    try {
      await client.apply(object, { dryRun: object.kind !== "Namespace", force: true });
    } catch (error) {
      rejected.push(
        `${object.kind} ${object.metadata.name}: ${error instanceof Error ? error.message : error}`,
      );
    }
  };
  const [made, rest] = [objects.slice(0, 1), objects.slice(1)];
  await Promise.all(made.map(send));
  await Promise.all(rest.map(send));
  if (pods.length > 0) await serviceAccount(client, namespace);
  const classes = new Set(
    pods.flatMap(({ spec }) => (spec as { runtimeClassName?: string }).runtimeClassName ?? []),
  );
  await Promise.all([...classes].map((name) => runtimeClass(client, namespace, name)));
  await Promise.all(pods.map(send));
  return { rejected, count: objects.length + pods.length };
}

/** The same object in the test's own namespace. */
function moved(object: KubeObject, from: string, to: string): KubeObject {
  const { metadata } = object;
  if (object.kind === "Namespace") return { ...object, metadata: { ...metadata, name: to } };
  return metadata.namespace === from ? { ...object, metadata: { ...metadata, namespace: to } } : object;
}

/** The pod that a workload would make: Pod Security judges pods, not their owners. */
function podOf(object: KubeObject, namespace: string): KubeObject[] {
  const template = (object["spec"] as { template?: { metadata: object; spec: object } } | undefined)
    ?.template;
  if (template === undefined) return [];
  return [{
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name: object.metadata.name, namespace },
    spec: template.spec,
  }];
}

/** A controller makes it a moment after the namespace; without it no pod is admitted. */
async function serviceAccount(client: ClusterClient, namespace: string): Promise<void> {
  const ref = { apiVersion: "v1", kind: "ServiceAccount", namespace, name: "default" };
  assert.ok(await waitFor(60_000, () => client.get(ref)), "the namespace has its service account");
}

/** Whoever runs the nodes defines it; the admission of pods sees it a moment later. */
async function runtimeClass(client: ClusterClient, namespace: string, name: string): Promise<void> {
  const made = { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name }, handler: name };
  await client.apply(made, { force: true });
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `class-${name}`, namespace },
    spec: { runtimeClassName: name, containers: [{ name: "one", image: "busybox:1.37" }] },
  };
  const isSeen = await waitFor(
    60_000,
    () =>
      client.apply(pod, { dryRun: true, force: true }).then(
        () => true,
        (error: unknown) => /RuntimeClass .* not found/.test(String(error)) ? undefined : true,
      ),
  );
  assert.ok(isSeen, `pods may ask for runtime class "${name}"`);
}

async function optional(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
