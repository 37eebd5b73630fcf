/** `migrate --dry-run`: what a run would change, asked from the API server, with nothing written. */
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { renderPreview } from "../report/preview_text.ts";
import { dryRun as preview, type MigrationPreview } from "../run/dry_run.ts";
import { readKey } from "../run/key.ts";
import { keyText } from "./digest_key.ts";
import { inUseBy } from "./docker_in_use.ts";
import { ExitCode } from "./exit_code.ts";
import type { Move } from "./move.ts";
import { printDiagnostics } from "./print_diagnostics.ts";

/** Prints the preview; problems that the run would meet end with `ExitCode.failed`. */
export async function dryRun(move: Move): Promise<number> {
  const { options, terminal, gathered, namespace, target } = move;
  const key = await readKey(target.client, namespace);
  const plan = gathered.planFor(keyText(key)) ?? move.plan;
  const to = options["to"];
  const previews = await preview(plan, {
    client: target.client,
    namespace,
    ...(typeof to === "string" ? { to } : {}),
    adopt: options["adopt"] === true,
  });
  const inUse = await inUseBy(move, { to: typeof to === "string" ? to : undefined });
  const problems = [...inUse, ...previews.flatMap(({ diagnostics }) => diagnostics)];
  const isRefused = hasErrors(problems);
  if (options.output === "json") {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, diagnostics: inUse, migrations: previews })}\n`);
  } else {
    terminal.out(renderPreview(previews, { colour: terminal.outColour, full: options["full"] === true }));
    printDiagnostics(problems, { terminal, options, sources: gathered.sources });
    terminal.err(`${nextCommand(previews, isRefused)}\n`);
  }
  if (isRefused) return ExitCode.failed;
  return options["detailedExitcode"] === true && hasChanges(previews) ? ExitCode.pending : ExitCode.ok;
}

function hasChanges(previews: readonly MigrationPreview[]): boolean {
  return previews.some(({ changes }) => changes.some(({ outcome }) => outcome !== "unchanged"));
}

function nextCommand(previews: readonly MigrationPreview[], isRefused: boolean): string {
  if (isRefused) return "Nothing was written. Mend what is named above, then look again.";
  return hasChanges(previews) ? "Nothing was written. Next: deno task migrate" : "Nothing was written.";
}
