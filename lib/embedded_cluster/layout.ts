/** Where the embedded cluster keeps everything it has: one folder outside the checkout. */
import { join, resolve } from "node:path";

/**
 * What one embedded cluster is made with. Two with different folders run side by side and know nothing of each other.
 */
export interface ClusterOptions {
  readonly directory: string;
  /** Write every request to `logs/audit.jsonl`: who asked for what, and the bodies of writes except Secrets. */
  readonly audit: boolean;
  /** Run KWOK and one simulated node. Without it the cluster has no node until a real kubelet joins. */
  readonly simulatedNode: boolean;
}

/**
 * Reads the options from the environment, which is handed in:
 *
 * - `COMPOSE_FERRY_CLUSTER`: the folder; otherwise below `XDG_STATE_HOME` or `~/.local/state`.
 * - `COMPOSE_FERRY_CLUSTER_AUDIT=1`: the audit log.
 */
export function clusterOptions(env: Readonly<Record<string, string>>): ClusterOptions {
  const state = env["XDG_STATE_HOME"] || join(env["HOME"] ?? Deno.cwd(), ".local", "state");
  return {
    directory: resolve(env["COMPOSE_FERRY_CLUSTER"] || join(state, "compose-ferry", "cluster")),
    audit: env["COMPOSE_FERRY_CLUSTER_AUDIT"] === "1",
    simulatedNode: true,
  };
}

/** The number of this arrangement of files; another number in the folder means another version made it. */
export const LAYOUT_VERSION = "1";

/** The files and folders inside the cluster's folder. */
export interface ClusterLayout {
  readonly directory: string;
  /** Beside the folder, so that it outlives a reset. */
  readonly lock: string;
  /** Holds {@link LAYOUT_VERSION}; also the proof that the folder is ours to empty. */
  readonly version: string;
  readonly certificates: string;
  /** etcd's working folder: its data, and the sockets that nothing but this folder's owner can reach. */
  readonly etcd: string;
  readonly logs: string;
  readonly processes: string;
  readonly port: string;
  readonly tokens: string;
  readonly serviceAccountKey: string;
  readonly auditPolicy: string;
  readonly seeded: string;
  readonly kubeconfig: string;
}

/** The names inside the folder; `reset` removes these and nothing else. */
export const LAYOUT_NAMES = [
  "certificates",
  "etcd",
  "logs",
  "processes",
  "port",
  "tokens.csv",
  "service-account.key",
  "audit-policy.yaml",
  "seeded",
  "kubeconfig",
  "kubeconfig-controller-manager",
  "kubeconfig-scheduler",
  "kubeconfig-kwok",
  "layout",
] as const;

/** The paths of a cluster. */
export function clusterLayout(directory: string): ClusterLayout {
  const inside = (name: typeof LAYOUT_NAMES[number]): string => join(directory, name);
  return {
    directory,
    lock: `${directory}.lock`,
    version: inside("layout"),
    certificates: inside("certificates"),
    etcd: inside("etcd"),
    logs: inside("logs"),
    processes: inside("processes"),
    port: inside("port"),
    tokens: inside("tokens.csv"),
    serviceAccountKey: inside("service-account.key"),
    auditPolicy: inside("audit-policy.yaml"),
    seeded: inside("seeded"),
    kubeconfig: inside("kubeconfig"),
  };
}
