/** Helpers in a real Docker Engine: made once, made anew where they are to be other ones, found and taken away. */
import assert from "node:assert/strict";
import { openEngine } from "../../lib/docker/engine.ts";
import {
  type HelperContainer,
  listHelpers,
  publishedBy,
  removeHelper,
  runHelper,
} from "../../lib/docker/helper_containers.ts";
import { findFront } from "../../lib/docker/front.ts";
import { withWayOut } from "../../lib/docker/way_out.ts";
import { readWays } from "../../lib/run/living/ways.ts";
import { removeIdle } from "../../lib/run/living/idle.ts";
import { IMAGE, startEngine, whyNoEngine } from "./engine.ts";

const HELPER: HelperContainer = {
  name: "shop-db-in-kubernetes",
  image: IMAGE,
  command: ["sleep", "1000"],
  labels: { "compose-ferry/project": "shop" },
  exposed: ["5432/tcp"],
  networks: { front: ["db", "database"], back: ["db"] },
  file: { name: "compose-ferry.yml", text: "routes\n" },
  published: [{ port: "5432/tcp", hostAddress: "127.0.0.1", hostPort: 26_123 }],
};

Deno.test({
  name: "a helper is made as it is wanted, once, and taken away",
  ignore: whyNoEngine() !== undefined,
  fn: async (t) => {
    const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "helpers-" }));
    {
      await using started = await startEngine(directory);
      const endpoint = { host: started.host, origin: "a test", isInForce: true };
      using engine = await openEngine(endpoint);
      const inspect = (format: string): Promise<string> =>
        started.docker("inspect", "--format", format, HELPER.name);
      await started.docker("network", "create", "front");
      await started.docker("network", "create", "--internal", "back");

      await t.step("with its names, its file and what brings it back", async () => {
        assert.equal((await runHelper(engine, HELPER)).length, 2);
        assert.equal(await inspect("{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}"), "running always");
        assert.match(await inspect("{{json .NetworkSettings.Networks.front.Aliases}}"), /"db","database"/);
        assert.match(await inspect("{{json .NetworkSettings.Networks.back.Aliases}}"), /"db"/);
        await started.docker("cp", `${HELPER.name}:/compose-ferry.yml`, `${directory}/file`);
        assert.equal(await Deno.readTextFile(`${directory}/file`), "routes\n");
        assert.deepEqual(await publishedBy(engine, HELPER.name), HELPER.published);
        const [known, ...others] = await listHelpers(engine, ["compose-ferry/project=shop"]);
        assert.deepEqual(others, []);
        assert.equal(known?.name, HELPER.name);
        assert.equal(known?.isRunning, true);
        assert.deepEqual(known?.networks.toSorted(), ["back", "front"]);
        assert.deepEqual(await listHelpers(engine, ["compose-ferry/project=other"]), []);
      });
      await t.step("the same is left alone, and one that was stopped is started", async () => {
        const id = await inspect("{{.Id}}");
        await started.docker("stop", "--time", "0", HELPER.name);
        await runHelper(engine, HELPER);
        assert.equal(await inspect("{{.Id}} {{.State.Status}}"), `${id} running`);
      });
      await t.step("another one takes its place, over what was broken off", async () => {
        const id = await inspect("{{.Id}}");
        await started.docker("create", "--name", `${HELPER.name}-unfinished`, IMAGE, "sleep", "1");
        await runHelper(engine, { ...HELPER, networks: { front: ["db"] } });
        assert.notEqual(await inspect("{{.Id}}"), id);
        assert.equal((await started.docker("ps", "--all", "--quiet")).split("\n").length, 1);
      });
      await t.step("it is taken away, and again is nothing to do", async () => {
        await removeHelper(engine, HELPER.name);
        await removeHelper(engine, HELPER.name);
        assert.equal(await started.docker("ps", "--all", "--quiet"), "");
        assert.deepEqual(await publishedBy(engine, HELPER.name), []);
      });
      await t.step(
        "one that says when it is ready has no name before, and again after each start",
        async () => {
          const ready = ["sh", "-c", "ls /tmp/ready"];
          const warm: HelperContainer = {
            ...HELPER,
            command: ["sh", "-c", "mkdir -p /tmp; sleep 3; touch /tmp/ready; sleep 1000"],
            networks: { front: ["db"], back: ["db"] },
            published: [],
            ready,
          };
          const making = runHelper(engine, warm);
          const names = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}";
          const seen = new Set<string>();
          let isMade = false;
          void making.finally(() => isMade = true).catch(() => {});
          while (!isMade) {
            const [networks, status] = (await inspect(`${names}/{{.State.Status}}`).catch(() => "/")).split(
              "/",
            );
            const isReady = await started.docker("exec", HELPER.name, ...ready).then(() => true, () => false);
            if (status === "running" && !isReady) seen.add((networks ?? "").trim());
          }
          assert.equal((await making).length, 2);
          assert.deepEqual([...seen], ["none"]);
          assert.equal((await inspect(names)).trim(), "back front");
          assert.match(await inspect("{{json .NetworkSettings.Networks.back.Aliases}}"), /"db"/);
          const id = await inspect("{{.Id}}");
          await started.stop();
          await started.start();
          assert.equal((await runHelper(engine, warm)).length, 2);
          assert.equal(await inspect("{{.Id}} {{.State.Status}}"), `${id} running`);
          assert.match(await inspect("{{json .NetworkSettings.Networks.front.Aliases}}"), /"db"/);
          await removeHelper(engine, HELPER.name);
        },
      );
      await t.step("a stand-in stays while somebody could call it, and goes with the last one", async () => {
        const labels = { ...HELPER.labels, "compose-ferry/stands-in-for": "db" };
        await runHelper(engine, { ...HELPER, labels, networks: { front: ["db"] } });
        await started.docker(
          "run",
          "--detach",
          "--name",
          "caller",
          "--network",
          "front",
          IMAGE,
          "sleep",
          "1000",
        );
        const remove = (project: string, isFrontOpen = true): Promise<readonly string[]> =>
          removeIdle({ DOCKER_HOST: started.host }, project, isFrontOpen);
        assert.deepEqual(await remove("shop"), []);
        assert.deepEqual(await readWays({ DOCKER_HOST: started.host }, "shop"), [
          { service: "db", to: "cluster", container: HELPER.name, isRunning: true },
        ]);
        await started.docker("stop", "--time", "0", "caller");
        assert.deepEqual(await remove("other"), []);
        // The world calls it by a port of the machine, which leads to the cluster when the front has moved.
        assert.deepEqual(await remove("shop", false), []);
        // And it would again where the front goes back before the service does.
        const owned = ["project=shop", "service=db"].flatMap((
          one,
        ) => ["--label", `com.docker.compose.${one}`]);
        const original = (await started.docker("create", ...owned, IMAGE, "sleep", "1000")).trim();
        assert.deepEqual(await remove("shop"), []);
        await started.docker("rm", original);
        assert.deepEqual(await remove("shop"), [HELPER.name]);
        assert.deepEqual(await listHelpers(engine, ["compose-ferry/project"]), []);
      });
      await t.step(
        "a Traefik on the machine's network calls it by its labels, and is in none of its networks",
        async () => {
          const labels = { ...HELPER.labels, "compose-ferry/stands-in-for": "db", "traefik.enable": "true" };
          const routed = { ...HELPER, labels };
          await runHelper(engine, routed);
          await started.docker("tag", IMAGE, "traefik:v3.6.7");
          const front = ["run", "--detach", "--network", "host", "traefik:v3.6.7", "sleep", "1000"];
          const traefik = (await started.docker(...front)).trim();
          assert.deepEqual(await findFront(engine), { published: {}, isOnHost: true });
          assert.deepEqual(await removeIdle({ DOCKER_HOST: started.host }, "shop", true), []);
          await started.docker("stop", "--time", "0", traefik);
          assert.deepEqual(await removeIdle({ DOCKER_HOST: started.host }, "shop", true), [HELPER.name]);
        },
      );
      await t.step("where all networks lead nowhere it has one more", async () => {
        assert.deepEqual(Object.keys((await withWayOut(engine, HELPER)).networks), ["front", "back"]);
        const shutIn = await withWayOut(engine, { ...HELPER, networks: { back: ["db"] } });
        assert.deepEqual(shutIn.networks, { back: ["db"], bridge: [] });
      });
    }
    await Deno.remove(directory, { recursive: true });
  },
});
