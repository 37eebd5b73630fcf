/** What a real kubelet says of a stack that cannot start, and how the next run goes on when it is mended. */
import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { OWNER, prepareCrossing } from "./crossing.ts";
import { IMAGES } from "./images.ts";
import { startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";

/** Succeeds twelve seconds after its container started. */
const SLOW =
  '{ test: ["CMD-SHELL", "[ $$(stat -c %X /proc/1) -lt $$(($$(date +%s) - 12)) ]"], interval: 1s }';

/**
 * Runs once for as long as a kubelet needs to see that it runs, then ends at once each time: whoever looks while it
 * is started again must not find it ready.
 */
const CRASH = '["sh", "-c", "echo bye; test -e /kept/ran || { touch /kept/ran; sleep 5; }; exit 3"]';

const why = await whyNoRealNode();

Deno.test({
  name: `what cannot start on a real node is said and mended${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using node = await startNode(IMAGES, reportToStderr);
    const crossing = await prepareCrossing(node, "laptop", {});
    const decisions = join(crossing.stack, "decisions.yaml");
    await Deno.writeTextFile(
      decisions,
      `${await Deno.readTextFile(decisions)}storageRoot: ${join(node.directory, "disk")}\n` +
        "storageDirectories: existing\n" +
        "services: { store: { kind: StatefulSet } }\n",
    );
    await t.step("directories that are not there are named, long before the timeout", async () => {
      const { code, stdout, stderr } = await crossing.migrate();
      equal(code, 1, stdout + stderr);
      match(stderr, /Deployment laptop\/scribe .*FailedMount: .*data\/pages" does not exist/);
      match(stderr, /StatefulSet laptop\/store .*FailedMount: .*" does not exist/);
    });
    await t.step("the same command finishes when they are there", async () => {
      const paths = await node.kubectl("get", "pv", "-o", "jsonpath={.items[*].spec.local.path}");
      for (const path of paths.trim().split(" ")) {
        await Deno.mkdir(path, { recursive: true });
        await Deno.chown(path, OWNER, OWNER);
      }
      const { code, stdout, stderr } = await crossing.migrate();
      equal(code, 0, stdout + stderr);
    });
    await t.step("a StatefulSet that crashes is rolled out when it is mended", async () => {
      const compose = join(crossing.stack, "docker-compose.yml");
      const good = await Deno.readTextFile(compose);
      const bad = good.replace("  store:\n", `$&    entrypoint: ${CRASH}\n`)
        .replace("  scribe:\n", `$&    healthcheck: ${SLOW}\n`);
      await Deno.writeTextFile(compose, bad);
      // Without a healthcheck a container that runs for a moment is ready for that moment; at the end it shows.
      const { code: bore, stderr: warned } = await crossing.migrate();
      equal(bore, 0, warned);
      match(warned, /warning\[run-ended-again\].*"store" of Pod laptop\/store-0 .*exit code 3/);
      match(warned, /log: bye/);
      const reason = ".status.containerStatuses[0].state.waiting.reason";
      await crossing.until("CrashLoopBackOff", () => crossing.field("pod/store-0", reason));
      await Deno.writeTextFile(compose, good);
      const { code, stdout, stderr } = await crossing.migrate();
      equal(code, 0, stdout + stderr);
      match(stdout + stderr, /Pod laptop\/store-0 deleted/);
    });
  },
});

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
