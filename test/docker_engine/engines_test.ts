/** Finding engines and their containers, on a real Docker Engine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Container, listContainers } from "../../lib/docker/containers.ts";
import { type Engines, findEngines } from "../../lib/docker/engines.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { comesBack } from "../../lib/run/guard/container_words.ts";
import { IMAGE, startEngine, type TestEngine, whyNoEngine } from "./engine.ts";

const NO_NETWORK = ["--network", "none"];

async function withEngine(work: (engine: TestEngine, directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "engine-" }));
  {
    await using engine = await startEngine(directory, "machine");
    await work(engine, directory);
  }
  await Deno.remove(directory, { recursive: true });
}

/** Those of a test's own: the machine may have engines besides. */
function saidOf({ silent }: Engines, origin: RegExp): readonly string[] {
  return silent.filter(({ endpoint }) => origin.test(endpoint.origin)).map(({ why }) => why);
}

/** A port that nobody listens on. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** A Docker context as `docker context create` writes it. */
async function writeContext(directory: string, name: string, host: string): Promise<void> {
  const id = createHash("sha256").update(name).digest("hex");
  await Deno.mkdir(`${directory}/contexts/meta/${id}`, { recursive: true });
  await Deno.writeTextFile(`${directory}/config.json`, JSON.stringify({ currentContext: name }));
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  await Deno.writeTextFile(`${directory}/contexts/meta/${id}/meta.json`, JSON.stringify(meta));
}

