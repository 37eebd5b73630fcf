import assert from "node:assert/strict";
import { ConnectionError } from "../../lib/cluster/api_error.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { LiveSet } from "../../lib/cluster/live_set.ts";

/** A client that lists once and then finds no server: the real one needs a minute to give up. */
function goneAfterOneList(): ClusterClient {
  let lists = 0;
  const metadata = { name: "a" };
  const client: Pick<ClusterClient, "list" | "watch"> = {
    list: () =>
      ++lists === 1
        ? Promise.resolve({ resourceVersion: "1", items: [{ apiVersion: "v1", kind: "Pod", metadata }] })
        : Promise.reject(new ConnectionError("https://server", new Error("refused"))),
    watch: async function* (): AsyncGenerator<never> {},
  };
  return client as ClusterClient;
}

Deno.test("LiveSet says when it cannot be kept up to date any more, and keeps what it saw", async () => {
  const stop = new AbortController();
  await new Promise<void>((resolve, reject) => {
    const set = new LiveSet(goneAfterOneList(), { apiVersion: "v1", kind: "Pod" }, "shop", () => {
      if (set.error === undefined) return;
      try {
        assert.ok(set.error instanceof ConnectionError);
        assert.equal(set.get("a")?.metadata.name, "a");
        resolve();
      } catch (error) {
        reject(error);
      }
    });
    set.start(stop.signal).catch(reject);
  });
  stop.abort();
});
