/** `migrate` and `redo`: from the stack to the cluster, or with `--dry-run` what that would change. */
import { removeIdle } from "../run/living/idle.ts";
import { ifAllowed } from "../cluster/api_error.ts";
import { runPlan } from "../run/run_plan.ts";
import { showBackups } from "./backups_before.ts";
import { crossingOptions } from "./crossing_of.ts";
import { keyText } from "./digest_key.ts";
import { guardOfSession, refuseInUse } from "./docker_in_use.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { refOf } from "../migration/step.ts";
import { moveImagesFirst } from "./image_moves.ts";
import { confirmWrite, follow, withWriteSession, type WriteSession } from "./write_session.ts";
import { acceptNewVersion } from "./new_version.ts";
import { planOrigin } from "./plan_origin.ts";
import type { CommandOptions, Run } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";
import { refuseWithoutPage } from "./verify_files.ts";
import { plural } from "../diagnostics/plural.ts";

/** Applies the pending migrations. */
export function migrate(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  refuseWithoutPage(options);
  return withWriteSession(options, surroundings, async (session) => {
    if (options["dryRun"] === true) return await show(session);
    return await run(session);
  }, { asks: options["dryRun"] !== true });
}

/** Applies one migration again although it is applied, Jobs included. */
export function redo(migration: string): Run {
  const selection = { redo: migration, to: migration };
  return (options, surroundings) =>
    withWriteSession(options, surroundings, async (session) => {
      return await (options["dryRun"] === true ? show(session, selection) : run(session, selection));
    }, { asks: options["dryRun"] !== true });
}

async function show(session: WriteSession, selection: Selection = {}): Promise<number> {
  const { dryRun } = await import("./dry_run_command.ts");
  return await dryRun(session, selection);
}

interface Selection {
  readonly redo?: string;
  readonly to?: string;
}

async function run(session: WriteSession, selection: Selection = {}): Promise<number> {
  const { options, stack, namespace, plan, writer } = session;
  const to = selection.to ?? options["to"];
  const question = `Apply ${plural(plan.migrations.length, "migration")} to namespace "${namespace}"?`;
  await showBackups(session, { to: typeof to === "string" ? to : undefined, redo: selection.redo });
  if (!confirmWrite(session, question)) return ExitCode.ok;
  const given = {
    ...(typeof to === "string" ? { to } : {}),
    ...selection,
    adopt: options["adopt"] === true,
    origin: await planOrigin(stack, options, session.surroundings),
  };
  const acceptance = await acceptNewVersion(session, given);
  if (acceptance === "declined") {
    session.terminal.err("Nothing was changed.\n");
    return ExitCode.ok;
  }
  // The old stack serves meanwhile: what is there is not waited for once it has stopped.
  if (!await moveImagesFirst(session)) return ExitCode.failed;
  await refuseInUse(session, { to: typeof to === "string" ? to : undefined, redo: selection.redo });
  const events = runPlan(plan, {
    ...writer,
    planFor: (key) => stack.planFor(keyText(key)) ?? plan,
    ...given,
    frozen: options["frozen"] === true,
    acceptNewVersion: acceptance === "accepted",
    startGuard: guardOfSession(session),
    crossing: crossingOptions(session),
  });
  const code = await follow(session, events);
  if (code === ExitCode.ok) await removeIdleStandIns(session);
  return code;
}

/** With the last caller that was left behind goes what it called. */
async function removeIdleStandIns(
  { stack, surroundings, terminal, target: { client } }: WriteSession,
): Promise<void> {
  const { project, decisions, conversion } = stack;
  if (project === undefined || decisions.engine === "none") return;
  const front = await Promise.all(
    (conversion?.front ?? []).map(({ object }) => ifAllowed(client.get(refOf(object)))),
  );
  const isFrontOpen = !front.includes(undefined);
  for (const name of await removeIdle(surroundings.environment, project.name, isFrontOpen)) {
    terminal.err(`${name} is removed: no container is left that could call it\n`);
  }
}
