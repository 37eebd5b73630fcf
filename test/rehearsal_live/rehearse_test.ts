/** A stack is rehearsed on a real engine and a real node while it serves: it says what the move will be, and leaves nothing. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { parseFigures } from "../../lib/rehearsal/figures.ts";
import { field } from "../../lib/values/json.ts";
import { FILLING } from "../ferry/images.ts";
import type { Output } from "../ferry/namespaces.ts";
import { installFirewallPackages } from "../ferry/start_kube_router.ts";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { type Berth, type Harbour, makeBerth, startContainer, until } from "../guard/berth.ts";
import { openHarbour } from "../guard/harbour.ts";
import { compose, succeeds } from "../crossing_live/database.ts";
import { clerk, HOST } from "../crossing_live/town_services.ts";
import { withTraefikImage } from "../crossing_live/traefik_image.ts";
import type { Asked } from "./asker.ts";
import { everything, withCompose } from "./copies.ts";

const why = await whyNoRealNode();

const NAME = "town";
const SERVICES = ["bay", "clerk", "site"];
const FRONT = "http://127.0.0.1:8088/";

/** Until a copy of the whole is there and its first service has moved. */
const MOVING_MS = 900_000;

/** Somebody who writes to the database, a site with a volume and a name of its own, and Traefik in front of it. */
const MORE = `${clerk(0.2)}  site:
    image: busybox:1.37
    container_name: town-site-of-old
    command: ["sh", "-c", "echo begun >> /notes/log; exec httpd -f -p 8080 -h /www"]
    expose: ["8080"]
    restart: always
    stop_grace_period: 1s
    volumes: ["./www:/www:ro", "notes:/notes"]
    labels:
      traefik.enable: "true"
      traefik.http.routers.site.rule: Host(\`${HOST}\`)
  traefik:
    image: traefik:v3.6.7
    restart: always
    command: ["--entrypoints.web.address=:80", "--providers.docker=true", "--providers.docker.exposedbydefault=true"]
    ports: ["127.0.0.1:8088:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
volumes: { notes: {} }
`;

const DECISIONS = `services:
  bay: { migration: databases }
  site: { killAfterGrace: true }
  clerk: { killAfterGrace: true }
`;

/** What the test works with. */
interface Place {
  readonly harbour: Harbour;
  readonly berth: Berth;
  /** Where the asker keeps what it saw. */
  readonly asked: string;
  readonly environment: Readonly<Record<string, string>>;
}

