/** What `check` and `migrate` do with one stack of a corpus, with no decisions. */
import type { Verdict } from "../../lib/checks/verdicts.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { TestCluster } from "../embedded_cluster/fixture.ts";
import { told } from "../cli/in_process.ts";
import { runFerry } from "../crossing/ferry.ts";

/** One line of the table. */
export interface Outcome {
  readonly stack: string;
  readonly services: readonly Verdict[];
  /** `refused`: docker compose refuses it too, as all errors are about the files as compose reads them. */
  readonly check: "passes" | "fails" | "refused";
  /** Absent where there is no cluster, or nothing to apply. */
  readonly migrate?: "ready" | "fails";
  /** The errors of `check`, or the last lines of `migrate`. */
  readonly problems: readonly string[];
}

/** No engine and no shell decides what is seen. */
const ENVIRONMENT = { DOCKER_HOST: "unix:///none" };

/** Runs both as a user does; what was applied is removed again, so that stacks do not meet. */
export async function outcomeOf(name: string, directory: string, cluster?: TestCluster): Promise<Outcome> {
  const flags = ["--stack", directory];
  const { code, out, err } = await told(directory, ["check", ...flags, "-o", "json"], {
    environment: ENVIRONMENT,
  });
  const found = findingsIn(out) ?? findingsIn(err) ?? { diagnostics: [], services: [] };
  const errors = found.diagnostics.filter(({ severity }) => severity === "error");
  const isRefused = errors.length > 0 && errors.every(({ code }) => code.startsWith("compose-"));
  const seen = { stack: name, services: found.services };
  const problems = errors.map(({ code, message }) => `${code}: ${message}`);
  if (code !== 0) return { ...seen, check: isRefused ? "refused" : "fails", problems };
  if (cluster === undefined) return { ...seen, check: "passes", problems };
  const moved = await runFerry(["migrate", ...flags, "--embedded", "--yes"], { cluster, env: ENVIRONMENT });
  await cleanUp(cluster);
  return moved.code === 0 ? { ...seen, check: "passes", migrate: "ready", problems } : {
    ...seen,
    check: "passes",
    migrate: "fails",
    problems: moved.err.split("\n").filter((line) => /^(error|warning)\[/.test(line)),
  };
}

interface Findings {
  readonly diagnostics: readonly Diagnostic[];
  readonly services: readonly Verdict[];
}

function findingsIn(text: string): Findings | undefined {
  try {
    const { diagnostics, services = [] } = JSON.parse(text);
    return { diagnostics, services };
  } catch {
    return undefined;
  }
}

/** Kinds outside of namespaces, and Traefik's settings, of which a cluster has one. */
const SHARED = [
  "/api/v1/persistentvolumes",
  "/apis/storage.k8s.io/v1/storageclasses",
  "/apis/helm.cattle.io/v1/namespaces/kube-system/helmchartconfigs",
  "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
  "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
  "/api/v1/namespaces/kube-system/persistentvolumeclaims",
  "/api/v1/namespaces/kube-system/services",
];

/** Removes what a stack left behind; the pods go with their namespaces. */
export async function cleanUp({ api }: TestCluster): Promise<void> {
  const owned = "labelSelector=compose-ferry%2Fowner";
  const { body } = await api.request("GET", `/api/v1/namespaces?${owned}`);
  const { items } = body as { items: readonly { readonly metadata: { readonly name: string } }[] };
  for (const { metadata } of items) await api.request("DELETE", `/api/v1/namespaces/${metadata.name}`);
  for (const path of SHARED) await api.request("DELETE", `${path}?${owned}`);
}
