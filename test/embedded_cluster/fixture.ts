/** A cluster for tests: started when the first test needs it, shared by all, apart from the operator's own. */
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { type ApiClient, apiClient } from "../../lib/embedded_cluster/api_client.ts";
import { clusterWith, type EmbeddedCluster } from "../../lib/embedded_cluster/embedded.ts";
import { clusterLayout, type ClusterOptions, clusterOptions } from "../../lib/embedded_cluster/layout.ts";

/** What a test gets. */
export interface TestCluster {
  readonly kubeconfigPath: string;
  readonly server: string;
  /** Begins the name of every namespace of this test; no other test has the same. */
  readonly prefix: string;
  /** For a child process that shall find this cluster as its embedded one. */
  readonly env: Readonly<Record<string, string>>;
  /** The audit log: one JSON event per line, of all requests of all tests. */
  readonly auditLog: string;
  readonly api: ApiClient;
}

/** The shared test cluster's options: beside the operator's cluster, with the audit log. */
export function testClusterOptions(): ClusterOptions {
  const own = clusterOptions({ ...Deno.env.toObject(), COMPOSE_FERRY_CLUSTER: "" }).directory;
  return { directory: join(dirname(own), "test-cluster"), audit: true, simulatedNode: true };
}

/** The shared test cluster. It stays up between test files; `stop_test_cluster.ts` ends it. */
export function testCluster(): EmbeddedCluster {
  return clusterWith(testClusterOptions(), Deno.env.toObject());
}

/**
 * Runs a test against the shared cluster, with a namespace prefix of its own. The namespaces that begin with it are
 * deleted afterwards; objects without a namespace are the test's own to name after the prefix and to remove.
 */
export async function withCluster<T>(work: (cluster: TestCluster) => Promise<T>): Promise<T> {
  const options = testClusterOptions();
  const cluster = testCluster();
  const { kubeconfigPath } = await cluster.up(reportToStderr);
  const { server } = await cluster.status();
  if (server === undefined) throw new Error("Cannot use the test cluster: it ended right after its start");
  const layout = clusterLayout(options.directory);
  using api = await apiClient(layout, server);
  const prefix = `t${randomBytes(4).toString("hex")}`;
  try {
    return await work({
      kubeconfigPath,
      server,
      prefix,
      env: { COMPOSE_FERRY_CLUSTER: options.directory, COMPOSE_FERRY_CLUSTER_AUDIT: "1" },
      auditLog: join(layout.logs, "audit.jsonl"),
      api,
    });
  } finally {
    await deleteNamespaces(api, prefix);
  }
}

interface NamespaceList {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

async function deleteNamespaces(api: ApiClient, prefix: string): Promise<void> {
  const { body } = await api.request("GET", "/api/v1/namespaces");
  for (const { metadata } of (body as NamespaceList).items) {
    if (metadata.name.startsWith(prefix)) await api.request("DELETE", `/api/v1/namespaces/${metadata.name}`);
  }
}

/** A cold build takes minutes, so that a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
