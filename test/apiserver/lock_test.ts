import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { acquire, unlock } from "../../lib/run/lock.ts";
import { prepareTarget } from "../../lib/run/prepare.ts";
import { readStatus } from "../../lib/run/status.ts";
import { referencePlan } from "../run/reference_plan.ts";
import { runChild } from "../faults/scenario.ts";
import { connect, ending, runPlan, withBench } from "./cluster.ts";

const ALIVE = { name: "somebody@elsewhere pid 1", process: "another machine/1/1" };

Deno.test("execute() twenty times at once applies everything once", async () => {
  await withBench(async ({ namespace, kubeconfig, other }) => {
    const plan = referencePlan(namespace, { withoutPods: true });
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(kubeconfig)));
    try {
      const runs = await Promise.all(
        clients.map((client, index) =>
          runPlan(plan, client, namespace, {
            lockTimeoutMs: 120_000,
            holder: { ...ALIVE, name: `runner ${index}` },
          })
        ),
      );
      const outcomes = runs.flat().flatMap((event) => event.type === "object" ? [event.outcome] : []);
      const total = plan.migrations.flatMap(plannedObjects).length;
      assert.deepEqual([outcomes.length, new Set(outcomes)], [total, new Set(["created"])]);
      const finished = runs.flat().filter((event) => event.type === "migration-finished");
      assert.equal(finished.length, plan.migrations.filter(({ steps }) => steps.length > 0).length);
      assert.ok(runs.every((events) => ["applied", "unchanged"].includes(ending(events).state)));
      assert.ok(runs.flat().some(({ type }) => type === "run-waiting"));
      const { status } = await readStatus(plan, other, namespace);
      assert.equal(status.run, null);
    } finally {
      for (const client of clients) client.close();
    }
  });
});

Deno.test("execute() leaves with exit code 5 while another run lives, and says whose it is", async () => {
  await withBench(async ({ namespace, client, other, run }) => {
    const plan = referencePlan(namespace, { withoutPods: true });
    const target = await prepareTarget(other, namespace, plan);
    const session = await acquire(target, {
      runId: "r-other",
      holder: ALIVE,
      now: () => new Date().toISOString(),
      timeoutMs: 0,
      onWaiting: () => undefined,
      signal: new AbortController().signal,
    });
    const { status } = await readStatus(plan, client, namespace);
    assert.deepEqual([status.run?.runId, status.run?.holder], ["r-other", ALIVE.name]);
    await assert.rejects(
      run(plan, { lockTimeoutMs: 0 }),
      (error) => error instanceof Failure && error.exitCode === 5 && error.message.includes(ALIVE.name),
    );

    assert.equal(await unlock(target, "r-somebody"), false);
    assert.equal(await unlock(target, "r-other"), true);
    assert.equal(ending(await run(plan, { lockTimeoutMs: 0 })).state, "applied");
    await assert.rejects(
      session.update((state) => state),
      (error) => error instanceof Failure && error.exitCode === 5,
    );
    session.abandon();
  });
});

Deno.test("a run that is frozen for longer than its lease writes nothing after it wakes", async () => {
  await withBench(async ({ namespace, client, auditLog, server, run }) => {
    const directory = await Deno.makeTempDir({ prefix: "frozen-" });
    const arena = { client, auditLog, directory, prefix: namespace };
    let frozen = (): void => undefined;
    const isFrozen = new Promise<void>((resolve) => frozen = resolve);
    let wake = (): void => undefined;
    const mayWake = new Promise<void>((resolve) => wake = resolve);
    const late: string[] = [];
    let isAwake = false;
    let isChosen = false;
    const child = runChild(arena, namespace, (victim) => ({ index, method, path }) => {
      // What it had sent before it was frozen may still be on the way; from its waking on, nothing may come.
      if (isAwake && method !== "GET") late.push(`${method} ${path}`);
      // While the record is written no object is on its way: what was handed to the kernel cannot be called back.
      const isRecord = method !== "GET" && path.includes("/configmaps/migration-state");
      if (isChosen || index < 40 || !isRecord) return undefined;
      isChosen = true;
      return async (exchange) => {
        const answer = await exchange.commit();
        victim.kill("SIGSTOP");
        frozen();
        await mayWake;
        isAwake = true;
        victim.kill("SIGCONT");
        await exchange.pass(answer);
      };
    });
    await isFrozen;
    const start = performance.now();
    const events = await run(referencePlan(namespace), { lockTimeoutMs: 60_000 });
    const tookOverMs = performance.now() - start;
    assert.equal(ending(events).state, "applied");
    assert.ok(
      events.some((event) => event.type === "migration-finished"),
      "there was work left to take over",
    );
    wake();
    const { code, output } = await child;
    assert.equal(code, 5, output);
    // Its one write: the record, refused by the version, which is how it learns that it is too late.
    const objects = late.filter((line) => !/migration-(state|lock)/.test(line));
    assert.deepEqual(objects, []);
    assert.ok(tookOverMs < 40_000, `${Math.round(tookOverMs)} ms on ${server}`);
    await Deno.remove(directory, { recursive: true });
  });
});
