/**
 * A whole stack moves service by service while people use all of it, by the tool alone, and back: after half, which goes
 * through the restarts of a machine first, and after all.
 */
import { equal } from "node:assert/strict";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { readSeen } from "../guard/berth.ts";
import { installTraefik, serveLoadBalancers } from "../guard/k3s.ts";
import { nothingIsLost, pageIsThere, writings } from "./kept.ts";
import { report } from "./on_moving.ts";
import { decide, HALF, helpers, isServedBy, isUsed, openQuay, POLICIES } from "./quay.ts";
import { openQuayHarbour } from "./quay_harbour.ts";
import { restarts } from "./restarts.ts";
import { eachInItsWindow, outageTable, questions, type Window, windowsOf } from "./windows.ts";

const why = await whyNoRealNode();

Deno.test({
  name: `a whole stack moves while people use it, and back${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using harbour = await openQuayHarbour();
    const quay = await openQuay(harbour);
    await using balancers = serveLoadBalancers(harbour.node);
    const windows: Window[] = [];
    const moves = async (...command: readonly string[]): Promise<void> => {
      const { code, stdout, stderr } = await quay.run(...command, "--yes", "-o", "json");
      windows.push(...windowsOf(stdout));
      equal(code, 0, stdout + stderr);
    };
    await t.step("before, everything is used", () => isUsed(quay));
    const begun = Date.now();
    await decide(quay, "decisions_half.yaml");
    await t.step("what begins with no stop is done while the old stack serves, the images, too", async () => {
      await moves("migrate", "--to", "040");
      // As k3s does with the settings that it has got now.
      await installTraefik(harbour.node);
      await isServedBy(quay, []);
    });
    await t.step("half of it moves: databases, a site, an application, a port that is no HTTP", async () => {
      await moves("migrate", "--cross", "--to", "110");
      await isServedBy(quay, HALF);
      report(await nothingIsLost(quay));
    });
    windows.push(...await restarts(t, quay));
    await t.step("half-way all goes back, with what was written", async () => {
      await moves("rollback", "--to", "040");
      await isServedBy(quay, []);
      report(await nothingIsLost(quay));
      equal(await helpers(quay), "");
    });
    await decide(quay, "decisions.yaml");
    await t.step("everything moves, and the front", async () => {
      await moves("migrate", "--cross");
      await balancers.settled();
      await isServedBy(quay, Object.keys(POLICIES));
      report(await nothingIsLost(quay));
    });
    await t.step("all of it goes back, with what was written in both places", async () => {
      await moves("rollback", "--to", "040");
      await isServedBy(quay, []);
      report(await nothingIsLost(quay));
      await pageIsThere(quay);
      equal(await helpers(quay), "");
      equal((await harbour.node.kubectl("-n", "quay", "get", "pods,services", "-o", "name")).trim(), "");
    });
    const asked = questions(await quay.visits(), await writings(quay)).filter((one) => one.begun >= begun);
    report(outageTable(asked, windows));
    await t.step(
      "who was not answered asked for what moved just then",
      () => eachInItsWindow(asked, windows),
    );
    equal(Math.max(...Object.values((await readSeen(harbour)).most)), 1, "a directory had two servers");
  },
});
