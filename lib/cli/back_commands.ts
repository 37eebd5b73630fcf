/** `rollback`, `prune`, `unlock`: what goes back or cleans up. None of them touches data. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { type ReturnOptions, returnServices } from "../run/return_services.ts";
import { crossingOptions } from "./crossing_of.ts";
import { guardOfSession } from "./docker_in_use.ts";
import { unlock as unlockRun } from "../run/lock.ts";
import { findRecord } from "../run/prepare.ts";
import { findOrphans, type Orphan, prune as pruneOrphans } from "../run/prune.ts";
import { readRemovals, type Removals } from "../run/removals.ts";
import { rollback as rollbackTo, rollbackSteps } from "../run/rollback.ts";
import { loadState } from "../run/session.ts";
import type { Target as RecordTarget } from "../run/target.ts";
import type { InventoryEntry } from "../run/state.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { confirmWrite, follow, withWriteSession, type WriteSession } from "./write_session.ts";
import type { CommandOptions } from "./command.ts";
import { onCluster } from "./next_command.ts";
import { nothingRecorded } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { plural } from "../diagnostics/plural.ts";

const ADOPTED = "it was there before and was taken over";

/** Stops and removes workloads and routes of the migrations after `--to`, newest first. */
export function rollback(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const services = options["service"];
  if (Array.isArray(services) === (options["to"] !== undefined)) {
    throw new Failure(ExitCode.usage, [whereTo()]);
  }
  if (Array.isArray(services)) return rollbackServices(services.map(String), options, surroundings);
  return withWriteSession(options, surroundings, async (session) => {
    const to = String(options["to"]);
    const state = await loadState(await recordOf(session));
    const planned = rollbackSteps(session.plan, state, to);
    const steps = await Promise.all(planned.map(async ({ id, title, removed, kept }) => {
      const orphans = (entries: readonly InventoryEntry[]): Orphan[] =>
        entries.map((entry) => ({ id, entry }));
      return { id, title, ...await removalsOf(session, orphans(removed), orphans(kept)) };
    }));
    for (const step of steps) {
      const names = step.removed.map(({ entry }) => nameOf(entry)).join(", ");
      session.terminal.err(`${step.id}: ${names || "nothing to remove"}\n`);
      sayStaying(session, step);
    }
    const refused = steps.flatMap((step) => step.refused);
    if (options["dryRun"] === true) {
      const told = steps.map(({ id, title, ...removals }) => ({
        id,
        title,
        removed: removals.removed.map(({ entry }) => entry),
        kept: removals.kept.map(({ entry }) => entry),
        refused: removals.refused.map(({ entry, why }) => ({ ...entry, why })),
      }));
      return preview(session, { rollback: told }, {
        command: `rollback --to ${shellWord(to)}`,
        isEmpty: steps.every(({ removed }) => removed.length === 0),
        fails: refused.length > 0,
      });
    }
    const count = steps.reduce((sum, { removed }) => sum + removed.length, 0);
    const question = `Remove ${plural(count, "object")} of ${plural(steps.length, "migration")}? Data stays.`;
    if (steps.length > 0 && !confirmWrite(session, question)) return ExitCode.ok;
    return await follow(session, rollbackTo(session.plan, { ...returning(session), to }));
  });
}

/** Takes services back to the containers that they came from. */
function rollbackServices(
  services: readonly string[],
  options: CommandOptions,
  surroundings: Surroundings,
): Promise<number> {
  return withWriteSession(options, surroundings, async (session) => {
    const names = services.map((name) => `"${name}"`).join(", ");
    if (options["dryRun"] === true) {
      const flags = services.map((name) => ` --service ${shellWord(name)}`).join("");
      return preview(session, { services }, { command: `rollback${flags}` });
    }
    const question = `Take ${names} back to their containers? Data stays, with what was written since.`;
    if (!confirmWrite(session, question)) return ExitCode.ok;
    return await follow(session, returnServices(session.plan, services, returning(session)));
  });
}

/** What every way back needs. */
function returning(session: WriteSession): ReturnOptions {
  const { writer } = session;
  return { ...writer, startGuard: guardOfSession(session), crossing: crossingOptions(session) };
}

