import assert from "node:assert/strict";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { type Ended, type FerryOptions, runFerry } from "../crossing/ferry.ts";
import { removeVolumes } from "../crossing/seen.ts";

const COMPOSE = `
services:
  app: { image: "registry.example/app:1.0", restart: always, volumes: ["./state:/state", "kept:/kept"] }
volumes: { kept: {} }
`;

Deno.test("a directory that the first run made is no change for the second", async () => {
  await withCluster(async (cluster) => {
    const directory = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${directory}/compose.yaml`, COMPOSE);
      await Deno.writeTextFile(
        `${directory}/decisions.yaml`,
        `namespace: ${cluster.prefix}-made\ndefaultMigration: applications\n`,
      );
      const run = (command: string, ...flags: readonly string[]): Promise<Ended> =>
        runFerry([command, "--stack", directory, ...flags], { cluster } satisfies FerryOptions);
      const first = await run("migrate", "--yes");
      assert.equal(first.code, 0, first.out + first.err);
      await Deno.mkdir(`${directory}/state`);
      const status = await run("status", "--detailed-exitcode");
      assert.equal(status.code, 0, status.out + status.err);
      const preview = await run("migrate", "--dry-run", "--detailed-exitcode");
      assert.equal(preview.code, 0, preview.out + preview.err);
      const second = await run("migrate", "--yes");
      assert.equal(second.code, 0, second.out + second.err);
      assert.match(second.out, /nothing to do/i);
    } finally {
      await removeVolumes(cluster);
      await Deno.remove(directory, { recursive: true });
    }
  });
});
