/** Half a stack has moved: those who stayed in the engine, and its Traefik, find the other half by the names as before. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import type { Output } from "../ferry/namespaces.ts";
import type { Answer } from "../ferry/request.ts";
import { WEB_PORT } from "../ferry/start_traefik.ts";
import { startContainer, until } from "../guard/berth.ts";
import { makeBridge } from "./bridge.ts";
import { succeeds } from "./database.ts";
import { CLERK, helpers, moves, nothingIsLost, onHarbour, openPlace, type Place, writes } from "./place.ts";
import { FRONT_SERVICES, HOST } from "./town_services.ts";

const FRONT = "http://127.0.0.1:8088/";

/** The clerk stays behind. */
const TOWN = `services:
  bay: { crossing: exclusive, migration: databases }
  site: { crossing: exclusive, killAfterGrace: true }
  clerk: { skip: "It stays in compose" }
`;

/** The database stays behind. */
const VILLAGE = `services:
  bay: { skip: "It stays in compose" }
  clerk: { crossing: exclusive, killAfterGrace: true }
`;

onHarbour("who stays in the engine finds what has moved", async (t, harbour) => {
  const town = await openPlace(harbour, "town", {
    // From there no way leads to the cluster.
    bay: "    networks: [back]\n",
    more: `${CLERK}    networks: [back]\n${FRONT_SERVICES}networks: { back: { internal: true } }\n`,
    decisions: TOWN,
  });
  await startClusterTraefik(town);
  const before = join(town.berth.stack, "before.json");
  await t.step("before, the clerk writes and Traefik answers from the engine", async () => {
    await writes(town);
    await answersFrom(town, "docker");
    const { stdout } = await verified(town, "-o", "json");
    await Deno.writeTextFile(before, stdout);
    deepEqual(verdicts(stdout), { "http://site.test/": "old" });
  });
  await t.step("the crossing is shown before anything of it is done", async () => {
    const { stdout } = await town.berth.run(["migrate", "--dry-run"]);
    match(
      stdout,
      /050_databases +bay +stop town-bay-1 \(SIGTERM, 10 s\), prove that nobody is on .*, start +about/,
    );
    match(stdout, /080_applications +site +stop town-site-1 \(SIGTERM, 1 s\), start +about/);
    await answersFrom(town, "docker");
  });
  await t.step("a database moves, and the clerk in the engine writes to it by its name", async () => {
    await moves(town, "--to", "050");
    await writes(town);
  });
  await t.step("status says on which side each is, and how they find each other", async () => {
    const said = await succeeds(town.berth.run(["status"]));
    match(said, /bay +containers find it in the cluster by town-bay-in-kubernetes\n/);
  });
  await t.step("a site moves, and Docker's Traefik answers from the cluster", async () => {
    await moves(town, "--to", "110");
    await answersFrom(town, "cluster");
    await writes(town);
  });
  await t.step("verify has the same answer from both sides, and not the one of before", async () => {
    await until("both sides answer alike", async () => {
      const { code, stdout } = await verified(town, "-o", "json");
      if (code !== 0) throw new Error(stdout);
      return verdicts(stdout)["http://site.test/"] === "same";
    });
    const { code, stdout } = await verified(town, "--against", before);
    equal(code, 1, "the site says where it runs");
    match(stdout, /http:\/\/site\.test\/ .*differs: body/);
  });
  await t.step("the engine ends and starts again, and they find each other as before", async () => {
    await harbour.engine.kill();
    await harbour.engine.start();
    await writes(town);
    // It may have listed its containers before those that started beside it had addresses, and nobody tells it later.
    await harbour.engine.docker("restart", "--time", "1", "town-traefik-1");
    await answersFrom(town, "cluster");
  });
  await t.step("with the last caller in the engine go the stand-ins", async () => {
    await harbour.engine.docker("stop", "--time", "1", "town-clerk-1", "town-traefik-1");
    match(
      await succeeds(town.berth.run(["migrate", "--yes", "--to", "110"])),
      /town-bay-in-kubernetes is removed/,
    );
    equal(await helpers(town), "");
  });
  await t.step("both go back, with all that was written, and no stand-in is left", async () => {
    for (const service of ["site", "bay"]) {
      await succeeds(town.berth.run(["rollback", "--yes", "--service", service]));
    }
    await harbour.engine.docker("start", "town-clerk-1", "town-traefik-1");
    await answersFrom(town, "docker");
    await writes(town);
    equal(await helpers(town), "");
    await nothingIsLost(town);
  });
});

