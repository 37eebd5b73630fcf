/** A test with one PostgreSQL of a real engine beside a real node, which somebody writes to and a probe watches. */
import { equal } from "node:assert/strict";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { readSeen } from "../guard/berth.ts";
import { openHarbour } from "../guard/harbour.ts";
import { installWriterPackages, type Moving, nothingIsLost, startMoving } from "./database.ts";

const why = await whyNoRealNode();

/** Afterwards every row that was acknowledged is there, and the directory never had two servers. */
export function onMoving(name: string, work: (t: Deno.TestContext, moving: Moving) => Promise<void>): void {
  Deno.test({
    name: `${name}${why === undefined ? "" : ` (skipped: ${why})`}`,
    ignore: why !== undefined,
    fn: async (t) => {
      await installWriterPackages(report);
      await using harbour = await openHarbour(report, ["docker-compose"]);
      const moving = await startMoving(harbour, "moved");
      await work(t, moving);
      await nothingIsLost(moving);
      const { looks, longestMs, most } = await readSeen(harbour);
      const shared = Object.values(most).filter((servers) => servers > 1).length;
      report(
        `Looked ${looks} times, at most ${longestMs} ms apart: ${shared} directories had two servers at a time`,
      );
      equal(shared, 0);
    },
  });
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
export function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
