/** Services that run move from a real Docker Engine to a real node and back, while they are used. */
import { equal } from "node:assert/strict";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { readSeen } from "../guard/berth.ts";
import { openHarbour } from "../guard/harbour.ts";
import {
  cross,
  isInCluster,
  isInEngine,
  isRefused,
  killed,
  nothingIsLost,
  returnIt,
  startMoving,
} from "./database.ts";
import type { Moment } from "./killed_run.ts";

const why = await whyNoRealNode();

/** Where a run is killed on its way there. */
const THERE: readonly (readonly [string, Moment])[] = [
  ["prepared", "after"],
  ["closing", "before"],
  ["closing", "after"],
  ["closing", "during"],
  ["closed", "after"],
  ["opening", "after"],
  ["opening", "during"],
  ["verified", "before"],
  ["verified", "after"],
];

/** And on its way back. */
const BACK: readonly (readonly [string, Moment])[] = [
  ["back", "before"],
  ["back", "after"],
  ["back", "during"],
  ["gone", "before"],
  ["gone", "after"],
];

Deno.test({
  name: `what runs as containers moves to a real node and back${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using harbour = await openHarbour(report, ["docker-compose"]);
    const moving = await startMoving(harbour, "moved");
    await t.step("a PostgreSQL moves, and goes back with what was written", async () => {
      await cross(moving);
      await returnIt(moving);
      const { acknowledged, longestMs } = await nothingIsLost(moving);
      report(`${acknowledged.length} rows, nobody could write for at most ${longestMs} ms`);
    });
    await t.step("while it is in the cluster no colleague and no engine starts a second one", async () => {
      await cross(moving);
      await isRefused(moving, "up", "--detach");
      await isRefused(moving, "-f", `${moving.berth.stack}/docker-compose.yml`, "up", "--detach");
      await isRefused(moving, "start");
      await harbour.engine.kill();
      await harbour.engine.start();
      await isInCluster(moving);
      await returnIt(moving);
    });
    for (const [state, moment] of THERE) {
      await t.step(`killed ${moment} "${state}" on its way there, the next run moves it`, async () => {
        await killed(moving, state, moment, "migrate", "--cross");
        await cross(moving);
        await returnIt(moving);
      });
    }
    for (const [state, moment] of BACK) {
      await t.step(`killed ${moment} "${state}" on its way back, the next run takes it back`, async () => {
        await cross(moving);
        await isInCluster(moving);
        await killed(moving, state, moment, "rollback", "--service", "bay");
        if (state === "gone" && moment === "after") await isInEngine(moving);
        else await returnIt(moving);
      });
    }
    await nothingIsLost(moving);
    const { looks, longestMs, most } = await readSeen(harbour);
    const shared = Object.values(most).filter((servers) => servers > 1).length;
    report(
      `Looked ${looks} times, at most ${longestMs} ms apart: ${shared} directories had two servers at a time`,
    );
    equal(shared, 0);
  },
});

/** Builds and packages take a while, and a silent test would look as if it hung. */
function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
