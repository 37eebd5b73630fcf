/** Files that k3s applies at each start, found on the machine that they lie on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkManifests } from "../../lib/cli/k3s_manifests.ts";
import { firstStartText } from "../../lib/kube/host/k3s.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan } from "../../lib/migration/step.ts";

const CONFIG: KubeObject = {
  apiVersion: "helm.cattle.io/v1",
  kind: "HelmChartConfig",
  metadata: { name: "traefik", namespace: "kube-system" },
};

function planOf(...objects: readonly KubeObject[]): Plan {
  const steps = [{ kind: "apply", objects: objects.map((object) => ({ object })) }] as const;
  return { migrations: [{ id: "040_traefik", title: "", why: "", steps, absent: [], claimed: [] }] };
}

async function found(
  files: Readonly<Record<string, string>>,
  plan = planOf(CONFIG),
): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    return (await checkManifests(plan, folder)).map(({ message }) => message.replaceAll(`${folder}/`, ""));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("check names each file of k3s that would undo the HelmChartConfig of a migration", async () => {
  const text = firstStartText("kube-system", { "compose-ferry/owner": "harbour" });
  const said = (name: string): string =>
    `k3s applies "${name}" again at each of its starts, over the HelmChartConfig kube-system/traefik of migration ` +
    '"040_traefik"';
  assert.deepEqual(await found({ "traefik-front.yaml": text }), [said("traefik-front.yaml")]);
  assert.deepEqual(await found({ "own.yml": `kind: Secret\n---\n${text}` }), [said("own.yml")]);
  assert.deepEqual(await found({ "a.yaml": text, "a.yaml.skip": "", "b.txt": text }), []);
  assert.deepEqual(await found({ "broken.yaml": "a: [", "empty.yaml": "", "list.yaml": "- a\n" }), []);
  assert.deepEqual(await found({ "other.yaml": text.replace("name: traefik", "name: other") }), []);
  assert.deepEqual(await found({ "traefik-front.yaml": text }, planOf()), []);
  assert.deepEqual(await checkManifests(planOf(CONFIG), "/nowhere/at/all"), []);
});
