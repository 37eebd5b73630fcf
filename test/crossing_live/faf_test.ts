/**
 * FAF's whole stack, with its own decisions, moves by `migrate --cross` while people call it, and goes back. Its programs
 * are stand-ins; left out is the job that registers login clients, which asks the real login.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Compared } from "../../lib/run/verify/answer.ts";
import { hasFaf } from "../crossing/stacks.ts";
import { isWell, listPods } from "../ferry/pods.ts";
import { whyNoRealNode } from "../ferry/requirements.ts";
import { until } from "../guard/berth.ts";
import { installTraefik, serveLoadBalancers } from "../guard/k3s.ts";
import { CALLED, type Dock, NAMESPACE, openDock, PROJECT } from "./faf_dock.ts";
import { readTurns } from "./journals.ts";
import { eachInItsWindow, outageTable, questions, type Window, windowsOf } from "./windows.ts";

const why = hasFaf ? await whyNoRealNode() : "FAF's stack is not on this machine";

/** What stays in Docker: its own Traefik until it is stopped by hand, what watches Docker, and a job that has ended. */
const STAYING = ["faf-traefik", "promtail", "cadvisor", "faf-db-migrations"];

Deno.test({
  name: `FAF's stack moves while people call it, and back${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using dock = await openDock(report);
    await using balancers = serveLoadBalancers(dock.node);
    const windows: Window[] = [];
    const moves = async (...command: readonly string[]): Promise<void> => {
      const { code, stdout, stderr } = await dock.run(...command, "--yes", "-o", "json");
      windows.push(...windowsOf(stdout));
      report(stderr);
      equal(code, 0, stdout + stderr);
    };
    await t.step("a second program on a directory leaves a trace", () => findsTwo(dock));
    const before = await states(dock);
    await t.step("before, everybody is answered", () => isAnswered(dock));
    const begun = Date.now();
    await t.step("what begins with no stop is done while the old stack serves", async () => {
      await moves("migrate", "--to", "040");
      // As k3s does with the settings that it has got now.
      await installTraefik(dock.node);
      deepEqual(await states(dock), before);
    });
    await t.step("the crossing is shown before it begins", async () => {
      const { code, stdout, stderr } = await dock.run("migrate", "--cross", "--dry-run");
      equal(code, 0, stdout + stderr);
      report(stdout.slice(stdout.indexOf("Crossing")));
    });
    await t.step("everything moves but the front, and is called by Docker's", async () => {
      await moves("migrate", "--cross", "--to", "110");
      await isMoved(dock, before);
      await isAnswered(dock);
    });
    await t.step("both sides answer alike", () => isAlike(dock));
    await t.step("the front moves", async () => {
      await moves("migrate", "--cross");
      await balancers.settled();
      await isAnswered(dock);
      report((await dock.run("status")).stdout);
    });
    await t.step("the front goes back, of which whoever calls just then may hear", async () => {
      const from = Date.now();
      await moves("rollback", "--to", "110");
      const back = { direction: "front", from, to: Date.now() };
      windows.push(...CALLED.map(({ service }) => ({ service, ...back })));
      await isAnswered(dock);
    });
    await t.step("all of it goes back, and nothing of the move is left", async () => {
      await moves("rollback", "--to", "040");
      deepEqual(await states(dock), before);
      equal(await leftInEngine(dock), "");
      // Of Traefik's own files, which are migration 040's: where nobody serves.
      const left = await dock.node.kubectl("-n", NAMESPACE, "get", "pods,services", "-o", "name");
      equal(left.trim(), "service/unavailable");
      await isAnswered(dock);
    });
    await t.step(
      "each directory had one writer after the other, and has what each wrote",
      () => tookTurns(dock),
    );
    const asked = questions(await dock.calls(), []).filter((one) => one.begun >= begun);
    report(outageTable(asked, windows));
    await t.step("who was not answered called what moved just then", () => eachInItsWindow(asked, windows));
  },
});

/** Two of a service's programs by hand, on a directory of their own. */
async function findsTwo({ engine, node }: Dock): Promise<void> {
  const directory = `${node.directory}/two`;
  const run = ["run", "--detach", "--rm", "--volume", `${directory}:/data/db`, "--volume"];
  const ids = [];
  for (const _ of [1, 2]) {
    ids.push((await engine.docker(...run, `${directory}-backup:/backup`, "mongo:6.0.3-focal")).trim());
  }
  const kept = [{ service: "mongodb", directory }];
  await until("the second one says what it met", async () => {
    const found = await readTurns(kept).then(() => "nothing", String);
    if (!found.includes("Two at once")) throw new Error(found);
    return true;
  });
  await engine.docker("rm", "--force", ...ids);
}

/** Waits until everybody has been answered since now. */
async function isAnswered({ calls }: Dock): Promise<void> {
  const begun = Date.now();
  await until("everybody is answered", async () => {
    const seen = await calls();
    for (const { service } of CALLED) {
      const last = seen.findLast(({ to }) => to === service);
      if (last === undefined || last.begun < begun || last.wrong !== undefined) {
        throw new Error(`${service}: ${last?.wrong ?? "nobody called"}`);
      }
    }
    return true;
  });
}

/** What the engine says of every service: whether it runs, and what brings it back. */
async function states({ engine }: Dock): Promise<Readonly<Record<string, string>>> {
  const ids = (await engine.docker("ps", "--all", "--quiet", "--filter", "label=com.docker.compose.project"))
    .trim().split("\n");
  const format = '{{index .Config.Labels "com.docker.compose.service"}} {{.State.Status}} ' +
    '{{or .HostConfig.RestartPolicy.Name "no"}}';
  const lines = (await engine.docker("inspect", "--format", format, ...ids)).trim().split("\n");
  const found = lines.map((line) => line.split(" ", 3))
    .map(([service = "", status = "", policy = ""]) => [service, `${status} ${policy}`] as const);
  return Object.fromEntries(found.toSorted(([left], [right]) => left < right ? -1 : 1));
}

/** Every container but those that stay has ended and does not come back; every pod runs, and `status` says so. */
async function isMoved(dock: Dock, before: Readonly<Record<string, string>>): Promise<void> {
  const wanted = Object.entries(before).map(([service, state]) => [
    service,
    STAYING.includes(service) ? state : "exited no",
  ]);
  deepEqual(await states(dock), Object.fromEntries(wanted));
  const pods = await listPods(dock.node, NAMESPACE);
  deepEqual(pods.filter((pod) => !isWell(pod)), []);
  const running = pods.filter(({ status }) => status.phase === "Running");
  equal(running.length, Object.keys(before).length - STAYING.length);
  const { code, stdout, stderr } = await dock.run("status");
  equal(code, 0, stdout + stderr);
  for (const { service } of CALLED) match(stdout, new RegExp(`\\b${service}\\b`));
  report(stdout);
}

/** Every route that the tool compares, certificates, redirections and refusals included. */
async function isAlike({ run }: Dock): Promise<void> {
  const { code, stdout, stderr } = await run("verify", "-o", "json");
  const { answers } = JSON.parse(stdout) as { readonly answers: readonly Compared[] };
  const routes = answers.filter(({ question }) => question.startsWith("http"));
  const others = routes.filter(({ verdict }) => verdict !== "same");
  deepEqual(others.filter((one) => !isGuessed(one)), [], stderr);
  equal(code, others.length === 0 ? 0 : 1, stdout + stderr);
  ok(routes.length > CALLED.length, `only ${routes.length} routes were asked`);
  report(
    `${routes.length} routes are answered alike, and ${answers.length - routes.length} ports were asked`,
  );
}

/**
 * Docker's Traefik is of version 3 here, which leaves away the type of what says none of itself. The one that FAF has, of
 * version 2, guesses it, and so does the cluster's.
 */
function isGuessed({ verdict, differs, old }: Compared): boolean {
  return verdict === "differs" && differs.join() === "content type" && old.contentType === undefined;
}

/** Containers and networks that this program made. */
async function leftInEngine({ engine }: Dock): Promise<string> {
  const containers = await engine.docker(
    ...["ps", "--all", "--format", "{{.Names}}", "--filter", `label=compose-ferry/project=${PROJECT}`],
  );
  const networks = await engine.docker(
    ...["network", "ls", "--format", "{{.Name}}", "--filter", "name=moved-to-kubernetes"],
  );
  return `${containers}${networks}`.trim();
}

async function tookTurns({ kept }: Dock): Promise<void> {
  const turns = await readTurns(kept);
  for (const [name, own] of turns) {
    deepEqual(own.map(({ side }) => side), ["docker", "cluster", "docker"], name);
  }
  const lines = [...turns.values()].flat().reduce((sum, turn) => sum + turn.lines, 0);
  report(`${lines} lines in ${turns.size} journals, none lost and none of two at once`);
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
