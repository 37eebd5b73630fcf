/**
 * Stands for the kubelet of a node: answers for logs, and notes what the API server lets through to it. No container
 * runs here; whether somebody may reach one is decided before, by the real API server.
 */
import type { Certificates } from "./certificates.ts";

export interface FakeKubelet extends AsyncDisposable {
  readonly port: number;
  /** The paths that were asked for. */
  readonly requests: readonly string[];
}

/** The status by which it answers everything but logs. */
export const REACHED = 418;

/** On a plain TLS socket, because a request for SPDY is none that an HTTP server takes. */
export function startFakeKubelet(certificates: Certificates): FakeKubelet {
  const requests: string[] = [];
  const { certificate: cert, key } = certificates;
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const serving = (async (): Promise<void> => {
    for await (const connection of listener) await answer(connection, requests).catch(() => undefined);
  })();
  return {
    port: listener.addr.port,
    requests,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await serving;
    },
  };
}

async function answer(connection: Deno.TlsConn, requests: string[]): Promise<void> {
  try {
    const bytes = new Uint8Array(8192);
    const size = await connection.read(bytes) ?? 0;
    const path = new TextDecoder().decode(bytes.subarray(0, size)).split(" ")[1] ?? "";
    requests.push(path.replace(/\?.*$/, ""));
    const isLog = path.startsWith("/containerLogs/");
    const body = isLog ? "a line of the log\n" : "reached\n";
    const head = `HTTP/1.1 ${isLog ? 200 : REACHED} -\r\nConnection: close\r\nContent-Type: text/plain\r\n`;
    await connection.write(new TextEncoder().encode(`${head}Content-Length: ${body.length}\r\n\r\n${body}`));
  } finally {
    connection.close();
  }
}
