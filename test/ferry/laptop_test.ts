/** A stack whose directories nobody has made, moved to a real node as a new developer does. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { type Crossing, OWNER, prepareCrossing } from "./crossing.ts";
import { IMAGES } from "./images.ts";
import { startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";

const why = await whyNoRealNode();

Deno.test({
  name: `directories that do not exist are made on a real node${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using node = await startNode(IMAGES, reportToStderr);
    const root = join(node.directory, "made");
    const crossing = await prepareCrossing(node, "laptop", {});
    const decisions = join(crossing.stack, "decisions.yaml");
    const text = await Deno.readTextFile(decisions);
    await Deno.writeTextFile(decisions, text.replace("/var/lib/crossing", root));
    const migrate = (): ReturnType<Crossing["migrate"]> => crossing.migrate("--profile", "local");
    await t.step("nothing is there before", async () => {
      await rejects(Deno.stat(root), Deno.errors.NotFound);
      await rejects(Deno.stat(join(crossing.stack, "data")), Deno.errors.NotFound);
    });
    await t.step("it is moved, and its pods are ready", async () => {
      const { code, stdout, stderr } = await migrate();
      equal(code, 0, stdout + stderr);
      for (const name of ["store", "scribe"]) {
        equal(await crossing.field(`deploy/${name}`, ".status.readyReplicas"), "1", name);
      }
    });
    await t.step("the directories are below the decided root, each with its owner", async () => {
      const owners = await Promise.all(["data/store", "data/pages", "volumes/kept"].map(async (name) => {
        const { uid, gid } = await Deno.stat(join(root, name));
        return [name, uid, gid];
      }));
      deepEqual(owners, [["data/store", 0, 0], ["data/pages", OWNER, OWNER], ["volumes/kept", 0, 0]]);
      await rejects(Deno.stat(join(crossing.stack, "data")), Deno.errors.NotFound);
    });
    await t.step("the programs write to them", async () => {
      equal(await Deno.readTextFile(join(root, "data/pages/page.txt")), "written\n");
      await crossing.inside("deploy/store", "echo more > /kept/more.txt");
      equal(await Deno.readTextFile(join(root, "volumes/kept/more.txt")), "more\n");
    });
    await t.step("the call that a program needs was made, from a pod by its Service", async () => {
      equal(await crossing.field("job/store-call-page", ".status.succeeded"), "1");
    });
    await t.step("a call at each start is made beside the program, in every new pod", async () => {
      const said = async (): Promise<string> =>
        (await node.kubectl("-n", "laptop", "logs", "deploy/scribe", "-c", "call-read")).trim();
      await crossing.until("Done", said);
      await node.kubectl("-n", "laptop", "rollout", "restart", "deploy/scribe");
      await node.kubectl("-n", "laptop", "rollout", "status", "deploy/scribe", "--timeout=180s");
      await crossing.until("Done", said);
      equal(await crossing.field("job/scribe-call-read", ".metadata.name").catch(() => "none"), "none");
    });
    await t.step("a second run writes nothing, and a new pod has what the old one wrote", async () => {
      const { code, stdout, stderr } = await migrate();
      equal(code, 0, stdout + stderr);
      match(stdout, /Nothing to do/);
      await node.kubectl("-n", "laptop", "rollout", "restart", "deploy/store");
      await node.kubectl("-n", "laptop", "rollout", "status", "deploy/store", "--timeout=180s");
      await crossing.until("born\nborn", () => crossing.inside("deploy/store", "cat /store/log.txt"));
    });
    await t.step(
      "without the profile the volumes would lie elsewhere, which is refused and said",
      async () => {
        const { code, stdout, stderr } = await crossing.migrate();
        equal(code, 1, stdout + stderr);
        match(stderr, /error\[run-volume-place\]: PersistentVolume laptop-data-store/);
        equal(await Deno.readTextFile(join(root, "data/store/log.txt")), "born\nborn\n");
      },
    );
  },
});

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
