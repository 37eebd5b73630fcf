/** A whole stack moves service by service while people use all of it, by the tool alone, and back: after half, after all. */
import { deepEqual, equal } from "node:assert/strict";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { installFirewallPackages } from "../ferry/start_kube_router.ts";
import { type Harbour, readSeen } from "../guard/berth.ts";
import { openHarbour } from "../guard/harbour.ts";
import { installTraefik, serveLoadBalancers } from "../guard/k3s.ts";
import { nothingIsLost, pageIsThere, writings } from "./kept.ts";
import { helpers, isUsed, openQuay, POLICIES, type Quay, states } from "./quay.ts";
import { quayImages } from "./quay_images.ts";
import { withTraefikImage } from "./traefik_image.ts";
import { eachInItsWindow, outageTable, questions, type Window, windowsOf } from "./windows.ts";

const why = await whyNoRealNode();

const STORES = ["db", "ledger", "broker"];

Deno.test({
  name: `a whole stack moves while people use it, and back${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    await installFirewallPackages(report);
    await using harbour = await openFilledHarbour();
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
    await t.step("what begins with no stop is done while the old stack serves, the images, too", async () => {
      await moves("migrate", "--to", "040");
      // As k3s does with the settings that it has got now.
      await installTraefik(harbour.node);
      await isServedBy(quay, []);
    });
    await t.step("the databases and the broker move", async () => {
      await moves("migrate", "--cross", "--to", "050");
      await isServedBy(quay, STORES);
      report(await nothingIsLost(quay));
    });
    await t.step("half-way all goes back, with what was written", async () => {
      await moves("rollback", "--to", "040");
      await isServedBy(quay, []);
      report(await nothingIsLost(quay));
      equal(await helpers(quay), "");
    });
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

function openFilledHarbour(): Promise<Harbour & AsyncDisposable> {
  return withTraefikImage(report, async (traefik) => {
    const directory = await Deno.makeTempDir({ prefix: "quay-" });
    try {
      const images = await quayImages(directory, report);
      return await openHarbour(report, ["docker-compose", "traefik", "kube-router"], [traefik, ...images]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

/** The others still run where they ran, with what brings them back; all are used. */
async function isServedBy(quay: Quay, moved: readonly string[]): Promise<void> {
  await isUsed(quay);
  const wanted = Object.entries(POLICIES).map(([service, policy]) => [
    service,
    moved.includes(service) ? "exited no" : `running ${policy}`,
  ]);
  deepEqual(await states(quay), Object.fromEntries(wanted));
  await isUsed(quay);
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