Deno.test({
  name: "findEngines() asks what Docker's command would ask, and says why nobody answers",
  ignore: whyNoEngine() !== undefined,
  fn: () =>
    withEngine(async (engine, directory) => {
      const find = async (
        environment: Record<string, string>,
        origin: RegExp,
      ): Promise<readonly string[]> => {
        using engines = await findEngines(environment);
        return [
          ...engines.known.filter(({ isInForce }) => isInForce).map(({ title }) => title),
          ...saidOf(engines, origin),
        ];
      };
      const title = `Docker Engine at ${engine.host}`;
      assert.deepEqual(await find({ DOCKER_HOST: engine.host }, /DOCKER_HOST/), [title]);

      await writeContext(`${directory}/config`, "here", engine.host);
      const DOCKER_CONFIG = `${directory}/config`;
      assert.deepEqual(await find({ DOCKER_CONFIG }, /context/), [title]);
      await writeContext(`${directory}/config`, "remote", `tcp://127.0.0.1:${closedPort()}`);
      const [refused = ""] = await find({ DOCKER_CONFIG }, /Docker context "remote"/);
      assert.match(refused, /refused/i);
      assert.deepEqual(await find({ DOCKER_CONFIG, DOCKER_CONTEXT: "here" }, /context/), [title]);
      assert.deepEqual(
        await find({ DOCKER_CONFIG, DOCKER_HOST: engine.host }, /./),
        [title],
        "as Docker has it",
      );
      const [unknown = ""] = await find({ DOCKER_CONFIG, DOCKER_CONTEXT: "gone" }, /"gone"/);
      assert.match(unknown, /does not know this context/);
      await writeContext(`${directory}/config`, "far", "ssh://root@192.0.2.1");
      const [far = ""] = await find({ DOCKER_CONFIG }, /"far"/);
      assert.match(far, /"ssh:\/\/root@192.0.2.1" can only be reached by Docker's own command/);

      const [wrong = ""] = await find({ DOCKER_HOST: "unix:///nowhere/docker.sock" }, /DOCKER_HOST/);
      assert.match(wrong, /there is no such socket/);
      await Deno.writeTextFile(`${directory}/plain`, "");
      const [plain = ""] = await find({ DOCKER_HOST: `unix://${directory}/plain` }, /DOCKER_HOST/);
      assert.match(plain, /nobody listens/);

      using all = await findEngines({});
      const found = all.known.filter(({ title }) => title.includes(engine.socket));
      assert.equal(found.length, 1, "sockets elsewhere are found too, by who listens");
      assert.equal(found[0]?.isInForce, false);
      assert.equal(found[0]?.root, engine.dataRoot);

      await engine.kill();
      const [gone = ""] = await find({ DOCKER_HOST: engine.host }, /DOCKER_HOST/);
      assert.match(gone, /nobody listens|no such socket/);
    }),
});

Deno.test({
  name: "a user who is not in the socket's group is told so, and which group it is",
  ignore: whyNoEngine() !== undefined,
  fn: () =>
    withEngine(async ({ socket, host }) => {
      await Deno.chown(socket, 65534, 65534);
      await Deno.chmod(socket, 0o660);
      const module = new URL("../../lib/docker/engines.ts", import.meta.url);
      const script = `import { findEngines } from "${module}";
        using engines = await findEngines({ DOCKER_HOST: "${host}" });
        console.log(JSON.stringify(engines.silent.filter(({ endpoint }) => endpoint.isInForce)));`;
      // Root without the right to pass over permissions is any other user to the kernel.
      const { stdout, stderr } = await new Deno.Command("setpriv", {
        args: [
          "--bounding-set=-dac_override,-dac_read_search",
          "--clear-groups",
          Deno.execPath(),
          "eval",
          script,
        ],
      }).output();
      const text = new TextDecoder();
      const [silent] = JSON.parse(text.decode(stdout) || "[]") as { why: string; hint: string }[];
      assert.match(silent?.why ?? "", /permission denied.*group "nogroup"/, text.decode(stderr));
      assert.match(silent?.hint ?? "", /sudo usermod -aG nogroup \$USER/);
    }),
});

Deno.test({
  name:
    "listContainers() tells states, policies and what is written to, volumes that lead elsewhere included",
  ignore: whyNoEngine() !== undefined,
  fn: () =>
    withEngine(async ({ docker, host, dataRoot }, directory) => {
      const run = (name: string, ...args: readonly string[]): Promise<string> =>
        docker("run", "--detach", ...NO_NETWORK, "--name", name, ...args, IMAGE, "sleep", "1000");
      await Deno.mkdir(`${directory}/data/elsewhere`, { recursive: true });
      const options = [
        "--opt",
        "type=none",
        "--opt",
        "o=bind",
        "--opt",
        `device=${directory}/data/elsewhere`,
      ];
      await docker("volume", "create", ...options, "bound");
      await run(
        "runs",
        "--volume",
        `${directory}/data:/d`,
        "--volume",
        `${directory}/data:/r:ro`,
        "--volume",
        "named:/v",
      );
      await run("paused", "--volume", "bound:/v", "--restart", "always");
      await docker("pause", "paused");
      await docker("create", ...NO_NETWORK, "--name", "made", IMAGE, "sleep", "1");
      await run("stopped", "--restart", "unless-stopped", "--volume", "bound:/v");
      await docker("stop", "--time", "0", "stopped");
      await docker(
        "run",
        ...NO_NETWORK,
        "--name",
        "restarts",
        "--detach",
        "--restart",
        "always",
        IMAGE,
        "sh",
        "-c",
        "exit 3",
      );

      using engines = await findEngines({ DOCKER_HOST: host });
      const known = engines.known.find(({ isInForce }) => isInForce);
      assert.ok(known !== undefined);
      const all = new Map((await listContainers(known)).map((one) => [one.name, one]));
      const states = [...all].map(([name, { state, restart }]) => `${name} ${state} ${restart}`)
        .filter((line) => !line.startsWith("restarts"));
      assert.deepEqual(states, [
        "made created no",
        "paused paused always",
        "runs running no",
        "stopped stopped unless-stopped",
      ]);
      assert.match(all.get("restarts")?.state ?? "", /^(running|restarting)$/);
      const writes = (name: string): Container["writes"] | undefined => all.get(name)?.writes;
      assert.deepEqual([...writes("runs") ?? []].sort((left) => left.volume === undefined ? -1 : 1), [
        { sources: [`${directory}/data`] },
        { sources: [`${dataRoot}/volumes/named/_data`], volume: "named" },
      ]);
      const bound = {
        sources: [`${dataRoot}/volumes/bound/_data`, `${directory}/data/elsewhere`],
        volume: "bound",
      };
      assert.deepEqual(writes("stopped"), [bound]);
      assert.deepEqual(writes("paused"), [bound]);
      await docker("unpause", "paused");
    }),
});

Deno.test({
  name: "what an engine starts again by itself is what the guard says: tried by starting it again",
  ignore: whyNoEngine() !== undefined,
  fn: () =>
    withEngine(async (engine) => {
      const { docker, host } = engine;
      for (const policy of ["no", "always", "unless-stopped", "on-failure"]) {
        await docker(
          "run",
          "--detach",
          ...NO_NETWORK,
          "--name",
          policy,
          "--restart",
          policy,
          IMAGE,
          "sleep",
          "1000",
        );
        await docker("stop", "--time", "0", policy);
      }
      await docker("create", ...NO_NETWORK, "--name", "made", "--restart", "always", IMAGE, "sleep", "1000");
      const list = async (): Promise<readonly Container[]> => {
        using engines = await findEngines({ DOCKER_HOST: host });
        const known = engines.known.find(({ isInForce }) => isInForce);
        return known === undefined ? [] : await listContainers(known);
      };
      const foretold = (await list()).filter(comesBack).map(({ name }) => name);
      await engine.stop();
      await engine.start();
      const isBack = async (): Promise<readonly string[]> =>
        (await list()).filter(({ state }) => state === "running").map(({ name }) => name);
      await waitFor(20_000, async () => (await isBack()).length >= foretold.length || undefined);
      assert.deepEqual(await isBack(), foretold);
      assert.deepEqual(foretold, ["always", "on-failure"]);
    }),
});
