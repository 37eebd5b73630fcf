/** Connections to real listeners on loopback. */
import assert from "node:assert/strict";
import { anyAnswers } from "../../../lib/run/living/answering.ts";

const hostname = "127.0.0.1";

/** A listener that does this with every connection; `seen` is told of each. */
function listen(serve: (connection: Deno.TcpConn) => unknown, seen: () => void = () => {}): Deno.TcpListener {
  const listener = Deno.listen({ hostname, port: 0 });
  void (async () => {
    for await (const connection of listener) {
      await serve(connection);
      seen();
    }
  })();
  return listener;
}

Deno.test({
  name: "anyAnswers() finds who waits to be spoken to, and who speaks first, at any of the ports",
  sanitizeResources: false,
  fn: async () => {
    const { signal } = new AbortController();
    using silent = listen(() => {});
    using speaks = listen((connection) => connection.write(new Uint8Array([1])));
    using closes = listen((connection) => connection.close());
    for (const { addr } of [silent, speaks]) {
      assert.equal(await anyAnswers(hostname, [addr.port], signal), true);
      assert.equal(await anyAnswers(hostname, [closes.addr.port, addr.port], signal), true);
    }
  },
});

Deno.test("anyAnswers() takes who closes every connection for nobody, and goes on trying", async () => {
  const patience = new AbortController();
  let count = 0;
  using closes = listen((connection) => connection.close(), () => {
    if (++count === 3) patience.abort(new Error("enough"));
  });
  await assert.rejects(anyAnswers(hostname, [closes.addr.port], patience.signal), /enough/);
});
