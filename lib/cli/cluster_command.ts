/** `cluster up | status | down | reset | kubeconfig`: the embedded cluster by hand. */
import { tableLines } from "../report/table.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { Run } from "./command.ts";
import type { EmbeddedCluster } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";

export type ClusterVerb = "up" | "status" | "down" | "reset" | "kubeconfig";

/** The command for one verb. */
export function cluster(verb: ClusterVerb): Run {
  return async (options, surroundings) => {
    const terminal = surroundings.terminal(options.color === false);
    const embedded = await surroundings.embedded();
    const report = (line: string): void => terminal.err(`${line}\n`);
    const json = options.output === "json";
    if (verb === "kubeconfig") return await printKubeconfig(embedded, terminal, json);
    if (verb === "up") await embedded.up(report);
    if (verb === "down") await embedded.down(report);
    if (verb === "reset") await embedded.reset(report);
    if (verb === "status" || json) return await printStatus(embedded, terminal, json);
    if (verb === "up") {
      report('Next: deno task migrate, or kubectl --kubeconfig "$(deno task cluster kubeconfig)"');
    }
    return ExitCode.ok;
  };
}

async function printKubeconfig(
  embedded: EmbeddedCluster,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const { kubeconfigPath } = await embedded.status();
  if (kubeconfigPath === undefined) {
    throw new Failure(ExitCode.cluster, [{
      code: "cli-cluster-absent",
      severity: "error",
      message: "There is no embedded cluster yet",
      hint: "Start it with: deno task cluster up",
    }]);
  }
  terminal.out(
    json ? `${JSON.stringify({ schemaVersion: 1, kubeconfig: kubeconfigPath })}\n` : `${kubeconfigPath}\n`,
  );
  return ExitCode.ok;
}

async function printStatus(embedded: EmbeddedCluster, terminal: Terminal, json: boolean): Promise<number> {
  const status = await embedded.status();
  if (json) {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, ...status })}\n`);
    return ExitCode.ok;
  }
  terminal.out(
    `Embedded cluster: ${status.state}${status.server === undefined ? "" : ` at ${status.server}`}\n`,
  );
  const rows = status.processes.map(({ name, pid, running }) => [
    `${running ? "✔" : "✗"} ${name}`,
    running ? `pid ${pid}` : "not running",
  ]);
  for (const line of tableLines(rows)) terminal.out(`  ${line}\n`);
  if (status.state === "running") {
    terminal.out("Its pods are simulated: they become ready, but run no program.\n");
  } else terminal.out("Start it with: deno task cluster up\n");
  return ExitCode.ok;
}