onHarbour("what has moved finds who stays in the engine", async (t, harbour) => {
  const village = await openPlace(harbour, "village", {
    bay: "    networks: { default: { aliases: [haven] } }\n",
    more: CLERK,
    decisions: VILLAGE,
  });
  await makeBridge(harbour.node);
  await t.step(
    "a clerk moves, and writes from the cluster to the database that stays, by its name",
    async () => {
      await writes(village);
      await moves(village);
      match(
        await village.harbour.node.kubectl("-n", "village", "get", "deployments", "-o", "name"),
        /clerk/,
      );
      equal((await harbour.engine.docker("ps", "--quiet", "--filter", "name=village-clerk-1")).trim(), "");
      await writes(village);
    },
  );
  await t.step("the gate is open to pods alone, and has the database's other name", async () => {
    match(
      await harbour.engine.docker("port", "village-bay-from-kubernetes"),
      /^5432\/tcp -> 10\.42\.0\.1:26\d+\s*$/,
    );
    match(
      await harbour.node.kubectl("-n", "village", "get", "endpointslice/haven-in-docker", "-o", "json"),
      /"10\.42\.0\.1"/,
    );
  });
  await t.step("the engine ends and starts again, and the clerk goes on", async () => {
    await harbour.engine.kill();
    await harbour.engine.start();
    // An engine that was killed leaves it where it is, as it is to run "unless stopped".
    await startContainer(harbour, "village-bay-1");
    await writes(village);
  });
  await t.step("the clerk goes back, and no gate is left", async () => {
    await nothingIsLost(village);
    await succeeds(village.berth.run(["rollback", "--yes", "--service", "clerk"]));
    await writes(village);
    equal(await helpers(village), "");
    doesNotMatch(
      await harbour.node.kubectl("-n", "village", "get", "service,endpointslice"),
      /\b(bay|haven)/,
    );
  });
});

/** The cluster's own, as k3s brings it. */
async function startClusterTraefik({ harbour: { node } }: Place): Promise<void> {
  const script = join(import.meta.dirname ?? "", "../ferry/start_traefik.ts");
  await succeeds(node.run([Deno.execPath(), "run", "-A", script, node.directory]));
}

/** Asks both fronts. */
async function verified({ berth }: Place, ...flags: readonly string[]): Promise<Output> {
  const fronts = ["--old-http", new URL(FRONT).host, "--new-http", `127.0.0.1:${WEB_PORT}`];
  return await berth.run(["verify", ...fronts, ...flags]);
}

function verdicts(text: string): Readonly<Record<string, string>> {
  // The edge: what the program prints.
  const { answers } = JSON.parse(text) as {
    readonly answers: readonly { readonly question: string; readonly verdict: string }[];
  };
  return Object.fromEntries(answers.map(({ question, verdict }) => [question, verdict]));
}

async function answersFrom({ harbour: { node } }: Place, side: string): Promise<void> {
  await until(`Traefik answers from the side of ${side}`, async () => {
    const script = join(import.meta.dirname ?? "", "../ferry/request.ts");
    const asked: Output = await node.run([Deno.execPath(), "run", "-A", script, FRONT, HOST]);
    if (asked.code !== 0) throw new Error(asked.stderr);
    const { status, body } = JSON.parse(asked.stdout) as Answer;
    const answer = status !== 200 ? String(status) : body.trim() === "docker" ? "docker" : "cluster";
    if (answer !== side) throw new Error(answer);
    return true;
  });
}
