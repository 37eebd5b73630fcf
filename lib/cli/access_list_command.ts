/** `access list`: who may do what, by the decisions and in the cluster. */
import { renderAccess } from "../report/access_table.ts";
import { compareAccess, readPeople } from "../run/people.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { CommandOptions } from "./command.ts";
import { onCluster } from "./next_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { withReadSession } from "./read_session.ts";

/** Prints people and groups with their states; writes nothing. */
export function list(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withReadSession(options, surroundings, async ({ terminal, target, namespace, access }) => {
    const rows = compareAccess(namespace, access, await readPeople(target.client, namespace));
    if (options.output === "json") {
      const { context, server } = target.connection;
      const cluster = { context, server, namespace };
      terminal.out(`${JSON.stringify({ schemaVersion: 1, cluster, access: rows })}\n`);
    } else {terminal.out(renderAccess(rows, {
        colour: terminal.outColour,
        next: (command) => onCluster(command, options),
      }));}
    return ExitCode.ok;
  });
}
