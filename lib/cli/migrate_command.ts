/** `migrate` and `redo`: from the stack to the cluster, or with `--dry-run` what that would change. */
import { runPlan } from "../run/run_plan.ts";
import { keyText } from "./digest_key.ts";
import { guardOfSession, refuseInUse } from "./docker_in_use.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { confirmWrite, follow, withWriteSession, type WriteSession } from "./write_session.ts";
import type { CommandOptions, Run } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";
import { plural } from "../diagnostics/plural.ts";

/** Applies the pending migrations. */
export function migrate(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withWriteSession(options, surroundings, async (session) => {
    if (options["dryRun"] !== true) return await run(session);
    const { dryRun } = await import("./dry_run_command.ts");
    return await dryRun(session);
  }, { asks: options["dryRun"] !== true });
}

/** Applies one migration again although it is applied, Jobs included. */
export function redo(migration: string): Run {
  return (options, surroundings) =>
    withWriteSession(options, surroundings, (session) => run(session, { redo: migration, to: migration }), {
      asks: true,
    });
}

async function run(session: WriteSession, selection: { redo?: string; to?: string } = {}): Promise<number> {
  const { options, stack, namespace, plan, writer } = session;
  const to = selection.to ?? options["to"];
  const question = `Apply ${plural(plan.migrations.length, "migration")} to namespace "${namespace}"?`;
  if (!confirmWrite(session, question)) return ExitCode.ok;
  await refuseInUse(session, { to: typeof to === "string" ? to : undefined, redo: selection.redo });
  const events = runPlan(plan, {
    ...writer,
    planFor: (key) => stack.planFor(keyText(key)) ?? plan,
    ...(typeof to === "string" ? { to } : {}),
    frozen: options["frozen"] === true,
    adopt: options["adopt"] === true,
    startGuard: guardOfSession(session),
    ...selection,
  });
  return await follow(session, events);
}
