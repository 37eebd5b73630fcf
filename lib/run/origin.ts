/** What a plan was made of, and whether it is this version of the program that changes it. Pure. */
import { type CommandLine, withoutFlags } from "../diagnostics/command_line.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { MigrationRecord } from "./migration_record.ts";

/** What a plan was made of, as digests: the same give the same plan. */
export interface Origin {
  /** Of the program's own sources. */
  readonly tool: string;
  /** Keyed, of the stack's files and decisions. */
  readonly inputs: string;
}

/**
 * Why an applied migration is planned otherwise than it was applied, as far as it may be this program's doing.
 * - `version`: the stack's files and decisions are the same, only the program is another version.
 * - `either`: both are others.
 * - `unknown`: a version applied it that did not record what it was made of.
 */
export type Cause = "version" | "either" | "unknown";

/**
 * Undefined where the migration is planned as it was applied, was never applied, or is changed by the same version of
 * the program: then the files or decisions did it.
 *
 * @param recorded of the last run
 * @param current undefined where nobody asks
 */
export function causeOf(
  { record, digest }: { readonly record?: MigrationRecord; readonly digest: string },
  recorded: Origin | undefined,
  current: Origin | undefined,
): Cause | undefined {
  if (current === undefined || record === undefined || record.digest === digest) return undefined;
  if (recorded === undefined) return "unknown";
  if (recorded.tool === current.tool) return undefined;
  return recorded.inputs === current.inputs ? "version" : "either";
}

const WHY: Readonly<Record<Cause, string>> = {
  version: "only this version of the tool changes it: your files and decisions are those of the last run",
  either:
    "this version of the tool or your files and decisions change it: both are different from the last run",
  unknown: "this version of the tool may be what changes it: the last run did not record its inputs",
};

/** The cause in words. */
export function describeCause(cause: Cause): string {
  return WHY[cause];
}

/** What keeps a run from starting: each applied migration that this version may change, and nobody accepted that. */
export function diagnoseNewVersion(
  selected: readonly { readonly migration: { readonly id: string }; readonly cause?: Cause }[],
  commandLine: CommandLine = withoutFlags,
): readonly Diagnostic[] {
  return selected.flatMap(({ migration: { id }, cause }): readonly Diagnostic[] =>
    cause === undefined ? [] : [{
      code: "run-new-version",
      severity: "error",
      message: `Migration "${id}" was applied, and ${WHY[cause]}`,
      hint: `See what, and which programs start anew, with \`${commandLine("migrate --dry-run")}\`; ` +
        "--accept-new-version applies it",
    }]
  );
}
