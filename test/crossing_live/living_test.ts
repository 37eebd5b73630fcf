/** Half a stack has moved: those who stayed in the engine, and its Traefik, find the other half by the names as before. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import type { Output } from "../ferry/namespaces.ts";
import type { Answer } from "../ferry/request.ts";
import { installFirewallPackages } from "../ferry/start_kube_router.ts";
import { WEB_PORT } from "../ferry/start_traefik.ts";
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
import { withTraefikImage } from "./traefik_image.ts";

const why = await whyNoRealNode();

const HOST = "site.test";
const FRONT = "http://127.0.0.1:8088/";

/** Writes all the time, and says what was acknowledged. */
const CLERK = `  clerk:
    image: postgres:15
    restart: always
    stop_grace_period: 1s
    depends_on: [bay]
    environment: { PGPASSWORD: spyglass, PGCONNECT_TIMEOUT: "2" }
    entrypoint: ["sh", "-c"]
    command:
      - |
        row=$$(date +%s)000000
        while sleep 0.1; do
          psql -h bay -U harbour postgres -qc "INSERT INTO ship VALUES ('clerk $$row')" && echo "wrote $$row"
          row=$$((row + 1))
        done
`;

/** A site that says where it runs, and Traefik in front of it. */
const FRONT_SERVICES = `  site:
    image: busybox:1.37
    command: ["sh", "-c", "mkdir /www; echo \\"$\${KUBERNETES_SERVICE_HOST:-docker}\\" > /www/index.html; exec httpd -f -p 8080 -h /www"]
    expose: ["8080"]
    restart: always
    stop_grace_period: 1s
    labels:
      traefik.enable: "true"
      traefik.http.routers.site.rule: Host(\`${HOST}\`)
  traefik:
    image: traefik:v3.6.7
    restart: always
    command: ["--entrypoints.web.address=:80", "--providers.docker=true", "--providers.docker.exposedbydefault=false"]
    ports: ["127.0.0.1:8088:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
`;

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

/** What the tests work with. */
interface Place {
  readonly harbour: Harbour;
  readonly berth: Berth;
}

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
  await makeBridge(village);
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

/** With the real Traefik among the engine's images, and the cluster's network policies enforced. */
function onHarbour(name: string, work: (t: Deno.TestContext, harbour: Harbour) => Promise<void>): void {
  Deno.test({
    name: `${name}${why === undefined ? "" : ` (skipped: ${why})`}`,
    ignore: why !== undefined,
    fn: async (t) => {
      await installFirewallPackages(report);
      await using harbour = await withTraefikImage(
        report,
        (traefik) => openHarbour(report, ["docker-compose", "traefik", "kube-router"], [traefik]),
      );
      const { node } = harbour;
      const script = join(import.meta.dirname ?? "", "../ferry/start_kube_router.ts");
      await succeeds(node.run([Deno.execPath(), "run", "-A", script, node.directory, "main-01"]));
      await work(t, harbour);
    },
  });
}

/** As k3s's controllers give each node its range: its first address is the bridge's, which the first pod makes. */
async function makeBridge({ harbour: { node } }: Place): Promise<void> {
  const [name = ""] = (await node.kubectl("get", "nodes", "-o", "name")).split("\n");
  const spec = { podCIDR: "10.42.0.0/24", podCIDRs: ["10.42.0.0/24"] };
  await node.kubectl("patch", name, "--patch", JSON.stringify({ spec }));
  // It has a network before it has an image.
  await node.kubectl("run", "first", "--image=nobody.invalid/none:1", "--restart=Never");
  await until("the first pod has an address", async () => {
    return /^10\.42\.0\.\d+$/.test(await node.kubectl("get", "pod/first", "-o", "jsonpath={.status.podIP}"));
  });
  await node.kubectl("delete", "pod/first", "--wait=false");
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function openPlace(
  harbour: Harbour,
  name: string,
  { bay = "", ...options }: Omit<BerthOptions, "directory">,
): Promise<Place> {
  const berth = await makeBerth(harbour, name, { bay: `    expose: ["5432"]\n${bay}`, ...options });
  await succeeds(compose(harbour, berth, "up", "--detach"));
  await startContainer(harbour, `${name}-bay-1`);
  return { harbour, berth };
}

async function moves({ berth }: Place, ...flags: readonly string[]): Promise<void> {
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
async function writes(place: Place): Promise<void> {
  const before = (await written(place)).length;
  await until("the clerk goes on", async () => (await written(place)).length > before + 1);
}

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

/** What this program made in the engine and still is there. */
async function helpers({ harbour: { engine }, berth: { name } }: Place): Promise<string> {
  return (await engine.docker("ps", "--all", "--quiet", "--filter", `label=compose-ferry/project=${name}`))
    .trim();
}

/** Every row that the clerk was told is there, on whichever side it was written. */
async function nothingIsLost(place: Place): Promise<void> {
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
