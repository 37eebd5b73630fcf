/** Asks the API server of a kubeconfig one question; a process of its own, as Deno reads its settings only once. */
import { ClusterClient } from "../../lib/cluster/client.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";

const [kubeconfig = ""] = Deno.args;
const connection = await findCluster({ kubeconfig, env: () => undefined });
if (connection === undefined) throw new Error("There is no cluster");
const client = new ClusterClient(connection);
const ref = { apiVersion: "v1", kind: "Namespace", name: "faf" };
const answer = await client.get(ref).then(() => "answered", (error) => `refused: ${error.message}`);
client.close();
// What was changed for the connection is as it was: programs that are started from here see it.
const left = ["NO_PROXY", "DENO_TLS_CA_STORE", "DENO_CERT"].filter((name) => Deno.env.has(name));
const seen = JSON.stringify({ answer, trustsOthers: connection.trustsOthers, left });
Deno.stdout.writeSync(new TextEncoder().encode(seen));
