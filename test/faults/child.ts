/** The process that is killed: runs the reference plan and prints its events. */
import { ClusterClient } from "../../lib/cluster/client.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import { runReference } from "./reference_run.ts";

const [kubeconfig = "", namespace = ""] = Deno.args;
const interrupt = new AbortController();
Deno.addSignalListener("SIGINT", () => interrupt.abort(new DOMException("Interrupted", "AbortError")));

const connection = await findCluster({ kubeconfig, env: () => undefined });
Deno.exit(
  connection === undefined
    ? 4
    : await runReference(new ClusterClient(connection), namespace, interrupt.signal, print),
);

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
