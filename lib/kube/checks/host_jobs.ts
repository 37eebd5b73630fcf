/** Jobs of the host that reach into containers: they break, or go blind, when the container leaves Docker. */
import type { Project } from "../../../compose/project.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { servicesByDnsName } from "../network/dns_names.ts";

/** A crontab, a unit or a script of the machine. */
export interface HostFile {
  readonly path: string;
  readonly text: string;
}

const COMMAND =
  /\b(docker|docker-compose|docker compose|podman)\b[^\n;|&]*?\b(exec|run|restart|logs|cp|stop|kill)\b((?:\s+-{1,2}[\w-]+(?:[= ][^\s-][^\s]*)?)*)\s+([\w.-]+)/g;

/** One finding for each line that runs something in a container of the project. */
export function checkHostJobs(project: Project, files: readonly HostFile[]): Diagnostic[] {
  const owners = servicesByDnsName(project);
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index): Diagnostic[] => {
      if (/^\s*#/.test(line)) return [];
      return [...line.matchAll(COMMAND)].flatMap((match): Diagnostic[] => {
        const names = [match[4] ?? "", ...(match[3] ?? "").split(/\s+/)];
        const service = names.map((name) => owners.get(name)).find((owner) => owner !== undefined);
        if (service === undefined) return [];
        return [{
          code: "kube-host-job",
          severity: "warning",
          message: `A job of the host runs "${match[1]} ${
            match[2]
          }" in service "${service}", which leaves Docker`,
          span: { file: path, line: index + 1, column: match.index + 1 },
          hint: `Use kubectl ${match[2] === "run" ? "create job" : match[2]} there, or make a CronJob of it`,
        }];
      });
    })
  );
}
