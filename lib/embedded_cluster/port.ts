/** Chooses the API server's port: the one it had, so that kubeconfig files stay true, else a free one. */
import type { ClusterLayout } from "./layout.ts";

/**
 * Gives a port on 127.0.0.1 that is free now, and remembers it.
 *
 * @param report is told when the remembered port belongs to another process meanwhile.
 */
export async function choosePort(layout: ClusterLayout, report: (line: string) => void): Promise<number> {
  const remembered = await rememberedPort(layout);
  if (remembered !== undefined && freePort(remembered) !== undefined) return remembered;
  const port = freePort(0);
  if (port === undefined) throw new Error("Cannot listen on 127.0.0.1: no port is free");
  if (remembered !== undefined) {
    report(`Port ${remembered} is taken by another program now; using ${port} instead`);
  }
  await Deno.writeTextFile(layout.port, `${port}\n`);
  return port;
}

/** The port that the API server had last; `undefined` before the first start. */
export async function rememberedPort(layout: ClusterLayout): Promise<number | undefined> {
  try {
    return Number(await Deno.readTextFile(layout.port)) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Listens for a moment; port 0 lets the system choose. @returns the port, or `undefined` when it is taken. */
function freePort(port: number): number | undefined {
  try {
    using listener = Deno.listen({ hostname: "127.0.0.1", port });
    return listener.addr.port;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}