Deno.test({
  name: `a stack is rehearsed while it serves${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    await installFirewallPackages(report);
    await using harbour = await withTraefikImage(
      report,
      (traefik) => openHarbour(report, ["docker-compose", "traefik", "kube-router"], [traefik, FILLING]),
    );
    await succeeds(
      harbour.node.run([...script("../ferry/start_kube_router.ts"), harbour.node.directory, "main-01"]),
    );
    await succeeds(harbour.node.run([...script("../ferry/start_traefik.ts"), harbour.node.directory]));
    const place = await openPlace(harbour);
    const before = await everything(harbour, NAME);
    const live = await liveState(place);
    await t.step("each service moves and comes back, and nothing of the copy is left", async () => {
      const said = await rehearse(place, "-o", "json");
      equal(said.code, 0, said.stderr + said.stdout);
      match(said.stderr, /Nothing of the copy is left/);
      const told: unknown = JSON.parse(said.stdout);
      report(said.stdout);
      deepEqual(Object.keys(field(told, "services") as object).sort(), SERVICES);
      deepEqual(field(told, "problems"), {});
      deepEqual(Object.keys(field(told, "leftOut") as object), ["traefik"]);
      deepEqual(await everything(harbour, NAME), before);
    });
    await t.step("what is live has not noticed", async () => {
      await serves(place);
      deepEqual(await liveState(place), live);
      equal(await notes(place), "begun", "the copy wrote to its own");
    });
    await t.step("one that is killed is taken away by the next, or by --clean", async () => {
      await killedWhileMoving(place);
      match((await everything(harbour, NAME)).join("\n"), /town-rehearsal/);
      match(await succeeds(rehearse(place, "--clean")), /^Removed: .*container town-rehearsal-/m);
      deepEqual(await everything(harbour, NAME), before);
      match(await succeeds(rehearse(place, "--clean")), /^Nothing of a rehearsal is left\.$/m);
      await serves(place);
      deepEqual(await liveState(place), live);
    });
    await t.step("a preview has what was measured, and the stack moves as its copy did", async () => {
      const { stdout } = await place.berth.run(["migrate", "--dry-run", "--cross"]);
      match(stdout, /outages are as they were rehearsed/);
      doesNotMatch(stdout, /estimated/);
      await isAsRehearsed(place);
    });
  },
});

/** Builds and packages take a while, and a silent test would look as if it hung. */
function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** How a script of the tests is run. */
function script(path: string): readonly string[] {
  return [Deno.execPath(), "run", "-A", join(import.meta.dirname ?? "", path)];
}

/** The stack runs, the clerk writes and somebody asks the site. */
async function openPlace(harbour: Harbour): Promise<Place> {
  const { node } = harbour;
  const berth = await makeBerth(harbour, NAME, {
    bay: `    expose: ["5432"]\n`,
    more: MORE,
    decisions: DECISIONS,
  });
  await Deno.mkdir(join(berth.stack, "www"));
  await Deno.writeTextFile(join(berth.stack, "www/index.html"), "site\n");
  await succeeds(compose(harbour, berth, "up", "--detach"));
  await startContainer(harbour, `${NAME}-bay-1`);
  const asked = join(node.directory, "asked.json");
  const place: Place = {
    harbour,
    berth,
    asked,
    environment: await withCompose(node),
  };
  await until("Traefik has the route", async () => {
    const answer = await node.run([...script("../ferry/request.ts"), FRONT, HOST]);
    return field(JSON.parse(answer.stdout), "status") === 200;
  });
  // It ends when the namespaces are closed.
  void node.run([...script("asker.ts"), asked, FRONT, HOST]);
  await serves(place);
  return place;
}

async function rehearse({ berth, environment }: Place, ...flags: readonly string[]): Promise<Output> {
  return await berth.run(["rehearse", "--yes", ...flags], environment);
}

/** What would tell that a live container was touched, or a file that nobody but others would write. */
async function liveState({ harbour: { engine }, berth: { stack } }: Place): Promise<readonly string[]> {
  const names = (await engine.docker("ps", "--filter", `label=com.docker.compose.project=${NAME}`, "--quiet"))
    .split("\n").filter((id) => id !== "").sort();
  const format =
    "{{.Name}} {{.State.StartedAt}} {{.State.Status}} {{.RestartCount}} {{.HostConfig.RestartPolicy.Name}}";
  const containers = await engine.docker("inspect", "--format", format, ...names);
  const files = ["docker-compose.yml", "decisions.yaml", "www/index.html", "data/bay/PG_VERSION"];
  const times = await Promise.all(files.map(async (file) => {
    const { mtime, ctime } = await Deno.stat(join(stack, file));
    return `${file} ${mtime?.toISOString()} ${ctime?.toISOString()}`;
  }));
  return [...containers.split("\n"), ...times];
}

async function notes({ harbour: { engine } }: Place): Promise<string> {
  return (await engine.docker("exec", `${NAME}-site-of-old`, "cat", "/notes/log")).trim();
}

/** Both go on, and no request of all has failed. */
async function serves(place: Place): Promise<void> {
  const [wrote, saw] = [await rows(place), (await seen(place)).asked];
  await until("the clerk goes on", async () => await rows(place) > wrote + 1);
  await until("the site answers", async () => (await seen(place)).asked > saw + 1);
  deepEqual((await seen(place)).failed, []);
}

async function seen({ asked }: Place): Promise<Asked> {
  return JSON.parse(await Deno.readTextFile(asked).catch(() => '{"asked":0,"failed":[]}')) as Asked;
}

/** What the clerk was told in the engine; an error of its is a line that is no row. */
async function rows({ harbour: { engine } }: Place): Promise<number> {
  const log = await engine.docker("logs", `${NAME}-clerk-1`);
  return log.split("\n").filter((line) => line.startsWith("wrote ")).length;
}

/** SIGKILL when the first service of the copy is in the cluster. */
async function killedWhileMoving(place: Place): Promise<void> {
  const { harbour: { node, engine }, berth, environment } = place;
  const pid = join(node.directory, "rehearse.pid");
  const command = [
    ...[Deno.execPath(), "run", "--no-prompt", "-A", "main.ts", "rehearse", "--yes"],
    ...["--stack", berth.stack, "--kubeconfig", node.kubeconfigPath],
  ];
  const running = node.run(
    ["sh", "-c", 'echo $$ > "$1"; shift; exec "$@"', "sh", pid, ...command],
    environment,
  );
  const isMoving = await waitFor(MOVING_MS, async () => {
    const found = await engine.docker(
      "ps",
      "--quiet",
      "--filter",
      `label=compose-ferry/project=${NAME}-rehearsal`,
    );
    return found.trim() !== "" || undefined;
  });
  ok(isMoving, "a stand-in of the copy is there");
  await node.run(["sh", "-c", 'kill -9 "$(cat "$1")"', "sh", pid]);
  ok((await running).code !== 0);
}

/**
 * Moves the stack itself, as its copy was moved, and takes it back. What was predicted is printed beside what came: how
 * much else the machine has to do counts for more than what is tried here.
 */
async function isAsRehearsed({ berth }: Place): Promise<void> {
  const figures = parseFigures(await Deno.readTextFile(join(berth.stack, "rehearsal.json")));
  const command = ["migrate", "--yes", "--cross", "--to", "110", "-o", "json"];
  const { code, stdout, stderr } = await berth.run(command);
  equal(code, 0, stderr + stdout);
  const events = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) =>
    JSON.parse(line) as unknown
  );
  for (const service of SERVICES) {
    const moved = events.find((event) =>
      field(event, "service") === service && field(event, "state") === "verified"
    );
    const seconds = Number(field(moved, "outageMs")) / 1000;
    const predicted = figures?.services[service]?.outageSeconds ?? 0;
    report(`${service}: rehearsed ${predicted} s, moved in ${seconds} s`);
    ok(seconds > 0 && predicted > 0, service);
  }
  await succeeds(
    berth.run(["rollback", "--yes", ...SERVICES.toReversed().flatMap((name) => ["--service", name])]),
  );
}
