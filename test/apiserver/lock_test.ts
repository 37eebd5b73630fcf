import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { currentHolder } from "../../lib/run/holder.ts";
import { acquire, unlock } from "../../lib/run/lock.ts";
import { prepareTarget } from "../../lib/run/prepare.ts";
import { readStatus } from "../../lib/run/status.ts";
import { referencePlan } from "../run/reference_plan.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { type Arena, runChild, type Victim } from "../faults/scenario.ts";
import { connect, ending, runPlan, withBench } from "./cluster.ts";

const ALIVE = { name: "somebody@elsewhere pid 1", process: "another machine/1/1" };

Deno.test("runPlan() twenty times at once applies everything once", async () => {
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

Deno.test("runPlan() leaves with exit code 5 while another run lives, and says whose it is", async () => {
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

Deno.test("runPlan() ends the run of a process that died after its last record, though nothing is left to do", async () => {
  await withBench(async ({ namespace, client, other, run }) => {
    const plan = referencePlan(namespace, { withoutPods: true });
    await run(plan);
    const { process } = currentHolder();
    const died = { name: "nobody@here pid 2", process: process.replace(/[^/]+$/, "1") };
    const left = await acquire(await prepareTarget(other, namespace, plan), {
      runId: "r-died",
      holder: died,
      now: () => new Date().toISOString(),
      timeoutMs: 0,
      onWaiting: () => undefined,
      signal: new AbortController().signal,
    });
    left.abandon();
    const before = (await readStatus(plan, client, namespace)).status;
    assert.deepEqual([before.run?.holder, before.run?.isGone, before.next], [died.name, true, null]);

    const events = await run(plan, { lockTimeoutMs: 0 });
    const takenOver = events.flatMap((event) => event.type === "run-taken-over" ? [event.holder] : []);
    assert.deepEqual([takenOver, ending(events).state], [[died.name], "unchanged"]);
    assert.equal((await readStatus(plan, client, namespace)).status.run, null);
    assert.equal(ending(await run(plan)).writes, 0);
  });
});

/** A run of the child that is frozen at a chosen request and goes on when it is told to. */
interface Frozen {
  readonly isFrozen: Promise<void>;
  /** Wakes it, lets it end, and returns how it ended. */
  wake(): Promise<{ readonly code: number; readonly output: string }>;
}

/** What the frozen run had on its way: held back until it wakes, as a network would that was frozen with it. */
interface OnItsWay {
  readonly request: string;
  readonly status: number;
}

/**
 * Starts the child and freezes it at a write of an object, while others are on their way. Those that had left it
 * by then wait in the proxy, and so does everything that it sends after it wakes; `sent` gets the server's answers.
 */
function freeze(arena: Arena, namespace: string, sent: OnItsWay[]): Frozen {
  let frozen = (): void => undefined;
  const isFrozen = new Promise<void>((resolve) => frozen = resolve);
  let goOn = (): void => undefined;
  const mayGoOn = new Promise<void>((resolve) => goOn = resolve);
  let victim: Victim | undefined;
  let isChosen = false;
  const child = runChild(arena, namespace, (own) => {
    victim = own;
    return ({ index, method, path }) => {
      const isObject = method === "PATCH" && path.includes("/configmaps/config-");
      if (!isChosen && (index < 30 || !isObject)) return undefined;
      if (!isChosen) {
        isChosen = true;
        // A moment later, so that the others of its wave are on their way as well.
        setTimeout(() => {
          victim?.kill("SIGSTOP");
          frozen();
        }, 5);
      }
      if (method === "GET") return undefined;
      return async (exchange) => {
        await mayGoOn;
        const answer = await exchange.commit();
        sent.push({ request: `${method} ${path.split("?")[0]}`, status: answer.status });
        await exchange.pass(answer);
      };
    };
  });
  return {
    isFrozen,
    wake: async () => {
      victim?.kill("SIGCONT");
      goOn();
      return await child;
    },
  };
}

Deno.test("a run that is frozen for longer than its lease writes nothing after it wakes", async () => {
  await withBench(async ({ namespace, client, other, auditLog, run }) => {
    const directory = await Deno.makeTempDir({ prefix: "frozen-" });
    const sent: OnItsWay[] = [];
    const frozen = freeze({ client, auditLog, directory }, namespace, sent);
    await frozen.isFrozen;
    // The other one wants something else, so that a late write would be seen.
    const events = await run(referencePlan(namespace, { edition: "2" }), { lockTimeoutMs: 60_000 });
    assert.equal(ending(events).state, "applied");
    assert.ok(
      events.some((event) => event.type === "migration-finished"),
      "there was work left to take over",
    );
    const before = await versions(other, namespace);

    const { code, output } = await frozen.wake();
    assert.equal(code, 5, output);
    assert.ok(sent.some(({ request }) => request.startsWith("PATCH")), "objects were on their way");
    // Objects are refused by the fence, the record by its version: that is how the run learns that it is too late.
    assert.deepEqual(sent.filter(({ status }) => status < 300), []);
    assert.deepEqual(await versions(other, namespace), before);
    await Deno.remove(directory, { recursive: true });
  });
});

/** The versions of all objects that a late write could meet. */
async function versions(client: ClusterClient, namespace: string): Promise<readonly string[]> {
  const lists = await Promise.all(
    ["ConfigMap", "Secret"].map((kind) => client.list({ apiVersion: "v1", kind }, namespace)),
  );
  return lists.flatMap(({ items }) =>
    items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`)
  );
}
