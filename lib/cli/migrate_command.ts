/** `migrate` and `redo`: from the stack to the cluster, or with `--dry-run` what that would change. */
import { plural } from "../report/diagnostic_text.ts";
import { execute } from "../run/execute.ts";
import { keyText } from "./digest_key.ts";
import { guardOfMove, refuseInUse } from "./docker_in_use.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { confirmMove, follow, type Move, withMove } from "./move.ts";
import { acceptNewVersion } from "./new_version.ts";
import { planOrigin } from "./plan_origin.ts";
import type { CommandOptions, Run } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";

/** Applies the pending migrations. */
export function migrate(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withMove(options, surroundings, async (move) => {
    if (options["dryRun"] === true) return await show(move);
    return await run(move);
  }, { asks: options["dryRun"] !== true });
}

/** Applies one migration again although it is applied, Jobs included. */
export function redo(migration: string): Run {
  const selection = { redo: migration, to: migration };
  return (options, surroundings) =>
    withMove(options, surroundings, async (move) => {
      return await (options["dryRun"] === true ? show(move, selection) : run(move, selection));
    }, { asks: options["dryRun"] !== true });
}

async function show(move: Move, selection: Selection = {}): Promise<number> {
  const { dryRun } = await import("./dry_run_command.ts");
  return await dryRun(move, selection);
}

interface Selection {
  readonly redo?: string;
  readonly to?: string;
}

async function run(move: Move, selection: Selection = {}): Promise<number> {
  const { options, gathered, namespace, plan, writer } = move;
  const to = selection.to ?? options["to"];
  const question = `Apply ${plural(plan.migrations.length, "migration")} to namespace "${namespace}"?`;
  if (!confirmMove(move, question)) return ExitCode.ok;
  const given = {
    ...(typeof to === "string" ? { to } : {}),
    ...selection,
    adopt: options["adopt"] === true,
    origin: await planOrigin(gathered, options, move.surroundings),
  };
  const acceptance = await acceptNewVersion(move, given);
  if (acceptance === "declined") {
    move.terminal.err("Nothing was changed.\n");
    return ExitCode.ok;
  }
  await refuseInUse(move, { to: typeof to === "string" ? to : undefined, redo: selection.redo });
  const events = execute(plan, {
    ...writer,
    planFor: (key) => gathered.planFor(keyText(key)) ?? plan,
    ...given,
    frozen: options["frozen"] === true,
    acceptNewVersion: acceptance === "accepted",
    startGuard: guardOfMove(move),
  });
  return await follow(move, events);
}
