/** A small stack of its own on the shared test cluster, and the `access` command on it as a person runs it. */
import { join } from "node:path";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { connect } from "../apiserver/cluster.ts";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { type Ended, ferry, runFerry } from "../crossing/ferry.ts";

export interface Trial {
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly decisionsFile: string;
  /** As the administrator, uncounted. */
  readonly admin: ClusterClient;
  access(...args: readonly string[]): Promise<Ended>;
  /** `access`, still running. */
  start(...args: readonly string[]): Deno.ChildProcess;
  migrate(...args: readonly string[]): Promise<Ended>;
  /** The state of a migration as `status` has it. */
  stateOf(id: string): Promise<string | undefined>;
  decisions(): Promise<string>;
  decide(text: string): Promise<void>;
  /** A client for the kubeconfig that the command prints. */
  as(person: string, ...args: readonly string[]): Promise<ClusterClient>;
}

const COMPOSE = 'services:\n  site:\n    image: nginx:1\n    expose: ["80"]\n';

/** The decisions of a trial; `more` comes after them. */
export function decisionsOf(namespace: string, more = ""): string {
  return `# What compose does not say.\nnamespace: ${namespace}\ndefaultMigration: applications # all of them\n${more}`;
}

/** Runs a test with a stack in a namespace of its own, `suffix` told apart within one test. */
export async function withTrial(work: (trial: Trial) => Promise<void>, more = ""): Promise<void> {
  await withCluster((cluster) => withTrialOn(cluster, "", more, work));
}

/** As `withTrial`, on a cluster that the test holds already. */
export async function withTrialOn(
  cluster: TestCluster,
  suffix: string,
  more: string,
  work: (trial: Trial) => Promise<void>,
): Promise<void> {
  const namespace = `${cluster.prefix}${suffix}`;
  const directory = await Deno.makeTempDir({ prefix: "trial-" });
  const decisionsFile = join(directory, "decisions.yaml");
  await Deno.writeTextFile(join(directory, "docker-compose.yml"), COMPOSE);
  await Deno.writeTextFile(decisionsFile, decisionsOf(namespace, more));
  const flags = ["--stack", directory, "--embedded"];
  const admin = await connect(cluster.kubeconfigPath);
  const clients: ClusterClient[] = [admin];
  const access: Trial["access"] = (...args) => runFerry(["access", ...args, ...flags], { cluster });
  try {
    await work({
      cluster,
      namespace,
      decisionsFile,
      admin,
      access,
      start: (...args) => ferry(["access", ...args, ...flags], { cluster }),
      migrate: (...args) => runFerry(["migrate", ...flags, ...args], { cluster }),
      stateOf: async (id) => {
        const { out } = await runFerry(["status", ...flags, "-o", "json"], { cluster });
        const { migrations } = JSON.parse(out) as { migrations: readonly { id: string; state: string }[] };
        return migrations.find((one) => one.id === id)?.state;
      },
      decisions: () => Deno.readTextFile(decisionsFile),
      decide: (text) => Deno.writeTextFile(decisionsFile, text),
      as: async (person, ...args) => {
        const { code, out, err } = await access("kubeconfig", person, ...args);
        if (code !== 0) throw new Error(err);
        const file = await Deno.makeTempFile({ dir: directory });
        await Deno.writeTextFile(file, out);
        const client = await connect(file);
        clients.push(client);
        return client;
      },
    });
  } finally {
    await removeClusterWide(admin, namespace);
    for (const client of clients) client.close();
    await Deno.remove(directory, { recursive: true });
  }
}

const CLUSTER_WIDE = [
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicyBinding" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicy" },
];

/** What belongs to no namespace goes with none. */
async function removeClusterWide(client: ClusterClient, owner: string): Promise<void> {
  for (const kind of CLUSTER_WIDE) {
    const options = { labelSelector: `compose-ferry/owner=${owner}` };
    for (const { metadata: { name, uid } } of (await client.list(kind, undefined, options)).items) {
      if (uid !== undefined) await client.delete({ ...kind, name }, uid, "Background");
    }
  }
}
