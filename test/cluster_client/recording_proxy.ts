/** A proxy that notes what it is asked for and does nothing. */
export interface RecordingProxy extends Disposable {
  readonly url: string;
  /** The first line of every request since it was asked last. */
  seen(): readonly string[];
}

export function recordingProxy(): RecordingProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const lines: string[] = [];
  void (async (): Promise<void> => {
    for await (const connection of listener) {
      const bytes = new Uint8Array(1_000);
      const length = await connection.read(bytes);
      lines.push(new TextDecoder().decode(bytes.subarray(0, length ?? 0)).split("\r\n")[0] ?? "");
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    seen: () => lines.splice(0),
    [Symbol.dispose]: () => listener.close(),
  };
}
