/** A client for the shared test cluster, and short ways to run plans on it. */
import { ClusterClient } from "../../lib/cluster/client.ts";
import type { LiveObject } from "../../lib/cluster/live_object.ts";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import type { Plan } from "../../lib/migration/step.ts";
import type { RunEvent } from "../../lib/run/event.ts";
import type { RunOptions } from "../../lib/run/run_context.ts";
import { runPlan as run } from "../../lib/run/run_plan.ts";
import type { ApiClient } from "../../lib/embedded_cluster/api_client.ts";
import { withCluster } from "../embedded_cluster/fixture.ts";

/** What a test of the runner works with. */
export interface Bench {
  readonly client: ClusterClient;
  /** A second client, to look and to meddle without being counted. */
  readonly other: ClusterClient;
  readonly namespace: string;
  readonly auditLog: string;
  readonly server: string;
  readonly kubeconfig: string;
  /** Requests as the administrator, for what no other client sends. */
  readonly api: ApiClient;
  /** Writes an object as somebody with another tool would. */
  edit(object: LiveObject, plural: string, fieldManager: string): Promise<void>;
  run(plan: Plan, options?: Partial<RunOptions>): Promise<readonly RunEvent[]>;
}

/** Runs a test with clients for the shared cluster and a namespace of its own; removes what lies outside it afterwards. */
export async function withBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  await withCluster(async ({ kubeconfigPath, prefix, auditLog, server, api }) => {
    const client = await connect(kubeconfigPath);
    const other = await connect(kubeconfigPath);
    const run: Bench["run"] = (plan, options = {}) => runPlan(plan, client, prefix, options);
    const edit: Bench["edit"] = async (object, plural, fieldManager) => {
      const { name, namespace = "" } = object.metadata;
      const path = `/api/v1/namespaces/${namespace}/${plural}/${name}?fieldManager=${fieldManager}`;
      const { status } = await api.request("PUT", path, object);
      if (status !== 200) throw new Error(`The edit of ${name} was answered with ${status}`);
    };
    try {
      await work({
        client,
        other,
        namespace: prefix,
        auditLog,
        server,
        kubeconfig: kubeconfigPath,
        api,
        edit,
        run,
      });
    } finally {
      await removeClusterWide(other, prefix);
      client.close();
      other.close();
    }
  });
}

/** A client for a kubeconfig file. */
export async function connect(kubeconfig: string): Promise<ClusterClient> {
  const connection = await findCluster({ kubeconfig, env: () => undefined });
  if (connection === undefined) throw new Error(`No cluster in ${kubeconfig}`);
  return new ClusterClient(connection);
}

/** The same server, asked as somebody without any right of their own. */
export function asUser(client: ClusterClient, user: string): ClusterClient {
  const { connection } = client;
  return new ClusterClient({
    ...connection,
    authorize: async (renew) => ({ ...await connection.authorize(renew), "impersonate-user": user }),
    close: () => undefined,
  });
}

/** Runs the plan and collects its events. */
export async function runPlan(
  plan: Plan,
  client: ClusterClient,
  namespace: string,
  options: Partial<RunOptions> = {},
): Promise<readonly RunEvent[]> {
  return await Array.fromAsync(run(plan, {
    client,
    namespace,
    by: "tester@here",
    now: () => new Date().toISOString(),
    signal: new AbortController().signal,
    ...options,
  }));
}

/** How the run ended. */
export function ending(events: readonly RunEvent[]): Extract<RunEvent, { type: "run-finished" }> {
  const last = events.at(-1);
  if (last?.type !== "run-finished") throw new Error(`The run did not finish: ${JSON.stringify(last)}`);
  return last;
}

const CLUSTER_WIDE = [
  { apiVersion: "v1", kind: "PersistentVolume" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicyBinding" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicy" },
];

/** What a test made outside its namespace, which could take it along. */
export async function removeClusterWide(client: ClusterClient, prefix: string): Promise<void> {
  for (const kind of CLUSTER_WIDE) {
    for (const { metadata } of (await client.list(kind, undefined)).items) {
      if (!metadata.name.startsWith(prefix) || metadata.uid === undefined) continue;
      await client.delete({ ...kind, name: metadata.name }, metadata.uid, "Background");
    }
  }
}
