/** Asks before a run changes what was applied only because this program is another version. */
import { onCluster } from "./next_command.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { renderNewVersion } from "../report/new_version_text.ts";
import { dryRun, type DryRunOptions } from "../run/dry_run.ts";
import { diagnoseNewVersion } from "../run/origin.ts";
import { loadState } from "../run/session.ts";
import { keyText } from "./digest_key.ts";
import type { WriteSession } from "./write_session.ts";

/** What may be done about it. */
export type Acceptance = "nothing to accept" | "accepted" | "declined";

/**
 * Shows which applied migrations this version may change, and which programs would start anew, and asks. `--yes` is no
 * answer: it says which cluster is meant. The embedded cluster needs none.
 *
 * @throws Failure (1) where nobody is there to answer, and `--accept-new-version` was not given
 */
export async function acceptNewVersion(
  { stack, namespace, target, plan, options, terminal, record }: WriteSession,
  selection: Pick<DryRunOptions, "to" | "redo" | "adopt" | "origin">,
): Promise<Acceptance> {
  const { client } = target;
  if (record === undefined) return "nothing to accept";
  const state = await loadState(record);
  const isSame = state.origin?.tool === selection.origin?.(record.key).tool;
  if (isSame || state.records.size === 0) return "nothing to accept";
  const keyed = stack.planFor(keyText(record.key)) ?? plan;
  const previews = await dryRun(keyed, { client, namespace, ...selection });
  const marked = previews.filter(({ cause }) => cause !== undefined);
  if (marked.length === 0) return "nothing to accept";
  terminal.err(renderNewVersion(marked, { colour: terminal.errColour }));
  if (options["acceptNewVersion"] === true || target.embedded) return "accepted";
  const answer = terminal.confirm("Apply what this version of the tool changes?");
  if (answer !== undefined) return answer ? "accepted" : "declined";
  const found = marked.map(({ id, cause }) => ({
    migration: { id },
    ...(cause === undefined ? {} : { cause }),
  }));
  throw new Failure(ExitCode.failed, diagnoseNewVersion(found, (command) => onCluster(command, options)));
}
