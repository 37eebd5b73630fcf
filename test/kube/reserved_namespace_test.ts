import assert from "node:assert/strict";
import { join } from "node:path";
import { planTestStack } from "../cli/planned_stack.ts";

const SERVICES = "services: { web: { image: 'nginx:1', expose: ['80'] } }\n";

/** The place and message of what is said about the namespace. */
async function said(name: string, decisions = ""): Promise<readonly string[]> {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "compose.yaml"), `name: ${name}\n${SERVICES}`);
  const { conversion } = await planTestStack({ directory, decisions });
  await Deno.remove(directory, { recursive: true });
  return conversion.findings.filter(({ code }) => code === "kube-namespace-reserved").map(
    ({ severity, span, message }) =>
      `${severity} ${span?.file.split("/").at(-1)}:${span?.line} ${/"(.*?)"/.exec(message)?.[1]}`,
  );
}

Deno.test("a namespace of the cluster itself is refused where it is written, and moved by a decision", async () => {
  for (const name of ["kube-system", "default", "kube-public", "kube-node-lease", "kube_system"]) {
    const namespace = name.replace("_", "-");
    assert.deepEqual(await said(name), [`error compose.yaml:1 ${namespace}`]);
    assert.deepEqual(await said(name, "namespace: shop\n"), []);
  }
  assert.deepEqual(await said("shop", "storageId: a\nnamespace: kube-system\n"), [
    "error decisions.yaml:2 kube-system",
  ]);
  for (const name of ["defaults", "kubernetes", "my-kube-system", "kube"]) {
    assert.deepEqual(await said(name), []);
  }
});
