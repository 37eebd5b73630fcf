/** Whether somebody is behind a port that passes on connections: who passes them on accepts every one. */
import { pause } from "../../cluster/transport.ts";

/** For how long a connection stays open where somebody is there and waits to be spoken to. */
const OPEN_MS = 500;
const PATIENCE_MS = 20_000;
const POLL_MS = 200;

/**
 * Tries until a connection to one of the ports is kept or answered. One is enough: not every port that a program may have
 * is one that it listens on.
 */
export async function anyAnswers(
  hostname: string,
  ports: readonly number[],
  signal: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const kept = await Promise.all(ports.map((port) => isKept(hostname, port)));
    if (kept.includes(true)) return true;
    if (performance.now() > end) return false;
    await pause(POLL_MS, signal);
  }
}

async function isKept(hostname: string, port: number): Promise<boolean> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname, port });
  } catch {
    return false;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const kept = new Promise<true>((resolve) => timer = setTimeout(() => resolve(true), OPEN_MS));
  const read = connection.read(new Uint8Array(1)).then((bytes) => bytes !== null, () => false);
  const answer = await Promise.race([kept, read]);
  clearTimeout(timer);
  connection.close();
  await read;
  return answer;
}
