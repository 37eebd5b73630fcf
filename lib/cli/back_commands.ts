/** `rollback`, `prune`, `unlock`: what goes back or cleans up. None of them touches data. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { unlock as unlockRun } from "../run/lock.ts";
import { findRecord } from "../run/prepare.ts";
import { findOrphans, prune as pruneOrphans } from "../run/prune.ts";
import { rollback as rollbackTo, rollbackSteps } from "../run/rollback.ts";
import { loadState } from "../run/session.ts";
import type { Target as RecordTarget } from "../run/target.ts";
import type { InventoryEntry } from "../run/state.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { confirmWrite, follow, withWriteSession, type WriteSession } from "./write_session.ts";
import type { CommandOptions } from "./command.ts";
import { nothingRecorded } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { plural } from "../diagnostics/plural.ts";

const ADOPTED = "it was there before and was taken over";

/** Stops and removes workloads and routes of the migrations after `--to`, newest first. */
export function rollback(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withWriteSession(options, surroundings, async (session) => {
    const to = String(options["to"]);
    const state = await loadState(await recordOf(session));
    const steps = rollbackSteps(session.plan, state, to);
    for (const { id, removed, kept } of steps) {
      session.terminal.err(
        `${id}: ${removed.length === 0 ? "nothing to remove" : removed.map(nameOf).join(", ")}\n`,
      );
      for (const entry of kept) session.terminal.err(`${id}: keep ${nameOf(entry)}, ${ADOPTED}\n`);
    }
    if (options["dryRun"] === true) return preview(session, { rollback: steps });
    const count = steps.reduce((sum, { removed }) => sum + removed.length, 0);
    const question = `Remove ${plural(count, "object")} of ${plural(steps.length, "migration")}? Data stays.`;
    if (steps.length > 0 && !confirmWrite(session, question)) return ExitCode.ok;
    return await follow(session, rollbackTo(session.plan, { ...session.writer, to }));
  });
}

/** Removes objects that the stack no longer has. */
export function prune(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withWriteSession(options, surroundings, async (session) => {
    const state = await loadState(await recordOf(session));
    const { removable, data, adopted } = findOrphans(session.plan, state);
    for (const { id, entry } of removable) session.terminal.err(`${id}: remove ${nameOf(entry)}\n`);
    for (const { id, entry } of data) session.terminal.err(`${id}: keep ${nameOf(entry)}, it is data\n`);
    for (const { id, entry } of adopted) session.terminal.err(`${id}: keep ${nameOf(entry)}, ${ADOPTED}\n`);
    if (options["dryRun"] === true) return preview(session, { remove: removable, keep: data, adopted });
    const question = `Remove ${plural(removable.length, "object")}? Data stays.`;
    if (removable.length > 0 && !confirmWrite(session, question)) return ExitCode.ok;
    return await follow(session, pruneOrphans(session.plan, session.writer));
  });
}

/** Takes the lock away from a run that its operator knows to be gone. */
export function unlock(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withWriteSession(options, surroundings, async (session) => {
    const run = String(options["run"]);
    if (!confirmWrite(session, `Take the lock from run "${run}"? It writes nothing any more from then on.`)) {
      return ExitCode.ok;
    }
    if (await unlockRun(await recordOf(session), run)) {
      session.terminal.err("The lock is free.\nNext: deno task migrate\n");
      return preview(session, { unlocked: run });
    }
    throw new Failure(ExitCode.locked, [{
      code: "cli-lock-of-another",
      severity: "error",
      message: `Run "${run}" does not hold the lock`,
      hint: "deno task status names the run that does",
    }]);
  });
}

/** What the lines on standard error say, as data where that is asked for. */
function preview({ terminal, options }: WriteSession, result: Readonly<Record<string, unknown>>): number {
  if (options.output === "json") terminal.out(`${JSON.stringify({ schemaVersion: 1, ...result })}\n`);
  return ExitCode.ok;
}

async function recordOf({ target, namespace }: WriteSession): Promise<RecordTarget> {
  const record = await findRecord(target.client, namespace);
  if (record !== undefined) return record;
  throw new Failure(ExitCode.usage, [nothingRecorded(namespace)]);
}

function nameOf({ kind, name }: InventoryEntry): string {
  return `${kind} ${name}`;
}
