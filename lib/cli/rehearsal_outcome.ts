/** What came of a rehearsal: printed, and written down beside the stack. */
import { join } from "node:path";
import type { ClusterClient } from "../cluster/client.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { Engine } from "../docker/engine.ts";
import type { CopiedServices } from "../rehearsal/copied_services.ts";
import { type Figures, writeFigures } from "../rehearsal/figures.ts";
import { renderRehearsal } from "../report/rehearsal_text.ts";
import { field } from "../values/json.ts";
import type { CommandOptions } from "./command.ts";
import type { Rehearsed } from "./rehearsed_moves.ts";
import { rehearsedServices, serviceFigures } from "./rehearsed_services.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";

/** What came of it, and where. */
interface Outcome {
  /** Of the stack, where the figures are kept. */
  readonly directory: string;
  /** Of the stack, not of its copy. */
  readonly project: string;
  readonly engine: Engine;
  readonly client: ClusterClient;
  readonly rehearsed: Rehearsed;
  readonly services: CopiedServices;
}

interface Told {
  readonly terminal: Terminal;
  readonly options: CommandOptions;
  readonly surroundings: Surroundings;
}

/** Ends with `ExitCode.failed` where a service did not move or did not come back. */
export async function concludeRehearsal(
  outcome: Outcome,
  { terminal, options, surroundings }: Told,
): Promise<number> {
  const { directory, project, rehearsed, services: { kept, leftOut } } = outcome;
  const services = rehearsedServices(rehearsed, kept);
  const figures: Figures = {
    date: surroundings.now().toISOString(),
    project,
    versions: await versionsOf(surroundings, outcome),
    services: serviceFigures(services),
    problems: Object.fromEntries(
      services.flatMap(({ service, problem }) => problem === undefined ? [] : [[service, problem]]),
    ),
    leftOut,
  };
  const hasMoved = Object.keys(figures.services).length > 0;
  // One that showed nothing leaves what an earlier one has shown.
  const file = hasMoved ? await writeFigures(directory, figures) : undefined;
  if (options.output === "json") {
    terminal.out(
      `${JSON.stringify({ schemaVersion: 1, type: "rehearsal", ...figures, requests: services })}\n`,
    );
  } else terminal.out(renderRehearsal(services, leftOut));
  if (file !== undefined) {
    terminal.err(`Written to ${file}; migrate --cross --dry-run shows it in place of estimates\n`);
  }
  const isSound = hasMoved && rehearsed.there.isDone && rehearsed.back?.isDone === true &&
    services.every(({ problem }) => problem === undefined);
  return isSound ? ExitCode.ok : ExitCode.failed;
}

async function versionsOf(
  { home }: Surroundings,
  { engine, client }: Outcome,
): Promise<Figures["versions"]> {
  const own = await Deno.readTextFile(join(home, "deno.json")).then(JSON.parse).catch(() => undefined);
  return {
    "compose-ferry": String(field(own, "version") ?? "unknown"),
    engine: String(field(await engine.json("/version"), "Version") ?? "unknown"),
    kubernetes: `1.${await client.minorVersion()}`,
  };
}
