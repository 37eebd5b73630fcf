/** A TCP proxy on loopback that makes the round trip longer, alike for everyone who connects through it. */

export interface DelayProxy extends AsyncDisposable {
  readonly port: number;
}

/** Forwards to a port of this machine; every byte arrives half a round trip later, in both directions. */
export function startDelayProxy(target: number, roundTripMs: number): DelayProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async (): Promise<void> => {
    for await (const inner of listener) void connect(inner, target, roundTripMs / 2);
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await serving;
    },
  };
}

async function connect(inner: Deno.TcpConn, target: number, delayMs: number): Promise<void> {
  const outer = await Deno.connect({ hostname: "127.0.0.1", port: target });
  inner.setNoDelay(true);
  outer.setNoDelay(true);
  await Promise.allSettled([pump(inner, outer, delayMs), pump(outer, inner, delayMs)]);
  for (const connection of [inner, outer]) {
    try {
      connection.close();
    } catch {
      // The other side has closed it already.
    }
  }
}

async function pump(from: Deno.TcpConn, to: Deno.TcpConn, delayMs: number): Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await from.read(buffer).catch(() => null);
    if (count === null) break;
    const bytes = buffer.slice(0, count);
    const due = performance.now() + delayMs;
    last = last.then(async () => {
      const left = due - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      await writeAll(to, bytes);
    }).catch(() => undefined);
  }
  await last;
  await to.closeWrite().catch(() => undefined);
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}
