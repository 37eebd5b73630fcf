/** Brings the embedded cluster's processes up, and waits until they work together. */
import { join } from "node:path";
import { stringify } from "yaml";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { type ApiClient, apiClient } from "./api_client.ts";
import { buildTools } from "./build.ts";
import { components, ETCD_SOCKET } from "./components.ts";
import { ensureCredentials, readAuthority, writeKubeconfigs } from "./credentials.ts";
import { type Daemon, type DaemonState, listDaemons, startDaemon } from "./daemon.ts";
import type { ClusterLayout, ClusterOptions } from "./layout.ts";
import { fetchManifests } from "./manifests.ts";
import { choosePort, rememberedPort } from "./port.ts";
import { probe } from "./probe.ts";
import { seed } from "./seed.ts";
import { CLUSTER_TOOLS } from "./tools.ts";
import { waitFor } from "./wait.ts";
import { exists } from "../files/exists.ts";

/** A process that is alive gets ready also where others take most of the processor; one that has ended is noticed at once. */
const READY_TIMEOUT_MS = 300_000;
const PROBE_TIMEOUT_MS = 180_000;

/** Milliseconds that one of the pods of {@link startSimulation} gets. */
const ATTEMPT_MS = 15_000;

/** The API server's certificate is valid for a year; a new one is made well before. */
const CERTIFICATE_DAYS = 300;

const SIMULATED =
  "Its API server, controllers and scheduler are real; its pods are simulated: no image is pulled, " +
  "nothing runs in them";

/**
 * Starts the cluster unless it runs as it should. Processes that run with another command line, or without the others,
 * are stopped first.
 *
 * @param stop ends all processes of this cluster.
 * @throws Failure when it does not come up; what was started is stopped again.
 */
export async function startCluster(
  options: ClusterOptions,
  layout: ClusterLayout,
  env: Readonly<Record<string, string>>,
  stop: () => Promise<void>,
  report: (line: string) => void,
): Promise<void> {
  const programs = await buildTools(CLUSTER_TOOLS, report, env);
  const manifests = await fetchManifests(report, env);
  const planned = (port: number): readonly Daemon[] =>
    components({ layout, options, programs, manifests, port });
  const running = await rememberedPort(layout);
  if (running !== undefined && runsAsPlanned(await listDaemons(layout.processes), planned(running))) {
    report(`The embedded cluster runs at ${serverAt(running)}. ${SIMULATED}`);
    return;
  }
  await stop();
  const started = performance.now();
  await prepare(layout);
  const port = await choosePort(layout, report);
  report("Starting the embedded cluster");
  try {
    const [real, simulated] = [planned(port).filter(isReal), planned(port).filter((one) => !isReal(one))];
    using api = await startProcesses(real, layout, serverAt(port));
    await seed(api, layout, options, manifests);
    // KWOK ends where a kind that it shall simulate is not served yet.
    for (const daemon of simulated) await startSimulation(daemon, layout, api);
  } catch (error) {
    await stop();
    throw error;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  report(`The embedded cluster runs at ${serverAt(port)} after ${seconds} s. ${SIMULATED}`);
}

function isReal({ name }: Daemon): boolean {
  return name !== "kwok";
}

function serverAt(port: number): string {
  return `https://127.0.0.1:${port}`;
}

function runsAsPlanned(states: readonly DaemonState[], planned: readonly Daemon[]): boolean {
  return planned.every((daemon) => {
    const state = states.find(({ name }) => name === daemon.name);
    return state?.running === true && state.command === [daemon.program, ...daemon.args].join("\n");
  });
}

async function prepare(layout: ClusterLayout): Promise<void> {
  for (const directory of [layout.certificates, layout.etcd, layout.logs, layout.processes]) {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  }
  await removeOldCertificate(layout);
  await ensureCredentials(layout);
  await Deno.writeTextFile(layout.auditPolicy, stringify(AUDIT_POLICY));
}

async function removeOldCertificate(layout: ClusterLayout): Promise<void> {
  const file = join(layout.certificates, "apiserver.crt");
  const made = (await Deno.stat(file).catch(() => undefined))?.mtime;
  if (!made || Date.now() - made.getTime() < CERTIFICATE_DAYS * 86_400_000) return;
  await Deno.remove(layout.certificates, { recursive: true });
  await Deno.mkdir(layout.certificates, { mode: 0o700 });
}

/** Bodies of writes, for oracles that ask what was sent and how often; never a Secret's. */
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "Metadata", resources: [{ group: "", resources: ["secrets", "serviceaccounts/token"] }] },
    { level: "Request", verbs: ["create", "update", "patch", "delete", "deletecollection"] },
    { level: "Metadata" },
  ],
};

