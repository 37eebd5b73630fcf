/** release/job.yaml on a real API server: its objects are taken, and its login moves a stack with the rights of `rbac`. */
import { equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../lib/kube/object.ts";
import { fields, list, record } from "../../lib/values/json.ts";
import { withFiles } from "../cli/in_process.ts";
import { runFerry } from "../crossing/ferry.ts";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { connect, removeClusterWide } from "./cluster.ts";

const JOB = fileURLToPath(new URL("../../release/job.yaml", import.meta.url));

Deno.test("the Job's login, from its own kubeconfig, moves a stack with what rbac prints for it", () =>
  withCluster(async ({ kubeconfigPath, prefix, api, server }) => {
    const client = await connect(kubeconfigPath);
    try {
      const text = (await Deno.readTextFile(JOB)).replaceAll(/\bcompose-ferry$/gm, `${prefix}-ferry`);
      const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
      equal(objects.map(({ kind }) => kind).join(), "Namespace,ServiceAccount,ConfigMap,Job");
      // The Job is judged and not run: pods are simulated here.
      for (const object of objects) await client.apply(object, { dryRun: object.kind === "Job" });
      const namespace = `${prefix}-ferry`;
      const config = String(fields(objects.find(({ kind }) => kind === "ConfigMap")?.["data"])["config"]);
      await withFiles({
        "compose.yaml": "services:\n  web: { image: 'nginx:1.27.2', expose: [80] }\n",
        "decisions.yaml": `namespace: ${prefix}-shop\nengine: none\n`,
      }, async (directory) => {
        const kubeconfig = join(directory, "kubeconfig");
        await Deno.writeTextFile(kubeconfig, await outside(config, { directory, server, kubeconfigPath }));
        const stack = ["--stack", directory];
        const migrate = ["migrate", "--yes", ...stack, "--kubeconfig", kubeconfig];
        const tokenPath = `/api/v1/namespaces/${namespace}/serviceaccounts/ferry/token`;
        const { body } = await api.request("POST", tokenPath, {});
        await Deno.writeTextFile(join(directory, "token"), String(record(fields(body)["status"])?.["token"]));

        const refused = await runFerry(migrate, { directory });
        equal(refused.code, 4, refused.err);
        match(refused.err, /cluster-(forbidden|missing-right)/);

        const user = ["--user", `system:serviceaccount:${namespace}:ferry`];
        const { out } = await runFerry(["rbac", ...stack, ...user, "-o", "json"], { directory });
        for (const object of list(JSON.parse(out).items)) await client.apply(object as unknown as KubeObject);
        const moved = await runFerry(migrate, { directory });
        equal(moved.code, 0, moved.err);
        ok(moved.out.includes("migrations applied"), moved.out);
      });
    } finally {
      await removeClusterWide(client, prefix);
      client.close();
    }
  }));

/** The kubeconfig of the pod for a process that is none: the server by its address, token and authority as files here. */
async function outside(
  config: string,
  { directory, server, kubeconfigPath }: { directory: string; server: string; kubeconfigPath: string },
): Promise<string> {
  const data = /certificate-authority-data: *"?([\w+/=]+)/.exec(await Deno.readTextFile(kubeconfigPath))?.[1];
  ok(data !== undefined, "the test cluster's kubeconfig has no authority");
  await Deno.writeTextFile(join(directory, "ca.crt"), atob(data));
  return config.replace("https://kubernetes.default.svc", server)
    .replaceAll("/etc/compose-ferry/", `${directory}/`);
}
