/** A run, its preview and the status compute the stack once, with the target's key or without one. */
import assert from "node:assert/strict";
import { callsOf, ONCE } from "../cli/call_counts.ts";
import { withFiles } from "../cli/in_process.ts";
import { withCluster } from "../embedded_cluster/fixture.ts";

Deno.test("migrate, its dry-run and status load once, convert once and plan once", () =>
  withCluster(({ kubeconfigPath, prefix }) => {
    const files = {
      "compose.yaml": "services:\n  web:\n    image: nginx:1.27.2\n    restart: always\n" +
        "    environment: { PASSWORD: sesame-street-12 }\n    expose: [80]\n",
      "decisions.yaml": `namespace: ${prefix}-once\n`,
    };
    return withFiles(files, async (directory) => {
      const where = ["--stack", directory, "--kubeconfig", kubeconfigPath];
      const count = async (...args: readonly string[]): Promise<string> => {
        const { calls, code, said } = await callsOf([...args, ...where], {
          DOCKER_HOST: "unix:///nobody/listens",
        });
        assert.equal(code, 0, said);
        assert.deepEqual(calls, ONCE, args.join(" "));
        return said;
      };
      // Before there is a key, with the one that the run makes, and with the one that is there.
      await count("migrate", "--dry-run");
      await count("migrate", "--yes");
      await count("migrate", "--yes");
      await count("migrate", "--dry-run", "--detailed-exitcode");
      const said = await count("status", "--detailed-exitcode");
      assert.match(said, /nothing to do/);
    });
  }));
