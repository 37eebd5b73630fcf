/** `init`: makes the files that a fresh clone of a stack lacks from their templates. Talks to no cluster. */
import { dirname, join, relative, resolve } from "node:path";
import type { LoadOptions, Project } from "../../compose/project.ts";
import { type Diagnostic, Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import { copyDirectory, copyFile, filesBelow } from "../init/copy_new.ts";
import { checkPlaceholders, type CopiedText } from "../init/placeholders.ts";
import { planInit } from "../init/plan.ts";
import { type Copy, findTemplate, statOf } from "../init/templates.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { loadStack, stackDirectory } from "./load_stack.ts";
import { afterInit } from "./next_command.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";
import { readRegularText } from "../files/regular_file.ts";
import { tableLines } from "../report/table.ts";
import { plural } from "../diagnostics/plural.ts";

/** One copy as it is told. */
interface Told extends Copy {
  readonly files: number;
}

/** Shows what is missing and has a template, asks, and copies; a second call has nothing to do. */
export async function init(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const { project, decisions } = await read(options, surroundings);
  const root = project.workingDir;
  const plan = await planInit(project, decisions);
  const copies = await Promise.all(plan.copies.map(told));
  (options.output === "json" ? terminal.err : terminal.out)(listed(copies, root));
  const isDryRun = options["dryRun"] === true;
  const isWanted = copies.length > 0 && !isDryRun;
  if (isWanted && !isConfirmed(copies, options, terminal)) return ExitCode.ok;
  const done = isWanted ? await copyAll(copies, root) : [];
  const failed = done.flatMap(({ problem }) => problem ?? []);
  const texts = await textsOf(copies, root, isDryRun ? "from" : "to");
  const diagnostics = [...plan.findings, ...checkPlaceholders(texts), ...failed];
  const next = afterInit(options, decisions.profiles ?? [], copies.length > 0 && isDryRun);
  const result: Result = { root, copies, done, data: plan.data, diagnostics, next, isDryRun };
  if (options.output === "json") terminal.out(resultJson(result));
  else printResult(result, terminal, options);
  return failed.length > 0 ? ExitCode.failed : hasErrors(diagnostics) ? ExitCode.input : ExitCode.ok;
}

/** What came of it, for both formats. */
interface Result {
  readonly root: string;
  readonly copies: readonly Told[];
  readonly done: readonly Done[];
  readonly data: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly next: string;
  readonly isDryRun: boolean;
}

async function read(
  options: CommandOptions,
  surroundings: Surroundings,
): Promise<{ project: Project; decisions: Decisions }> {
  const more = await lenient(options, surroundings);
  const { loaded, decided, sources } = await loadStack(options, surroundings, { load: more });
  const diagnostics = [...loaded.diagnostics, ...decided.diagnostics];
  if (loaded.project === undefined || hasErrors(diagnostics)) {
    throw new Failure(ExitCode.input, diagnostics, sources);
  }
  return { project: loaded.project, decisions: decided.decisions };
}

function isConfirmed(copies: readonly Told[], options: CommandOptions, terminal: Terminal): boolean {
  if (options["yes"] === true) return true;
  const count = copies.reduce((sum, { files }) => sum + files, 0);
  const answer = terminal.confirm(`Copy ${plural(count, "file")}? Existing files are not changed.`);
  if (answer === undefined) throw nobodyAnswers();
  if (!answer) terminal.err("Nothing was written.\n");
  return answer;
}

function resultJson({ root, copies, done, data, diagnostics, next, isDryRun }: Result): string {
  const made = copies.map(({ from, to, files }) => ({
    from: relative(root, from),
    to: relative(root, to),
    files,
    state: isDryRun ? "planned" : done.find((each) => each.to === to)?.state ?? "failed",
  }));
  const document = { schemaVersion: 1, directory: root, copies: made, data, diagnostics, next };
  return `${JSON.stringify(document)}\n`;
}

function printResult(result: Result, terminal: Terminal, options: CommandOptions): void {
  printDiagnostics(result.diagnostics, { terminal, options });
  if (result.data.length > 0) terminal.err(`${dataLine(result.data)}\n`);
  if (result.isDryRun) terminal.err("Nothing was written.\n");
  else if (result.copies.length > 0) terminal.out(`${copiedLine(result.done)}\n`);
  terminal.err(`Next: ${result.next}\n`);
}

/** Files of variables are what is being made: without them the compose files are read by their templates. */
async function lenient(options: CommandOptions, surroundings: Surroundings): Promise<Partial<LoadOptions>> {
  const stack = stackDirectory(options, surroundings);
  const [first] = options.file ?? [];
  const root = first === undefined ? stack : dirname(resolve(stack, first));
  const path = join(root, ".env");
  const template = options.envFile === undefined && await statOf(path) === undefined
    ? await findTemplate(path, root)
    : undefined;
  return {
    missingEnvFiles: "leave",
    ...(template === undefined ? {} : { envFiles: [template.from] }),
  };
}

async function told(copy: Copy): Promise<Told> {
  return { ...copy, files: copy.isDirectory ? (await filesBelow(copy.from)).length : 1 };
}

function listed(copies: readonly Told[], root: string): string {
  if (copies.length === 0) {
    return "Nothing to copy: what the compose files name is there, or has no template.\n";
  }
  const rows = copies.map(({ from, to, isDirectory, files }) => {
    const name = (path: string): string => `${relative(root, path)}${isDirectory ? "/" : ""}`;
    return [name(to), `from ${name(from)}${isDirectory ? `, ${plural(files, "file")}` : ""}`] as const;
  });
  return tableLines(rows).map((line) => `  ${line}\n`).join("");
}

interface Done {
  readonly to: string;
  readonly state: "copied" | "there" | "failed";
  readonly files: number;
  readonly problem?: Diagnostic;
}

/** One after another; a copy that fails keeps the others from nothing. */
async function copyAll(copies: readonly Told[], root: string): Promise<Done[]> {
  const done: Done[] = [];
  for (const { from, to, isDirectory } of copies) {
    try {
      const copied = await (isDirectory ? copyDirectory(from, to, root) : copyFile(from, to, root));
      done.push({ to, state: copied.state, files: copied.state === "copied" ? copied.files.length : 0 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      done.push({
        to,
        state: "failed",
        files: 0,
        problem: {
          code: "cli-init-copy",
          severity: "error",
          message: `Cannot make "${relative(root, to)}" from "${relative(root, from)}": ${reason}`,
          hint: "Fix the cause and run init again: it continues with the files that are still missing",
        },
      });
    }
  }
  return done;
}

/** A longer file is no configuration that people fill in. */
const MOST_LOOKED_AT = 1024 * 1024;

/** What the copies say, by the names that they have or will have. */
async function textsOf(copies: readonly Copy[], root: string, side: "from" | "to"): Promise<CopiedText[]> {
  const texts: CopiedText[] = [];
  for (const copy of copies) {
    for (const name of copy.isDirectory ? await filesBelow(copy.from) : [""]) {
      const path = join(copy[side], name);
      const info = await statOf(path);
      if (info?.isFile !== true || info.size > MOST_LOOKED_AT) continue;
      texts.push({ name: relative(root, join(copy.to, name)), text: await readRegularText(path) });
    }
  }
  return texts;
}

function copiedLine(done: readonly Done[]): string {
  const count = done.reduce((sum, { files }) => sum + files, 0);
  const there = done.filter(({ state }) => state === "there").length;
  const kept = there === 0 ? "" : `; ${plural(there, "target")} appeared meanwhile and is not changed`;
  return `${plural(count, "file")} copied${kept}.`;
}

function dataLine(data: readonly string[]): string {
  const [first = ""] = data;
  return `${
    data.length === 1
      ? `Data directory "${first}" has no template: it is`
      : `${data.length} data directories such as "${first}" have no template: they are`
  } on the node, or made there, empty, as Docker does.`;
}

function nobodyAnswers(): Failure {
  return new Failure(ExitCode.usage, [{
    code: "cli-needs-yes",
    severity: "error",
    message: "Nobody is there to confirm the copies",
    hint: "Add --yes to make them, or --dry-run to look first",
  }]);
}
