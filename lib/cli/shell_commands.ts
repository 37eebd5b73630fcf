/** `completions`, `man` and what completion asks: the program as a shell and a manual know it. */
import { join, resolve } from "node:path";
import type { CommandUnknownOpts } from "commander";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { visibleInPlace } from "../diagnostics/visible.ts";
import type { Run } from "./command.ts";
import { complete as completionOf } from "./complete.ts";
import { liveNames } from "./live_names.ts";
import { manualPages } from "./manual.ts";
import { type Shell, shellScript } from "./shell_scripts.ts";

/** Prints the script of a shell. */
export function completions(shell: Shell): Run {
  return (options, surroundings) => {
    const { script } = surroundings;
    const place = {
      deno: Deno.execPath(),
      home: surroundings.home.replace(/\/$/, ""),
      ...(script === undefined ? {} : { script }),
    };
    surroundings.terminal(options.color === false).out(shellScript(shell, place));
    return Promise.resolve(ExitCode.ok);
  };
}

/** Prints what can stand at the end of the line, a word and what it is by line. */
export function complete(program: CommandUnknownOpts, words: readonly string[]): Run {
  return async (_, surroundings) => {
    const terminal = surroundings.terminal(true);
    const found = completionOf(program, words);
    const typed = (words.at(-1) ?? "").replace(/^--[\w-]+=/, "");
    if ("paths" in found) {
      terminal.out(`:${found.paths}\n`);
      return ExitCode.ok;
    }
    const candidates = "names" in found ? await liveNames(found.names, words, surroundings) : found.words;
    const fitting = candidates.filter(({ word }) => word.startsWith(typed) && !/[\n\t]/.test(word));
    const lines = fitting.map(({ word, about }) =>
      `${word}\t${visibleInPlace(about.split("\n")[0] ?? "")}\n`
    );
    terminal.out(lines.join(""));
    return ExitCode.ok;
  };
}

/**
 * Prints a page of the manual, or writes all of them into a folder.
 * @throws Failure (2) where there is no such command
 */
export function man(program: CommandUnknownOpts, words: readonly string[], version: string): Run {
  return async (options, surroundings) => {
    const terminal = surroundings.terminal(options.color === false);
    const pages = manualPages(program, version);
    // The edge: a flag as commander has it.
    const to = options["to"] as string | undefined;
    if (to !== undefined) {
      const directory = resolve(surroundings.directory, to);
      await Deno.mkdir(directory, { recursive: true });
      for (const { file, text } of pages) await Deno.writeTextFile(join(directory, file), text);
      terminal.err(`${pages.length} pages in ${directory}\n`);
      return ExitCode.ok;
    }
    const wanted = `${[program.name(), ...words].join("-")}.1`;
    const page = pages.find(({ file }) => file === wanted);
    if (page === undefined) {
      throw new Failure(ExitCode.usage, [unknownPage(wanted, pages.map(({ file }) => file))]);
    }
    terminal.out(page.text);
    return ExitCode.ok;
  };
}

function unknownPage(file: string, known: readonly string[]): Diagnostic {
  const name = (page: string): string => page.replace(/\.1$/, "");
  // What all pages begin with would count as right letters.
  const own = (page: string): string => name(page).replace(/^compose-ferry-?/, "");
  const near = known.find((page) => own(page) === nearest(own(file), known.map(own)));
  return {
    code: "cli-man-unknown",
    severity: "error",
    message: `The manual has no page "${name(file)}"`,
    hint: near === undefined ? `It has ${known.map(name).join(", ")}` : `Did you mean "${name(near)}"?`,
  };
}
