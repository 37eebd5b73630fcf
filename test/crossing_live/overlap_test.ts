/** What both sides may serve moves while people use it, and back, and no request by Docker's Traefik fails. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { installTraefik } from "../guard/k3s.ts";
import { writings } from "./kept.ts";
import { report } from "./on_moving.ts";
import { decide, helpers, isServedBy, isUsed, openQuay } from "./quay.ts";
import { openQuayHarbour } from "./quay_harbour.ts";
import { eachInItsWindow, outageTable, questions, type Window, windowsOf } from "./windows.ts";

const why = await whyNoRealNode();

/** By Docker's Traefik. */
const ROUTED = ["admin", "echo"];

Deno.test({
  name: `what both sides may serve is served all the time, there and back${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using harbour = await openQuayHarbour();
    const quay = await openQuay(harbour);
    const windows: Window[] = [];
    const moves = async (...command: readonly string[]): Promise<void> => {
      const { code, stdout, stderr } = await quay.run(...command, "--yes", "-o", "json");
      windows.push(...windowsOf(stdout));
      equal(code, 0, stdout + stderr);
    };
    await isUsed(quay);
    const begun = Date.now();
    await decide(quay, "decisions_overlap.yaml");
    await t.step("they move", async () => {
      await moves("migrate", "--to", "040");
      await installTraefik(harbour.node);
      await moves("migrate", "--to", "110");
      await isServedBy(quay, ["store", ...ROUTED]);
    });
    await t.step("they go back, and nothing of it is left", async () => {
      await moves("rollback", "--to", "040");
      await isServedBy(quay, []);
      equal(await helpers(quay), "");
    });
    const asked = questions(await quay.visits(), await writings(quay)).filter((one) => one.begun >= begun);
    report(outageTable(asked, windows));
    await t.step("nobody went without an answer", () => {
      const routed = asked.filter(({ subject }) => ROUTED.includes(subject));
      ok(routed.length > 0);
      deepEqual(routed.filter(({ isAnswered }) => !isAnswered), []);
      eachInItsWindow(asked, windows);
    });
  },
});
