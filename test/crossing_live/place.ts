/** A stack of a database and a clerk who writes to it all the time, in an engine beside a node that enforces its policies. */
import { equal, match, ok } from "node:assert/strict";
import { installFirewallPackages, startFirewall } from "../ferry/start_kube_router.ts";
import { whyNoRealNode } from "../ferry/requirements.ts";
import {
  type Berth,
  type BerthOptions,
  type Harbour,
  makeBerth,
  startContainer,
  until,
} from "../guard/berth.ts";
import { openHarbour } from "../guard/harbour.ts";
import { compose, succeeds } from "./database.ts";
import { report } from "./on_moving.ts";
import { clerk } from "./town_services.ts";
import { withTraefikImage } from "./traefik_image.ts";

const why = await whyNoRealNode();

/** Ten rows a second. */
export const CLERK = clerk(0.1);

/** What the tests work with. */
export interface Place {
  readonly harbour: Harbour;
  readonly berth: Berth;
}

/** With the real Traefik among the engine's images, and the cluster's network policies enforced. */
export function onHarbour(
  name: string,
  work: (t: Deno.TestContext, harbour: Harbour) => Promise<void>,
): void {
  Deno.test({
    name: `${name}${why === undefined ? "" : ` (skipped: ${why})`}`,
    ignore: why !== undefined,
    fn: async (t) => {
      await installFirewallPackages(report);
      await using harbour = await withTraefikImage(
        report,
        (traefik) => openHarbour(report, ["docker-compose", "traefik", "kube-router"], [traefik]),
      );
      await startFirewall(harbour.node);
      await work(t, harbour);
    },
  });
}

/** Lays the stack out and starts it in the engine, and waits until its database serves. */
export async function openPlace(
  harbour: Harbour,
  name: string,
  { bay = "", ...options }: Omit<BerthOptions, "directory">,
): Promise<Place> {
  const berth = await makeBerth(harbour, name, { bay: `    expose: ["5432"]\n${bay}`, ...options });
  await succeeds(compose(harbour, berth, "up", "--detach"));
  await startContainer(harbour, `${name}-bay-1`);
  return { harbour, berth };
}

/** Runs `migrate`, which has to move something with every name carried and no port open to others. */
export async function moves({ berth }: Place, ...flags: readonly string[]): Promise<void> {
  const said = await succeeds(berth.run(["migrate", "--yes", ...flags]));
  match(said, /moved to the cluster; nobody served it for/);
  ok(!/run-name-not-carried|run-gate-open/.test(said), said);
  report(said.split("\n").filter((line) => line.includes("moved to the cluster")).join("\n"));
}

/** What the clerk was told on either side. */
async function written({ harbour: { engine, node }, berth: { name } }: Place): Promise<readonly string[]> {
  const pod = node.kubectl("-n", name, "logs", "deployment/clerk", "--tail=-1").catch(() => "");
  const log = `${await engine.docker("logs", `${name}-clerk-1`)}\n${await pod}`;
  return log.split("\n").flatMap((line) => /^wrote (\d+)$/.exec(line)?.[1] ?? []);
}

/** The clerk writes once more. */
export async function writes(place: Place): Promise<void> {
  const before = (await written(place)).length;
  await until("the clerk goes on", async () => (await written(place)).length > before + 1);
}

/** What this program made in the engine and still is there. */
export async function helpers({ harbour: { engine }, berth: { name } }: Place): Promise<string> {
  return (await engine.docker("ps", "--all", "--quiet", "--filter", `label=compose-ferry/project=${name}`))
    .trim();
}

/** Every row that the clerk was told is there, on whichever side it was written. */
export async function nothingIsLost(place: Place): Promise<void> {
  const told = await written(place);
  const rows = await place.harbour.engine.docker(
    ...[
      "exec",
      "--env",
      "PGPASSWORD=spyglass",
      `${place.berth.name}-bay-1`,
      "psql",
      "-h",
      "127.0.0.1",
      "-U",
      "harbour",
    ],
    ...["postgres", "-qtAc", "SELECT name FROM ship"],
  );
  const there = new Set(rows.split("\n"));
  equal(told.filter((row) => !there.has(`clerk ${row}`)).join(), "");
  report(`${told.length} rows of the clerk are there`);
}
