/** Ctrl-C while nobody knows whether the server is there ends what is read; later the run decides what it still finishes. */
import { equal, rejects } from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { plainClient } from "./plain_client.ts";

const SECRET = { apiVersion: "v1", kind: "Secret", name: "a", namespace: "shop" };
const FOUND = { apiVersion: "v1", kind: "Secret", metadata: { name: "a", namespace: "shop" } };
const REASON = new Error("Ctrl-C");

/** A server that answers the first requests at once, and each further one when it is told to. */
async function withServer(
  answered: number,
  work: (client: ClusterClient, heard: () => Promise<void>, answer: () => void) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const ending = new AbortController();
  const held = Promise.withResolvers<void>();
  const heard = Promise.withResolvers<void>();
  let requests = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal: ending.signal, onListen: () => {} },
    async () => {
      if (requests++ >= answered) {
        heard.resolve();
        await held.promise;
      }
      return Response.json(FOUND);
    },
  );
  const address = `http://127.0.0.1:${server.addr.port}`;
  const client = plainClient(address, { interrupted: signal });
  try {
    await work(client, () => heard.promise, () => held.resolve());
  } finally {
    held.resolve();
    client.close();
    ending.abort();
    await server.finished;
  }
}

Deno.test("a read that nobody has answered yet ends with the interruption, and is not sent again", async () => {
  const interruption = new AbortController();
  await withServer(0, async (client, heard) => {
    const asked = client.get(SECRET);
    const ended = rejects(asked, (error) => error === REASON);
    await heard();
    interruption.abort(REASON);
    await ended;
    equal(client.requests, 1);
  }, interruption.signal);
});

Deno.test("a read after the first answer goes on, and so does a write before it", async () => {
  for (const answered of [1, 0]) {
    const interruption = new AbortController();
    await withServer(answered, async (client, heard, answer) => {
      if (answered === 1) await client.get(SECRET);
      const asked = answered === 1 ? client.get(SECRET) : client.create(FOUND);
      await heard();
      interruption.abort(REASON);
      answer();
      equal((await asked)?.metadata.name, "a");
    }, interruption.signal);
  }
});