/** etcd first, then the API server; everything else needs its certificate. @returns a client of the ready server. */
async function startProcesses(
  daemons: readonly Daemon[],
  layout: ClusterLayout,
  server: string,
): Promise<ApiClient> {
  const [etcd, apiServer, ...others] = daemons;
  if (etcd === undefined || apiServer === undefined) {
    throw new Error("Cannot start a cluster without processes");
  }
  await startDaemon(etcd, layout.processes);
  await waitWhileAlive(
    layout,
    etcd.name,
    async () => await exists(join(layout.etcd, ETCD_SOCKET)) || undefined,
  );
  await startDaemon(apiServer, layout.processes);
  await waitWhileAlive(layout, apiServer.name, async () => {
    return await hasAuthority(layout) || undefined;
  });
  await writeKubeconfigs(layout, server);
  const api = await apiClient(layout, server);
  await waitWhileAlive(layout, apiServer.name, async () => {
    const answer = await api.request("GET", "/readyz").catch(() => undefined);
    return answer?.status === 200 || undefined;
  });
  // A new KWOK would wait until the leases of the one before have run out. No KWOK lives now; a kubelet makes its own again.
  await api.request("DELETE", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases");
  for (const daemon of others) await startDaemon(daemon, layout.processes);
  return api;
}

/**
 * Starts KWOK and waits until it makes a pod run. Version 0.8.0 ends now and then while it starts (its workers write one
 * map at once), and misses a pod that is scheduled in the moment in which it takes the node over; so it is started again
 * when it ended, and asked with a new pod until the time is over.
 */
async function startSimulation(daemon: Daemon, layout: ClusterLayout, api: ApiClient): Promise<void> {
  const deadline = performance.now() + PROBE_TIMEOUT_MS;
  do {
    if (!await isAlive(layout, daemon.name)) await startDaemon(daemon, layout.processes);
    if (await probe(api, ATTEMPT_MS)) return;
  } while (performance.now() < deadline);
  throw await didNotStart(layout, "a pod did not run in time");
}

async function isAlive(layout: ClusterLayout, name: string): Promise<boolean> {
  return (await listDaemons(layout.processes)).some((state) => state.name === name && state.running);
}

async function waitWhileAlive(
  layout: ClusterLayout,
  name: string,
  ask: () => Promise<boolean | undefined>,
): Promise<void> {
  const answer = await waitFor(READY_TIMEOUT_MS, async () => {
    return await isAlive(layout, name) ? await ask() : false;
  });
  if (answer !== true) {
    throw await didNotStart(layout, `"${name}" ${answer === false ? "ended" : "is not ready in time"}`);
  }
}

/** Names the log that says why, with its last lines. */
async function didNotStart(layout: ClusterLayout, what: string): Promise<Failure> {
  const ended = (await listDaemons(layout.processes)).find((daemon) => !daemon.running);
  const log = join(layout.logs, `${ended?.name ?? "kube-apiserver"}.log`);
  const tail = (await Deno.readTextFile(log).catch(() => "")).trimEnd().split("\n").slice(-5).join("\n  ");
  return new Failure(ExitCode.cluster, [{
    code: "cluster-not-started",
    severity: "error",
    message: `Cannot start the embedded cluster: ${what}; the end of "${log}" is\n  ${tail}`,
    hint:
      'run the command again; when it stays so, "deno task cluster reset" makes a new one and loses what it holds',
  }]);
}

/** Whether the API server has written its certificate to the end: a client that reads half of it trusts nobody. */
async function hasAuthority(layout: ClusterLayout): Promise<boolean> {
  const pem = await readAuthority(layout).catch(() => "");
  return pem.trimEnd().endsWith("-----END CERTIFICATE-----");
}
