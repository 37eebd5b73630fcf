/** Decides which cluster a command talks to, says so, and asks before it writes to a real one. */
import { diagnoseRequest } from "../cluster/api_error.ts";
import { ClusterClient } from "../cluster/client.ts";
import type { Connection } from "../cluster/connection.ts";
import { findCluster } from "../cluster/kubeconfig.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { fold } from "../report/fold.ts";
import type { ClusterOptions, OutputOptions } from "./options.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";

/** A connected cluster, and whether it is the one this program started. */
export interface Target {
  readonly client: ClusterClient;
  readonly connection: Connection;
  readonly embedded: boolean;
}

/**
 * `--kubeconfig`/`--context`, else `KUBECONFIG`, else `~/.kube/config` or k3s's own file, else the embedded cluster,
 * which is started when `start` is set. Undefined where only the embedded cluster is left and may not be started.
 */
export async function findTarget(
  options: ClusterOptions & Pick<OutputOptions, "output">,
  surroundings: Surroundings,
  terminal: Terminal,
  start: boolean,
): Promise<Target | undefined> {
  const env = (name: string): string | undefined => surroundings.environment[name];
  if (options.embedded !== true) {
    const connection = await findCluster({
      ...(options.kubeconfig === undefined ? {} : { kubeconfig: absolute(options.kubeconfig, surroundings) }),
      ...(options.context === undefined ? {} : { context: options.context }),
      env,
      signal: surroundings.signal,
    });
    if (connection !== undefined) {
      if (connection.trustsOthers) {
        printDiagnostics([trustsOthers(connection.context)], { terminal, options });
      }
      return { client: new ClusterClient(connection), connection, embedded: false };
    }
  }
  const cluster = await surroundings.embedded();
  const status = await cluster.status();
  if (status.state !== "running" && !start) return undefined;
  const { kubeconfigPath = "" } = status.state === "running"
    ? status
    : await cluster.up((line) =>
      terminal.err(`${terminal.errIsTerminal ? fold(line, terminal.columns) : line}\n`)
    );
  const connection = await findCluster({ kubeconfig: kubeconfigPath, env });
  if (connection === undefined) {
    throw new Error(`The embedded cluster left no kubeconfig at ${kubeconfigPath}`);
  }
  return { client: new ClusterClient(connection), connection, embedded: true };
}

/** Said only of a kubeconfig that names an authority: without one the public ones are what counts. */
function trustsOthers(context: string): Diagnostic {
  return {
    code: "cluster-other-authorities",
    severity: "warning",
    message:
      `This run trusts not only the certificate authority of context "${context}" but public ones, too`,
    hint:
      "Deno read them to download packages or to ask the identity provider; run the same command again, and only " +
      "the kubeconfig's counts, unless it logs in by an auth-provider",
  };
}

/**
 * Works with the cluster that the flags mean and closes the connection after. An API server that cannot be reached or
 * does not let us in ends as a `Failure` with `ExitCode.cluster`, wherever in `work` it shows.
 */
export async function withTarget<T>(target: Target, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const access = diagnoseRequest(error, target.connection.server);
    throw access === undefined ? error : new Failure(ExitCode.cluster, [access]);
  } finally {
    target.client.close();
  }
}

/** One line that names the cluster, so that nobody writes to the wrong one unknowingly. */
export function describeTarget(target: Target, namespace: string): string {
  const { context, server } = target.connection;
  const what = target.embedded ? "the embedded cluster; its pods are simulated" : `context "${context}"`;
  return `Cluster: ${what} (${server}), namespace "${namespace}"`;
}

/**
 * Asks before a real cluster is written to. The embedded one needs no question.
 * Without `--yes` and without anybody to ask this is a `Failure` with `ExitCode.usage`.
 */
export function confirmTarget(target: Target, question: string, yes: boolean, terminal: Terminal): boolean {
  if (target.embedded || yes) return true;
  const answer = terminal.confirm(question);
  if (answer !== undefined) return answer;
  throw needsYes(target);
}

/** Says at once that nobody can answer, before the cluster is asked for anything. @throws Failure (2) */
export function refuseUnanswered(target: Target, yes: boolean, terminal: Terminal): void {
  if (!target.embedded && !yes && !terminal.canAsk) throw needsYes(target);
}

function needsYes({ connection }: Target): Failure {
  return new Failure(ExitCode.usage, [{
    code: "cli-needs-yes",
    severity: "error",
    message:
      `There is no terminal to confirm writing to context "${connection.context}" (${connection.server})`,
    hint: "Add --yes when this is the cluster you mean, or look first with --dry-run",
  }]);
}

function absolute(file: string, surroundings: Surroundings): string {
  return file.startsWith("/") ? file : `${surroundings.directory}/${file}`;
}
