/** The embedded cluster: a real Kubernetes control plane on this machine, whose pods are simulated. */
import { ExitCode } from "../diagnostics/exit_code.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { COMPONENTS } from "./components.ts";
import { kubeconfigPath } from "./credentials.ts";
import { listDaemons, stopDaemons } from "./daemon.ts";
import { withFileLock } from "./file_lock.ts";
import {
  clusterLayout,
  type ClusterOptions,
  clusterOptions,
  LAYOUT_NAMES,
  LAYOUT_VERSION,
} from "./layout.ts";
import { rememberedPort } from "./port.ts";
import { startCluster } from "./start.ts";
import { exists } from "../files/exists.ts";

/** Takes one line for people at a time. */
export type Report = (line: string) => void;

/** What `cluster status` shows. */
export interface ClusterStatus {
  readonly state: "running" | "stopped" | "absent";
  readonly server?: string;
  readonly kubeconfigPath?: string;
  readonly processes: readonly { readonly name: string; readonly pid: number; readonly running: boolean }[];
}

/** One cluster, named by its folder. Every method may be called from several processes at once. */
export interface EmbeddedCluster {
  /**
   * Starts what does not run and waits until a pod can run. What the cluster held before is there again.
   *
   * @throws Failure when a program cannot be built, or a process does not come up.
   */
  up(report: Report): Promise<{ readonly kubeconfigPath: string }>;
  status(): Promise<ClusterStatus>;
  /** Stops all processes and keeps what the cluster holds. */
  down(report: Report): Promise<void>;
  /** Stops all processes and removes what the cluster holds. */
  reset(report: Report): Promise<void>;
}

/** Milliseconds that a process has to end by itself. */
const GRACE_MS = 8_000;

/** The cluster that the environment names; see {@link clusterOptions}. */
export function embeddedCluster(env: Record<string, string>): EmbeddedCluster {
  return clusterWith(clusterOptions(env), env);
}

/** A cluster with options of its own, as tests need it. */
export function clusterWith(options: ClusterOptions, env: Readonly<Record<string, string>>): EmbeddedCluster {
  const layout = clusterLayout(options.directory);
  const locked = <T>(report: Report, work: () => Promise<T>): Promise<T> =>
    withFileLock(
      layout.lock,
      (holder) => report(`Waiting for ${holder}, which uses the embedded cluster`),
      work,
    );
  const stop = (): Promise<void> => stopDaemons(layout.processes, COMPONENTS.toReversed(), GRACE_MS);
  return {
    up: (report) =>
      locked(report, async () => {
        await claimDirectory(options.directory, layout.version);
        await startCluster(options, layout, env, stop, report);
        return { kubeconfigPath: kubeconfigPath(layout, "admin") };
      }),
    status: async () => {
      if (!await exists(layout.tokens)) return { state: "absent", processes: [] };
      const processes = (await listDaemons(layout.processes)).map(({ name, pid, running }) => ({
        name,
        pid,
        running,
      }));
      const port = await rememberedPort(layout);
      const expected = COMPONENTS.length - (options.simulatedNode ? 0 : 1);
      const running = processes.filter((process) => process.running).length === expected;
      if (!running || port === undefined) return { state: "stopped", processes };
      return {
        state: "running",
        server: `https://127.0.0.1:${port}`,
        kubeconfigPath: kubeconfigPath(layout, "admin"),
        processes,
      };
    },
    down: (report) =>
      locked(report, async () => {
        const running = (await listDaemons(layout.processes)).some((process) => process.running);
        await stop();
        report(
          running
            ? "The embedded cluster is stopped; its contents are kept"
            : "The embedded cluster does not run",
        );
      }),
    reset: (report) =>
      locked(report, async () => {
        await stop();
        await removeContents(options.directory, layout.version);
        report('The embedded cluster is gone with all it held; the next "up" makes a new one');
      }),
  };
}

/** Marks a folder as ours. @throws Failure when it belongs to something else, or to another version. */
async function claimDirectory(directory: string, versionFile: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const version = await readVersion(versionFile);
  if (version === LAYOUT_VERSION) return;
  if (version !== undefined) {
    throw refuse(
      "cluster-other-version",
      `Cannot use the embedded cluster in "${directory}" as another version of this tool made it`,
      'run "deno task cluster reset" to remove it with all it holds, then start it again',
    );
  }
  for await (const entry of Deno.readDir(directory)) {
    throw refuse(
      "cluster-foreign-directory",
      `Cannot keep the embedded cluster in "${directory}" as it holds other files: "${entry.name}"`,
      "set COMPOSE_FERRY_CLUSTER to a folder that is empty or does not exist",
    );
  }
  await Deno.writeTextFile(versionFile, LAYOUT_VERSION);
}

/** Removes what a cluster wrote, and never anything else; the mark goes last, so that a second try is possible. */
async function removeContents(directory: string, versionFile: string): Promise<void> {
  if (await readVersion(versionFile) === undefined) return;
  for (const name of LAYOUT_NAMES) {
    await Deno.remove(`${directory}/${name}`, { recursive: true }).catch(ignoreNotFound);
  }
}

async function readVersion(versionFile: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(versionFile)).trim();
  } catch (error) {
    ignoreNotFound(error);
    return undefined;
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function refuse(code: string, message: string, hint: string): Failure {
  return new Failure(ExitCode.cluster, [{ code, severity: "error", message, hint }]);
}
