/** What goes wrong on the way: it is said, nothing is lost, and the old side serves. On a disk reached by a link. */
import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { openHarbour } from "../guard/harbour.ts";
import {
  containerState,
  cross,
  installWriterPackages,
  isInEngine,
  killed,
  type Moving,
  nothingIsLost,
  returnIt,
  startMoving,
} from "./database.ts";

const why = await whyNoRealNode();

/** Ends as soon as it is started. */
const BROKEN = { name: "docker.io/crossing/broken:1", entrypoint: ["sh", "-c", "echo no way; exit 3"] };

/** The disk that the data lies on, in MiB, and what is left of it where it is full. */
const [DISK, LEFT] = [256, 8];

Deno.test({
  name: `what goes wrong on the way leaves the old side serving${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    await installWriterPackages(report);
    await using harbour = await openHarbour(report, ["docker-compose"], [BROKEN]);
    const moving = await startMoving(harbour, "storm", async ({ stack }) => {
      const script =
        `mkdir disk && mount -t tmpfs -o size=${DISK}m tmpfs disk && mv data/bay disk/bay && ln -s ../disk/bay data/bay`;
      const { code, stderr } = await harbour.node.run(["sh", "-c", `cd "$1" && ${script}`, "sh", stack]);
      equal(code, 0, stderr);
    });
    await t.step("a disk that is full: it is not even stopped", async () => {
      const ballast = join(moving.berth.stack, "disk/ballast");
      const fill = `head -c $(($(df -B1 --output=avail "$1" | tail -1) - ${LEFT << 20})) /dev/zero > "$2"`;
      const disk = join(moving.berth.stack, "disk");
      await harbour.node.run(["sh", "-c", fill, "sh", disk, ballast]);
      await refused(moving, /run-disk-full.*\/bay" has \S+ MB left/);
      await harbour.node.run(["rm", ballast]);
    });
    await t.step("an image that does not start: it goes back", async () => {
      await decide(moving, `image: ${BROKEN.name}`);
      await refused(moving, /run-went-back/, /no way/);
    });
    await t.step("a user that may not read the directory: it goes back", async () => {
      await decide(moving, "user: 1234:1234");
      await refused(moving, /run-went-back/);
    });
    await t.step("an API server that is gone: both sides stay closed, and the next run goes on", async () => {
      await decide(moving, "");
      match(await killed(moving, "closing", "unplugged", "migrate", "--cross"), /cluster/);
      equal(await containerState(moving), "exited no");
      await cross(moving);
    });
    await t.step("by the link it goes back as it came", async () => {
      await returnIt(moving);
      const { acknowledged, longestMs } = await nothingIsLost(moving);
      report(`${acknowledged.length} rows, nobody could write for at most ${longestMs} ms`);
    });
  },
});

/** What is decided about the database besides what the stack began with. */
async function decide({ berth }: Moving, decision: string): Promise<void> {
  const file = join(berth.stack, "decisions.yaml");
  const [before = ""] = (await Deno.readTextFile(file)).split("services:");
  await Deno.writeTextFile(file, `${before}${decision === "" ? "" : `services: { bay: { ${decision} } }\n`}`);
}

/** It does not move, and is served as before. */
async function refused(moving: Moving, ...patterns: readonly RegExp[]): Promise<void> {
  const { code, stdout, stderr } = await moving.berth.run(["migrate", "--yes", "--cross"]);
  equal(code, 1, stdout + stderr);
  for (const pattern of patterns) match(stderr, pattern);
  await isInEngine(moving);
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
