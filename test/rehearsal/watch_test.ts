/** Who is asked how often: one that moves without a rest, the others now and then. */
import assert from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { comesTrue } from "./comes_true.ts";
import { Watch } from "../../lib/rehearsal/watch.ts";

/** A cluster whose Services are all this machine. */
function cluster(ports: Readonly<Record<string, number>>): ClusterClient {
  const items = Object.entries(ports).map(([name, port]) => ({
    metadata: { name },
    spec: { clusterIP: "127.0.0.1", ports: [{ port }] },
  }));
  // The edge: of a client only this is used.
  return { list: () => Promise.resolve({ items }) } as unknown as ClusterClient;
}

/** Accepts connections and counts them. */
function counted(): { readonly port: number; count: number; close(): void } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const counter = { port: listener.addr.port, count: 0, close: () => listener.close() };
  (async () => {
    for await (const connection of listener) {
      counter.count++;
      connection.close();
    }
  })();
  return counter;
}

Deno.test("one that moves is asked without a rest, from the moment at which it begins", async () => {
  const [db, web] = [counted(), counted()];
  const ports = { db: db.port, web: web.port };
  const askings = Object.entries(ports).map(([service, port]) => ({ service, label: service, port }));
  const watch = new Watch(askings, {
    engines: [],
    project: "copy",
    client: cluster(ports),
    namespace: "copy",
  });
  await comesTrue(() => db.count > 0 && web.count > 0);
  watch.follow("db", true);
  await comesTrue(() => db.count >= 8);
  assert.ok(
    web.count * 2 <= db.count,
    `${web.count} of the one that rests, ${db.count} of the one that moves`,
  );
  watch.follow("db", false);
  const answered = await watch.end();
  assert.ok((answered.get("db")?.asked ?? 0) >= 8);
  assert.equal(answered.get("db")?.failed, 0);
  db.close();
  web.close();
});
