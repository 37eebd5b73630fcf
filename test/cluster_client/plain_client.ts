/** A client of a server that a test makes on loopback: no TLS, no login. */
import { ClusterClient } from "../../lib/cluster/client.ts";
import { type Connection, createTransport } from "../../lib/cluster/connection.ts";

/** @param server its base URL */
export function plainClient(server: string, more: Pick<Connection, "interrupted"> = {}): ClusterClient {
  const { transport } = createTransport(server, {});
  return new ClusterClient({
    context: "test",
    server,
    transport,
    trustsOthers: false,
    authorize: () => Promise.resolve({}),
    close: () => transport.close(),
    ...more,
  });
}
