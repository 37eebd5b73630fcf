/** `secrets set` and `rotate` on a copy of FAF's stack and a real API server, killed wherever it hurts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { ferry } from "../crossing/ferry.ts";
import { auditPosition, removeVolumes, writesSince } from "../crossing/seen.ts";
import { fafStack, hasFaf } from "../crossing/stacks.ts";
import { Bench, FILES, NAME } from "./secrets_bench.ts";

Deno.test({
  name: hasFaf
    ? "secrets set and rotate on FAF's stack, killed and resumed"
    : "secrets set and rotate on FAF's stack (skipped: no faf-stack at FAF_STACK or ../shared/faf-stack)",
  ignore: !hasFaf,
  fn: async (t) => {
    await withCluster(async (cluster) => {
      await using stack = await fafStack(cluster.prefix) ?? assert.fail("no stack");
      const values = await Deno.makeTempDir();
      const bench = new Bench(stack, cluster, values);
      const sentinels: string[] = [];
      const sentinel = (): string => {
        const value = `Sentinel${crypto.randomUUID().replaceAll("-", "")}`;
        sentinels.push(value);
        return value;
      };
      try {
        const moved = await bench.run(["migrate", "--yes"]);
        assert.equal(moved.code, 0, moved.err);
        await steps(t, bench, sentinel);
        await t.step("no value was ever shown", async () => {
          const shown = bench.outputs.join("\n") + await bench.readable();
          for (const value of sentinels) {
            assert.ok(!shown.includes(value) && !shown.includes(btoa(value)), "a value was shown");
          }
        });
      } finally {
        await Deno.remove(values, { recursive: true });
        await removeVolumes(cluster);
      }
    });
  },
});

async function steps(t: Deno.TestContext, bench: Bench, sentinel: () => string): Promise<void> {
  let last = "banana";
  await t.step("set changes every place, the Job is made again, and only the consumers restart", async () => {
    last = sentinel();
    const [before, job] = [await bench.templates(), await bench.jobUid()];
    const ended = await bench.set(last);
    assert.equal(ended.code, 0, ended.err);
    await bench.assertAll(last);
    assert.notEqual(await bench.jobUid(), job);
    const after = await bench.templates();
    const restarted = [...after].filter(([name, template]) => before.get(name) !== template);
    assert.deepEqual(restarted.map(([name]) => name).sort(), [
      "faf-db",
      "faf-java-api",
      "faf-league-service",
    ]);
    const order = [/restart StatefulSet faf-db\b/, /run Job faf-db-users/, /restart Deployment faf-java-api/];
    const places = order.map((pattern) => ended.err.search(pattern));
    assert.deepEqual(places, [...places].sort((left, right) => left - right), ended.err);
    assert.ok((places[0] ?? -1) >= 0, ended.err);
  });
  await t.step("a program that reads its file again restarts too, after the Job", async () => {
    const before = await bench.templates();
    const ended = await bench.set(sentinel(), "faf-db.MYSQL_PYTHON_SERVER_PASSWORD");
    assert.equal(ended.code, 0, ended.err);
    const after = await bench.templates();
    const restarted = [...after].filter(([name, template]) => before.get(name) !== template);
    assert.deepEqual(restarted.map(([name]) => name).sort(), ["faf-db", "faf-python-server"]);
    const order = [/run Job faf-db-users/, /restart Deployment faf-python-server/]
      .map((pattern) => ended.err.search(pattern));
    assert.ok((order[0] ?? -1) >= 0 && (order[0] ?? 0) < (order[1] ?? -1), ended.err);
  });
  await t.step("the same value again writes nothing", async () => {
    const start = await auditPosition(bench.cluster);
    const ended = await bench.set(last);
    assert.equal(ended.code, 0, ended.err);
    assert.match(ended.err, /holds this value already/);
    assert.deepEqual(await writesSince(bench.cluster, bench.cluster.prefix, start), []);
  });
  for (const [rename, done] of [[1, 0], [2, 1], [3, 2]] as const) {
    await t.step(`killed with ${done} of 3 files written, the next call finishes`, async () => {
      const value = sentinel();
      await bench.setKilled(value, rename);
      assert.equal((await bench.held()).filter((held) => held === value).length, done);
      assert.ok(await bench.isUnderWay());
      const list = await bench.run(["secrets", "list"]);
      assert.match(list.err, /A change of secret "faf-league-service\.DB_PASSWORD" is under way/);
      if (done > 0) {
        const plain = await bench.run(["migrate", "--yes"]);
        assert.equal(plain.code, 3);
        assert.match(plain.err, /deno task secrets set .*faf-league-service\.DB_PASSWORD/);
      }
      const ended = await bench.set(value);
      assert.equal(ended.code, 0, ended.err);
      await bench.assertAll(value);
      last = value;
    });
  }
  await t.step(
    "killed in the middle of the run, the next call of another secret finishes first",
    async () => {
      const value = sentinel();
      const file = join(bench.values, "value");
      await Deno.writeTextFile(file, value);
      const child = ferry(["secrets", "set", NAME, "--from-file", file, "--yes", ...bench.stack.flags], {
        cluster: bench.cluster,
      });
      let text = "";
      const out = new Response(child.stdout).text();
      for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (/^050_databases/m.test(text)) {
          child.kill("SIGKILL");
          break;
        }
      }
      assert.equal((await child.status).signal, "SIGKILL", text);
      bench.outputs.push(text, await out);
      assert.ok(await bench.isUnderWay());
      const ended = await bench.run(["secrets", "rotate", "faf-coturn.TURN_SECRET", "--yes"]);
      assert.equal(ended.code, 0, ended.err);
      await bench.assertAll(value);
      const random = await bench.secret("faf-coturn-env", "TURN_SECRET") ?? "";
      assert.match(random, /^[A-Za-z][A-Za-z0-9]{31}$/);
      assert.ok(!(ended.out + ended.err).includes(random));
      last = value;
    },
  );
  await t.step("what was left half-made in a mounted folder is not mounted", async () => {
    const name = "faf-coturn.TURN_SECRET";
    const folder = join(bench.stack.directory, "config/faf-python-server/dynamic");
    const file = join(bench.stack.directory, "config/faf-coturn/faf-coturn.env");
    const [text, before] = [await Deno.readTextFile(file), await bench.templates()];
    const value = sentinel();
    await bench.setKilled(value, 2, name);
    assert.deepEqual(await namesIn(folder), [
      ".config.yml.compose-ferry-new",
      "config.yml",
    ]);
    // Somebody writes back what was changed already, so that all places agree.
    await Deno.writeTextFile(file, text);
    const plain = await bench.run(["migrate", "--yes"]);
    assert.equal(plain.code, 0, plain.err);
    assert.match(plain.err + plain.out, /nothing was written/);
    assert.deepEqual(await bench.templates(), before);
    const secrets = await bench.objects("/api/v1", "secrets");
    assert.ok(!secrets.some(({ data }) => JSON.stringify(data ?? {}).includes("compose-ferry-new")));
    const ended = await bench.set(value, name);
    assert.equal(ended.code, 0, ended.err);
    assert.equal(await bench.secret("faf-coturn-env", "TURN_SECRET"), value);
    assert.deepEqual(await namesIn(folder), ["config.yml"]);
  });
  await t.step("a change that was begun is taken back by setting the old value", async () => {
    await bench.setKilled(sentinel(), 2);
    const ended = await bench.set(last);
    assert.equal(ended.code, 0, ended.err);
    assert.match(ended.err, /is taken back/);
    await bench.assertAll(last);
  });
  await t.step("a place that holds neither value is an error, and nothing is written", async () => {
    const value = sentinel();
    await bench.setKilled(value, 2);
    const file = join(bench.stack.directory, FILES[2] ?? "");
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(
      file,
      text.replace(/^LEAGUE_DATABASE_PASSWORD=.*$/m, "LEAGUE_DATABASE_PASSWORD=pear"),
    );
    const held = await bench.held();
    const ended = await bench.set(value);
    assert.equal(ended.code, 3, ended.err);
    assert.match(ended.err, /"faf-java-api\.LEAGUE_DATABASE_PASSWORD" holds neither/);
    assert.deepEqual(await bench.held(), held);
    await Deno.writeTextFile(file, text);
    assert.equal((await bench.set(value)).code, 0);
    await bench.assertAll(value);
  });
  await t.step("two at once do not mix: the second is told so", async () => {
    using folder = await Deno.open(bench.stack.directory);
    await folder.lock(true);
    const ended = await bench.set(sentinel());
    assert.equal(ended.code, 5, ended.err);
    assert.match(ended.err, /Another process is changing a secret/);
  });
  await t.step("diff says what differs, and its exit code too", async () => {
    const same = await bench.run(["secrets", "diff", "--detailed-exitcode"]);
    assert.equal(same.code, 0, same.out);
    const file = join(bench.stack.directory, "config/faf-java-api/faf-java-api.env");
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace(/^CHALLONGE_KEY=.*$/m, "CHALLONGE_KEY=other"));
    const differs = await bench.run(["secrets", "diff", "--detailed-exitcode", "-o", "json"]);
    assert.equal(differs.code, 10, differs.err);
    const { secrets } = JSON.parse(differs.out) as { secrets: { names: string[]; state: string }[] };
    assert.deepEqual(
      secrets.filter(({ state }) => state !== "same").map(({ names, state }) => [names, state]),
      [
        [["faf-java-api.CHALLONGE_KEY"], "differs"],
      ],
    );
  });
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).toSorted();
}
