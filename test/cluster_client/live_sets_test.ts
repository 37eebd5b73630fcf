/** Waits share what is looked at, and take nothing for seen that is older than what the run wrote itself. */
import assert from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import type { LiveObject, WatchEvent } from "../../lib/cluster/live_object.ts";
import { LiveSets } from "../../lib/cluster/live_sets.ts";

const REF = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" } as const;

function deployment(metadata: Partial<LiveObject["metadata"]>): LiveObject {
  return { ...REF, metadata: { name: REF.name, namespace: REF.namespace, uid: "u1", ...metadata } };
}

/** A server with one object, whose watches tell what the test says. */
function server(first: LiveObject): {
  readonly client: ClusterClient;
  readonly lists: () => number;
  readonly watches: () => number;
  tell(event: WatchEvent): void;
} {
  let [lists, watches] = [0, 0];
  let wake = (_: WatchEvent): void => {};
  const client: Pick<ClusterClient, "list" | "watch"> = {
    list: () => {
      lists++;
      return Promise.resolve({ resourceVersion: "1", items: [first] });
    },
    watch: async function* (_kind, _namespace, { signal }): AsyncGenerator<WatchEvent> {
      watches++;
      while (signal?.aborted !== true) {
        yield await new Promise<WatchEvent>((resolve, reject) => {
          wake = resolve;
          signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      }
    },
  };
  return {
    client: client as ClusterClient,
    lists: () => lists,
    watches: () => watches,
    tell: (event) => wake(event),
  };
}

Deno.test("LiveSets lists and watches a kind once, whoever asks for it", async () => {
  const { client, lists, watches } = server(deployment({ resourceVersion: "5" }));
  const stop = new AbortController();
  const sets = new LiveSets(client, stop.signal);
  sets.expect(REF, "shop");
  const [one, other] = await Promise.all([sets.of(REF, "shop"), sets.of(REF, "shop")]);
  assert.equal(one, other);
  assert.equal(await sets.of(REF, "shop"), one);
  assert.deepEqual([lists(), watches()], [1, 1]);
  assert.notEqual(await sets.of(REF, "other"), one);
  assert.deepEqual([lists(), watches()], [2, 2]);
  stop.abort();
});

Deno.test("LiveSets tells a state of before the run's own write from one after it", async () => {
  const { client, tell } = server(deployment({ resourceVersion: "99", generation: 1 }));
  const stop = new AbortController();
  const sets = new LiveSets(client, stop.signal);
  const set = await sets.of(REF, "shop");
  const seen = (): LiveObject => {
    const object = set.get(REF.name);
    assert.ok(object !== undefined);
    return object;
  };
  assert.equal(sets.isBehind(REF, seen()), false);
  // As numbers, not as texts.
  sets.wrote(REF, deployment({ resourceVersion: "100", generation: 2 }));
  assert.equal(sets.isBehind(REF, seen()), true);
  const changed = new Promise<void>((resolve) => sets.onChange(resolve));
  tell({ type: "MODIFIED", object: deployment({ resourceVersion: "101", generation: 2 }) });
  await changed;
  assert.equal(sets.isBehind(REF, seen()), false);
  assert.equal(sets.isBehind({ ...REF, name: "another" }, seen()), false);
  stop.abort();
});

Deno.test("LiveSets goes by uid and generation where versions are no numbers", () => {
  const sets = new LiveSets(server(deployment({})).client, new AbortController().signal);
  sets.wrote(REF, deployment({ resourceVersion: "b", generation: 2 }));
  const isBehind = (metadata: Partial<LiveObject["metadata"]>): boolean =>
    sets.isBehind(REF, deployment({ resourceVersion: "a", ...metadata }));
  assert.equal(isBehind({ generation: 1 }), true);
  assert.equal(isBehind({ generation: 2 }), false);
  assert.equal(isBehind({ generation: 3, uid: "former" }), true);
});

Deno.test("LiveSets begins a set anew whose first list failed", async () => {
  let lists = 0;
  const client: Pick<ClusterClient, "list" | "watch"> = {
    list: () =>
      ++lists === 1
        ? Promise.reject(new Error("away"))
        : Promise.resolve({ resourceVersion: "1", items: [deployment({})] }),
    watch: server(deployment({})).client.watch,
  };
  const stop = new AbortController();
  const sets = new LiveSets(client as ClusterClient, stop.signal);
  assert.equal(sets.peek(REF, "shop"), undefined);
  await new Promise<void>((resolve) => sets.onChange(resolve));
  assert.throws(() => sets.peek(REF, "shop"), /away/);
  assert.equal((await sets.of(REF, "shop")).get(REF.name)?.metadata.uid, "u1");
  assert.equal(sets.peek(REF, "shop")?.get(REF.name)?.metadata.uid, "u1");
  stop.abort();
});
