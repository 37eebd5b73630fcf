/** Jobs of the host that reach into containers: they break, or go blind, when the container leaves Docker. */
import type { Project } from "../../../compose/project.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { servicesByDnsName } from "../../stack/network/dns_names.ts";
import { type HostFile, type Line, linesOf, timeOf } from "./host_file.ts";
import { type HostCommand, isDecided, readyLine } from "./ready_line.ts";

const COMMAND =
  /\b(docker|docker-compose|docker compose|podman)\b[^\n;|&]*?\b(exec|run|restart|logs|cp|stop|kill)\b((?:\s+-{1,2}[\w-]+(?:[= ][^\s-][^\s]*)?)*)\s+([\w.-]+)/g;

/** One finding for each line that runs something in a container of the project and is not decided yet. */
export function checkHostJobs(
  project: Project,
  decisions: Decisions,
  files: readonly HostFile[],
): Diagnostic[] {
  const owners = servicesByDnsName(project);
  return files.flatMap((file) =>
    linesOf(file).flatMap((line) =>
      [...line.text.matchAll(COMMAND)].flatMap((match): Diagnostic[] => {
        const names = [match[4] ?? "", ...(match[3] ?? "").split(/\s+/)];
        const name = names.find((name) => owners.has(name));
        const service = owners.get(name ?? "");
        if (name === undefined || service === undefined) return [];
        const text = line.text.slice(line.text.indexOf(` ${name}`, match.index) + name.length + 1);
        const command: HostCommand = { service, verb: match[2] ?? "", text };
        return finding(decisions, files, file, line, command, match);
      })
    )
  );
}

function finding(
  decisions: Decisions,
  files: readonly HostFile[],
  file: HostFile,
  line: Line,
  command: HostCommand,
  match: RegExpMatchArray,
): Diagnostic[] {
  const time = timeOf(file, line, files);
  if (isDecided(decisions, command, time)) return [];
  const { path, calledBy } = file;
  return [{
    code: "kube-host-job",
    severity: "warning",
    message: `A job of the host runs "${
      match[1]
    } ${command.verb}" in service "${command.service}", which leaves Docker`,
    span: { file: path, line: line.number, column: (match.index ?? 0) + 1 },
    hint: readyLine(decisions, command, time),
    ...(calledBy === undefined ? {} : {
      related: [{
        message: "it is called here",
        span: { file: calledBy.path, line: calledBy.line, column: 1 },
      }],
    }),
  }];
}
