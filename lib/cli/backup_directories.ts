/** The directories that dumps go to: a CronJob whose directory is missing fails at night, when nobody looks. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

type Named = readonly [name: string, directory: string];

/** Looks for the directory of every decided backup on this disk, unless directories are made on the node. */
export async function checkBackupDirectories(decisions: Decisions): Promise<readonly Diagnostic[]> {
  if (decisions.storageDirectories === "create") return [];
  const wanted = Object.entries(decisions.backups ?? {}).map((
    [name, { directory }],
  ): Named => [name, directory]);
  const found = await Promise.all(wanted.map(async (named) => ({ named, kind: await kindOf(named[1]) })));
  const absent = found.filter(({ kind }) => kind === "absent").map(({ named }) => named);
  const wrong = found.filter(({ kind }) => kind === "other").map(({ named }) => named);
  return [
    ...wrong.map(([name, directory]): Diagnostic => ({
      code: "cli-backup-directory",
      severity: "error",
      message: `Backup "${name}" is to write into "${directory}", which is no directory`,
      ...placeOf(decisions, name),
      hint: `Name a directory: backups: { ${yamlWord(name)}: { directory: … } }`,
    })),
    ...(absent.length === 0 ? [] : [absentFinding(decisions, absent)]),
  ];
}

function absentFinding(decisions: Decisions, absent: readonly Named[]): Diagnostic {
  const [[name, directory] = ["", ""]] = absent;
  return {
    code: "cli-backup-directory",
    severity: "warning",
    message: absent.length === 1
      ? `The directory "${directory}" of backup "${name}" is not on this disk`
      : `The directories of ${absent.length} backups are not on this disk, such as "${directory}"`,
    ...placeOf(decisions, name),
    hint: `On the node: mkdir -p ${[...new Set(absent.map(([, path]) => shellWord(path)))].join(" ")}`,
  };
}

function placeOf(decisions: Decisions, name: string): Pick<Diagnostic, "span"> {
  const span = decisions.span(["backups", name, "directory"]);
  return span === undefined ? {} : { span };
}

async function kindOf(path: string): Promise<"directory" | "absent" | "other"> {
  try {
    return (await Deno.stat(path)).isDirectory ? "directory" : "other";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    // What may not be looked at is not judged.
    return error instanceof Deno.errors.NotADirectory ? "other" : "directory";
  }
}
