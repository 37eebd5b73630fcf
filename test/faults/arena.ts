/** A cluster of the faults' own, empty at first and emptied afterwards, with the audit log that is the judge. */
import { dirname, join } from "node:path";
import { connect } from "../apiserver/cluster.ts";
import { clusterWith } from "../../lib/embedded_cluster/embedded.ts";
import { testClusterOptions } from "../embedded_cluster/fixture.ts";
import { clusterLayout } from "../../lib/embedded_cluster/layout.ts";
import type { Arena } from "./scenario.ts";

/** Starts it, lets `work` use it, and removes all that was in it. */
export async function withArena<T>(
  say: (line: string) => void,
  work: (arena: Arena) => Promise<T>,
): Promise<T> {
  const shared = testClusterOptions();
  const options = { ...shared, directory: join(dirname(shared.directory), "faults-cluster") };
  const cluster = clusterWith(options, Deno.env.toObject());
  await cluster.reset(() => undefined);
  const { kubeconfigPath } = await cluster.up(say);
  const client = await connect(kubeconfigPath);
  const directory = await Deno.makeTempDir({ prefix: "faults-" });
  const auditLog = join(clusterLayout(options.directory).logs, "audit.jsonl");
  try {
    return await work({ client, auditLog, directory });
  } finally {
    client.close();
    await cluster.reset(() => undefined);
    await Deno.remove(directory, { recursive: true });
  }
}
