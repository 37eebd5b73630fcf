/** Lays k3s's settings out on a machine: what is there already is never written over. */
import { dirname, join } from "node:path";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { K3S_DATABASE, K3S_FIRST_START } from "../kube/host/k3s.ts";

/** One of k3s's files, by its path on the node. */
export interface K3sFile {
  readonly path: string;
  readonly text: string;
}

/** What became of a file. */
export interface LaidOut {
  readonly path: string;
  readonly state: "written" | "there" | "late";
}

/**
 * Writes the files below a folder, which is `/` on the node itself. That of the first start comes too late once k3s has
 * a database.
 *
 * @throws Failure (3) where a file says something else or cannot be written; what differs is found before any is written
 */
export async function layOutK3s(files: readonly K3sFile[], to: string): Promise<readonly LaidOut[]> {
  const isLate = await Deno.stat(join(to, K3S_DATABASE)).then(() => true, () => false);
  const seen = await Promise.all(files.map(async (file) => {
    const path = join(to, file.path);
    return { ...file, path, isLate: isLate && file.path === K3S_FIRST_START, before: await textAt(path) };
  }));
  const others = seen.filter(({ before, text, isLate }) =>
    !isLate && before !== undefined && before !== text
  );
  if (others.length > 0) throw new Failure(ExitCode.input, others.map(({ path }) => saysOther(path)));
  const laidOut: LaidOut[] = [];
  for (const { path, text, before, isLate } of seen) {
    if (!isLate && before === undefined) await create(path, text);
    laidOut.push({ path, state: isLate ? "late" : before === undefined ? "written" : "there" });
  }
  return laidOut;
}

async function textAt(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable(path, error);
  }
}

async function create(path: string, text: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: true, mode: 0o600 });
  } catch (error) {
    throw unusable(path, error);
  }
}

function saysOther(path: string): Diagnostic {
  return {
    code: "cli-k3s-other",
    severity: "error",
    message: `"${path}" exists and has other content; nothing was written`,
    hint: "Run it without --to, which prints the settings, and add what is missing to that file",
  };
}

function unusable(path: string, error: unknown): Failure {
  return new Failure(ExitCode.input, [{
    code: "cli-k3s-unwritable",
    severity: "error",
    message: `Cannot write "${path}": ${error instanceof Error ? error.message : error}`,
    hint: "k3s's folders belong to root: run it as root, or without --to, which prints the settings",
  }]);
}
