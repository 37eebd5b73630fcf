/** What the API server holds and what it was asked, seen apart from the program under test. */
import type { TestCluster } from "../embedded_cluster/fixture.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

/** An object as the API server returns it. */
export interface Seen {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Record<string, string>;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
  readonly data?: Record<string, string>;
}

/** All objects of one kind below a list path, `kind` filled in (lists leave it out). */
export async function seenObjects(cluster: TestCluster, path: string): Promise<readonly Seen[]> {
  const { status, body } = await cluster.api.request("GET", path);
  if (status !== 200) throw new Error(`GET ${path} answered ${status}`);
  const list = body as { kind: string; items: readonly Seen[] };
  return list.items.map((item) => ({ ...item, kind: list.kind.replace(/List$/, "") }));
}

/** One request of the audit log. */
export interface AuditedRequest {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly code: number;
}

const WRITES = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/**
 * The writes that touched the namespace since the byte `from` of the audit log: dry-runs are none, and neither is
 * what the cluster's own controllers do.
 */
export async function writesSince(
  cluster: TestCluster,
  namespace: string,
  from: number,
): Promise<AuditedRequest[]> {
  return (await requestsSince(cluster, from)).filter(({ verb, requestURI, userAgent }) =>
    WRITES.has(verb) && requestURI.includes(namespace) && !requestURI.includes("dryRun=All") &&
    (userAgent ?? "").startsWith("Deno/")
  );
}

/** The end of the audit log now; the log is written behind the answer, so it is given a moment. */
export async function auditPosition(cluster: TestCluster): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  return (await Deno.stat(cluster.auditLog)).size;
}

async function requestsSince(cluster: TestCluster, from: number): Promise<AuditedRequest[]> {
  const end = await auditPosition(cluster);
  using file = await Deno.open(cluster.auditLog);
  await file.seek(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(await new Response(file.readable).arrayBuffer()).subarray(0, end - from);
  return new TextDecoder().decode(bytes).split("\n").filter((line) => line !== "").map((line) => {
    const event = JSON.parse(line) as Omit<AuditedRequest, "code"> & { responseStatus?: { code?: number } };
    return { ...event, code: event.responseStatus?.code ?? 0 };
  });
}

/** Removes the volumes that a test made, and waits until they are gone; they belong to no namespace. */
export async function removeVolumes(cluster: TestCluster): Promise<void> {
  const { api, prefix } = cluster;
  const volumes = "/api/v1/persistentvolumes";
  const made = (await seenObjects(cluster, volumes)).map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith(prefix) || name === "traefik-acme");
  const paths = [
    // Traefik's own is the cluster's, and a stack with other decisions wants it elsewhere.
    "/api/v1/namespaces/kube-system/persistentvolumeclaims/traefik-acme",
    ...made.map((name) => `${volumes}/${name}`),
  ];
  for (const path of paths) await api.request("DELETE", path);
  for (const path of paths.filter((path) => path.endsWith("/traefik-acme"))) {
    await waitFor(30_000, async () => (await api.request("GET", path)).status === 404 || undefined);
  }
}
