/** `migrate` and `redo`: from the stack to the cluster, or with `--dry-run` what that would change. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { plural } from "../report/diagnostic_text.ts";
import { execute } from "../run/execute.ts";
import { findTarget, prepareTarget } from "../run/prepare.ts";
import { missingRights } from "../run/rbac.ts";
import type { Target } from "../run/session.ts";
import { keyText } from "./digest_key.ts";
import { refuseInUse } from "./docker_in_use.ts";
import { ExitCode } from "./exit_code.ts";
import { confirmMove, follow, type Move, withMove } from "./move.ts";
import type { CommandOptions, Run } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";

/** Applies the pending migrations. */
export function migrate(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withMove(options, surroundings, async (move) => {
    if (options["dryRun"] !== true) return await run(move);
    const { dryRun } = await import("./dry_run_command.ts");
    return await dryRun(move);
  });
}

/** Applies one migration again although it is applied, Jobs included. */
export function redo(migration: string): Run {
  return (options, surroundings) =>
    withMove(options, surroundings, (move) => run(move, { redo: migration, to: migration }));
}

async function run(move: Move, selection: { redo?: string; to?: string } = {}): Promise<number> {
  const { options, gathered, namespace, plan, writer } = move;
  const to = selection.to ?? options["to"];
  const question = `Apply ${plural(plan.migrations.length, "migration")} to namespace "${namespace}"?`;
  if (!confirmMove(move, question)) return ExitCode.ok;
  await refuseInUse(move, { to: typeof to === "string" ? to : undefined, redo: selection.redo });
  const prepared = await firstTarget(move);
  const keyed = gathered.planFor(keyText(prepared.key)) ?? plan;
  const events = execute(keyed, {
    ...writer,
    ...(typeof to === "string" ? { to } : {}),
    frozen: options["frozen"] === true,
    adopt: options["adopt"] === true,
    ...selection,
  });
  return await follow(move, events);
}

/** The target, made where no run was there yet: after its rights were asked for, as that is the first write. */
async function firstTarget({ target: { client }, namespace, plan, surroundings }: Move): Promise<Target> {
  const found = await findTarget(client, namespace);
  if (found !== undefined) return found;
  const missing = await missingRights(client, plan, namespace);
  if (missing.length > 0) throw new Failure(ExitCode.cluster, missing);
  return await prepareTarget(client, namespace, plan, surroundings.signal);
}
