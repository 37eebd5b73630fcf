/** A sample of other people's stacks, moved with no decision; `deno task corpus` moves them all. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { outcomeOf } from "../corpus/outcome.ts";
import { copyStack, stacksIn } from "../corpus/stacks.ts";
import { withCluster } from "../embedded_cluster/fixture.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));

/** One of each shape: built images, chains of Jobs, odd host names, many services, labels for a Traefik elsewhere. */
const SAMPLE = [
  "public-stacks/awesome-nginx-flask-mysql",
  "public-stacks/haxxnet-bookstack",
  "public-stacks/haxxnet-immich",
  "public-stacks/haxxnet-webhook.site",
  "public-stacks/jitsi",
  "public-stacks/n8n/withPostgresAndWorker",
  "reports/16",
  "reports/25",
];

Deno.test({
  name: "stacks of other people are applied and ready with no decision",
  ignore: !isThere(CORPUS),
  fn: () =>
    withCluster(async (cluster) => {
      const stacks = await stacksIn(CORPUS);
      const parent = await Deno.makeTempDir({ prefix: "corpus-" });
      try {
        for (const name of SAMPLE) {
          const stack = stacks.find((each) => each.name === name);
          assert.ok(stack !== undefined, `${join(CORPUS, name)} is not there`);
          const { check, migrate, problems } = await outcomeOf(name, await copyStack(stack, parent), cluster);
          assert.deepEqual({ check, migrate }, { check: "passes", migrate: "ready" }, `${name}: ${problems}`);
        }
      } finally {
        await Deno.remove(parent, { recursive: true });
      }
    }),
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
