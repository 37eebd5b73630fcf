/** Stacks that an earlier version moved by another stack's decisions, into its namespace. */
import assert from "node:assert/strict";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { runFerry } from "./ferry.ts";
import { removeVolumes } from "./seen.ts";

const COMPOSE = 'services: { store: { image: "mariadb:10.11", volumes: ["./data/store:/var/lib/mysql"] } }\n';

Deno.test("a stack that lies in another namespace is refused, with the line that keeps it there", () =>
  withCluster(async (cluster) => {
    const directory = await Deno.makeTempDir({ prefix: "moved-" });
    const name = `${cluster.prefix}-own`;
    try {
      await Deno.mkdir(`${directory}/data/store`, { recursive: true });
      await Deno.writeTextFile(`${directory}/compose.yaml`, `name: ${name}\n${COMPOSE}`);
      const before = `${directory}/before.yaml`;
      await Deno.writeTextFile(before, `namespace: ${cluster.prefix}\n`);
      const env = { DOCKER_HOST: "unix:///none" };
      const run = (...args: string[]): ReturnType<typeof runFerry> =>
        runFerry([...args, "--stack", directory, "--embedded"], { cluster, env });
      const first = await run("migrate", "--yes", "--decisions", before);
      assert.equal(first.code, 0, first.err);
      for (const command of [["migrate", "--yes"], ["migrate", "--dry-run"], ["status"]]) {
        const refused = await run(...command);
        assert.equal(refused.code, 3, refused.err);
        assert.match(refused.err, /run-moved-before.*StatefulSet store runs there/);
        assert.match(refused.err, new RegExp(`add to decisions\\.yaml: namespace: ${cluster.prefix}`));
      }
      const { status } = await cluster.api.request("GET", `/api/v1/namespaces/${name}`);
      assert.equal(status, 404, "nothing was written");
      await Deno.writeTextFile(`${directory}/decisions.yaml`, `namespace: ${cluster.prefix}\n`);
      const kept = await run("migrate", "--yes");
      assert.equal(kept.code, 0, kept.err);
      await removeVolumes(cluster);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }));
