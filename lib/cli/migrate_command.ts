/** `migrate` and `redo`: from the stack to the cluster, or with `--dry-run` what that would change. */
import { plural } from "../report/diagnostic_text.ts";
import { execute } from "../run/execute.ts";
import { keyText } from "./digest_key.ts";
import { guardOfMove, refuseInUse } from "./docker_in_use.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { confirmMove, follow, type Move, withMove } from "./move.ts";
import type { CommandOptions, Run } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";

/** Applies the pending migrations. */
export function migrate(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withMove(options, surroundings, async (move) => {
    if (options["dryRun"] !== true) return await run(move);
    const { dryRun } = await import("./dry_run_command.ts");
    return await dryRun(move);
  }, { asks: options["dryRun"] !== true });
}

/** Applies one migration again although it is applied, Jobs included. */
export function redo(migration: string): Run {
  return (options, surroundings) =>
    withMove(options, surroundings, (move) => run(move, { redo: migration, to: migration }), { asks: true });
}

async function run(move: Move, selection: { redo?: string; to?: string } = {}): Promise<number> {
  const { options, gathered, namespace, plan, writer } = move;
  const to = selection.to ?? options["to"];
  const question = `Apply ${plural(plan.migrations.length, "migration")} to namespace "${namespace}"?`;
  if (!confirmMove(move, question)) return ExitCode.ok;
  await refuseInUse(move, { to: typeof to === "string" ? to : undefined, redo: selection.redo });
  const events = execute(plan, {
    ...writer,
    planFor: (key) => gathered.planFor(keyText(key)) ?? plan,
    ...(typeof to === "string" ? { to } : {}),
    frozen: options["frozen"] === true,
    adopt: options["adopt"] === true,
    startGuard: guardOfMove(move),
    ...selection,
  });
  return await follow(move, events);
}
