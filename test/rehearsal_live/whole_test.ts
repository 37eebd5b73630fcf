/** A stack of eleven services is rehearsed while people use it, and moves: what was predicted stands beside what came. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { isServedBy, isUsed, openQuay, POLICIES } from "../crossing_live/quay.ts";
import { openQuayHarbour } from "../crossing_live/quay_harbour.ts";
import { report } from "../crossing_live/on_moving.ts";
import { questions, windowsOf } from "../crossing_live/windows.ts";
import { writings } from "../crossing_live/kept.ts";
import { FILLING } from "../ferry/images.ts";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { installTraefik } from "../guard/k3s.ts";
import { parseFigures } from "../../lib/rehearsal/figures.ts";
import { everything } from "./copies.ts";

const why = await whyNoRealNode();

Deno.test({
  name: `a whole stack is rehearsed while people use it${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using harbour = await openQuayHarbour(FILLING);
    // Two stacks run at a time, each with a clerk who starts programs for every row. Where two of them want more than
    // two processors, the queue grows for as long as they run, and what is measured is that queue.
    const quay = await openQuay(harbour, { pace: 3, visitMs: 500, checks: "5s" });
    await isUsed(quay);
    const before = await everything(harbour, "quay");
    const begun = Date.now();
    await t.step("it is rehearsed, nobody notices, and nothing of it is left", async () => {
      const { code, stdout, stderr } = await quay.run("rehearse", "--yes", "-o", "json");
      equal(code, 0, stdout + stderr);
      match(stderr, /Nothing of the copy is left/);
      await isServedBy(quay, []);
      deepEqual(await everything(harbour, "quay"), before);
      const asked = questions(await quay.visits(), await writings(quay)).filter((one) => one.begun >= begun);
      deepEqual(asked.filter(({ isAnswered }) => !isAnswered), []);
    });
    await t.step("it moves", async () => {
      await installTraefik(harbour.node);
      const { code, stdout, stderr } = await quay.run(
        "migrate",
        "--cross",
        "--to",
        "110",
        "--yes",
        "-o",
        "json",
      );
      equal(code, 0, stdout + stderr);
      await isServedBy(quay, Object.keys(POLICIES));
      const figures = parseFigures(await Deno.readTextFile(join(quay.stack, "rehearsal.json")));
      for (const { service, saidMs = 0 } of windowsOf(stdout)) {
        const measured = figures?.services[service];
        ok(measured !== undefined, `"${service}" was not rehearsed`);
        const { outageSeconds, aloneSeconds } = measured;
        ok(
          outageSeconds === 0 || aloneSeconds !== undefined && aloneSeconds <= outageSeconds,
          `of "${service}" it is not told what the copy adds: ${aloneSeconds} of ${outageSeconds} s`,
        );
        report(
          `${service}: rehearsed ${outageSeconds} s, without the copy ${aloneSeconds ?? 0} s, moved in ${
            saidMs / 1000
          } s`,
        );
      }
    });
  },
});
