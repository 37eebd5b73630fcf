/** One directory never has two writers, and one port one server: tried with a real engine on a real node. */
import { equal } from "node:assert/strict";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { readSeen } from "./berth.ts";
import { moveFront } from "./front.ts";
import { openHarbour } from "./harbour.ts";
import { SCENARIOS } from "./writers.ts";

const why = await whyNoRealNode();

Deno.test({
  name: `beside a Docker Engine on a real node no directory and no port has two servers${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using harbour = await openHarbour(reportToStderr);
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      await t.step(name, async () => {
        const berth = await scenario(harbour);
        equal(await berth.mostServers(), 1);
      });
    }
    await moveFront((name, run) => t.step(name, run), harbour);
    const { looks, longestMs, most } = await readSeen(harbour);
    const shared = Object.values(most).filter((servers) => servers > 1).length;
    reportToStderr(
      `Looked ${looks} times, at most ${longestMs} ms apart: ${shared} directories had two servers at a time`,
    );
    equal(shared, 0);
  },
});

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
