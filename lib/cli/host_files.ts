/** Reads crontabs, units and scripts of the machine, for `check --host-file`: what they reach into breaks when it moves. */
import { resolve } from "node:path";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { type Called, calledBy, type HostFile } from "../checks/host_jobs/host_file.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { readRegular, readRegularText } from "../files/regular_file.ts";

/** More would not be read by anybody. */
const LARGEST_SCRIPT = 256 * 1024;
const LARGEST_FILE = 4 * 1024 * 1024;
const MOST_FILES = 200;

/** The named files, what they call, and what could not be looked at. */
export interface HostFiles {
  readonly files: readonly HostFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The files in the order of the flags, relative to `directory`, each followed by the scripts and units that it calls. A named file that cannot
 * be read is a `Failure`: a check that looked at nothing would mislead.
 */
export async function readHostFiles(
  files: readonly string[],
  directory: string,
): Promise<HostFiles> {
  const named = await Promise.all(files.map((file) => readNamed(file, directory)));
  const known = new Map(named.map((file) => [file.path, file]));
  const diagnostics: Diagnostic[] = [];
  // A map goes on with what is added to it while it is read.
  for (const file of known.values()) {
    for (const called of calledBy(file)) {
      const call = { path: file.path, line: called.line };
      const other = known.get(called.path);
      if (other !== undefined) {
        const isFirst = other.calledBy === undefined && !calls(file.path, other.path, known);
        if (isFirst) known.set(other.path, { ...other, calledBy: call });
        continue;
      }
      if (known.size >= MOST_FILES) continue;
      const text = await readScript(called.path);
      if (text === "missing" && called.isScript) diagnostics.push(notLookedAt(file, called));
      if (typeof text === "string") continue;
      known.set(called.path, { path: called.path, text: text.content, calledBy: call });
    }
  }
  return { files: [...known.values()], diagnostics };
}

/** Whether `path` is `other`, or comes to be called by it. */
function calls(path: string, other: string, known: ReadonlyMap<string, HostFile>): boolean {
  if (path === other) return true;
  const caller = known.get(path)?.calledBy?.path;
  return caller !== undefined && calls(caller, other, known);
}

async function readNamed(file: string, directory: string): Promise<HostFile> {
  const path = resolve(directory, file);
  try {
    return { path, text: await readRegularText(path, LARGEST_FILE) };
  } catch (error) {
    throw new Failure(ExitCode.usage, [{
      code: "cli-host-file",
      severity: "error",
      message: `Cannot read the host file "${file}": ${(error as Error).message}`,
      hint: "Name readable crontabs, systemd units or scripts with --host-file",
    }]);
  }
}

/** A text that is run; a program of machine code, a folder or a file of data is none. */
async function readScript(path: string): Promise<{ readonly content: string } | "missing" | "other"> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile || size > LARGEST_SCRIPT) return "other";
    const bytes = await readRegular(path, LARGEST_SCRIPT);
    const content = new TextDecoder().decode(bytes);
    const isScript = !bytes.includes(0) &&
      (content.startsWith("#!") || /\.(sh|bash|py|pl|rb|service|timer)$/.test(path));
    return isScript ? { content } : "other";
  } catch {
    return "missing";
  }
}

function notLookedAt({ path }: HostFile, called: Called): Diagnostic {
  return {
    code: "cli-host-script",
    severity: "info",
    message: `"${called.path}" is called here and cannot be read, so nothing was looked for in it`,
    span: { file: path, line: called.line, column: 1 },
    hint: "Run check on the machine that has it, or name a copy with --host-file",
  };
}