function whereTo(): Diagnostic {
  return {
    code: "cli-where-to",
    severity: "error",
    message: "Give either --to or --service",
    hint: "Write for example rollback --to 070, or rollback --service db",
  };
}

/** Removes objects that the stack no longer has. */
export function prune(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withWriteSession(options, surroundings, async (session) => {
    const state = await loadState(await recordOf(session));
    const { removable, data, adopted } = findOrphans(session.plan, state);
    const removals = await removalsOf(session, removable, adopted);
    const { removed, kept, refused } = removals;
    for (const { id, entry } of removed) session.terminal.err(`${id}: remove ${nameOf(entry)}\n`);
    for (const { id, entry } of data) session.terminal.err(`${id}: keep ${nameOf(entry)}, it is data\n`);
    sayStaying(session, removals);
    if (options["dryRun"] === true) {
      return preview(session, { remove: removed, keep: data, adopted: kept, refused }, {
        command: "prune",
        isEmpty: removed.length === 0,
        fails: refused.length > 0,
      });
    }
    const question = `Remove ${plural(removed.length, "object")}? Data stays.`;
    if (removed.length > 0 && !confirmWrite(session, question)) return ExitCode.ok;
    return await follow(session, pruneOrphans(session.plan, session.writer));
  });
}

/** @param adopted what the record says was there before: it is not asked for */
async function removalsOf(
  { target, namespace }: WriteSession,
  removable: readonly Orphan[],
  adopted: readonly Orphan[],
): Promise<Removals<Orphan>> {
  const removals = await readRemovals(removable, { client: target.client, owner: namespace });
  return { ...removals, kept: [...adopted, ...removals.kept] };
}

/** What is to go and stays, and why. */
function sayStaying({ terminal }: WriteSession, { kept, refused }: Removals<Orphan>): void {
  for (const { id, entry } of kept) terminal.err(`${id}: keep ${nameOf(entry)}, ${ADOPTED}\n`);
  for (const { id, entry, why } of refused) terminal.err(`${id}: cannot remove ${nameOf(entry)}: ${why}\n`);
}

/** Takes the lock away from a run that its operator knows to be gone. */
export function unlock(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  return withWriteSession(options, surroundings, async (session) => {
    const run = String(options["run"]);
    if (!confirmWrite(session, `Release the lock of run "${run}"? It cannot write anything after that.`)) {
      return ExitCode.ok;
    }
    if (await unlockRun(await recordOf(session), run)) {
      session.terminal.err(`The lock is free.\nNext: ${onCluster("migrate", options)}\n`);
      if (options.output === "json") {
        session.terminal.out(`${JSON.stringify({ schemaVersion: 1, unlocked: run })}\n`);
      }
      return ExitCode.ok;
    }
    throw new Failure(ExitCode.locked, [{
      code: "cli-lock-of-another",
      severity: "error",
      message: `Run "${run}" does not hold the lock`,
      hint: `${onCluster("status", options)} names the run that does`,
    }]);
  });
}

/** What a preview comes to. */
interface Preview {
  /** The command that does it. */
  readonly command: string;
  readonly isEmpty?: boolean;
  /** The run itself would fail. */
  readonly fails?: boolean;
}

/** What the lines on standard error say, as data where that is asked for, or else what comes next. */
function preview(
  { terminal, options }: WriteSession,
  result: Readonly<Record<string, unknown>>,
  { command, isEmpty = false, fails = false }: Preview,
): number {
  if (options.output === "json") terminal.out(`${JSON.stringify({ schemaVersion: 1, ...result })}\n`);
  else if (fails) terminal.err("Nothing was written. Fix the errors above, then check again.\n");
  else if (isEmpty) terminal.err("Nothing is to be removed.\n");
  else terminal.err(`Nothing was written. Next: ${onCluster(command, options)}\n`);
  return fails ? ExitCode.failed : ExitCode.ok;
}

async function recordOf({ options, target, namespace }: WriteSession): Promise<RecordTarget> {
  const record = await findRecord(target.client, namespace);
  if (record !== undefined) return record;
  throw new Failure(ExitCode.usage, [nothingRecorded(namespace, options)]);
}

function nameOf({ kind, name }: InventoryEntry): string {
  return `${kind} ${name}`;
}
