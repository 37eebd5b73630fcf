/** The command that comes next, with the flags that named the stack. */
import type { InputOptions } from "./options.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** As a line to paste. Where decisions have a profile for a developer's machine, it is named. */
export function nextCommand(options: InputOptions, profiles: readonly string[], isPending: boolean): string {
  const named = options.profile ?? [];
  const local = named.length === 0 && profiles.includes("local") ? ["local"] : [];
  const flags = inputFlags(options, isPending ? named : [...named, ...local]);
  return ["deno task", isPending ? "init" : "check", ...flags].join(" ");
}

/** The flags that name the stack, as they were given; `profiles` takes the place of those. */
export function inputFlags(options: InputOptions, profiles = options.profile ?? []): readonly string[] {
  return [
    ...flag("--stack", options.stack),
    ...(options.file ?? []).flatMap((file) => flag("-f", file)),
    ...(options.envFile ?? []).flatMap((file) => flag("--env-file", file)),
    ...flag("-p", options.projectName),
    ...(options.compatibility === true ? ["--compatibility"] : []),
    ...flag("--decisions", options.decisions),
    ...flag("--migrations", options.migrations),
    ...profiles.flatMap((name) => flag("--profile", name)),
  ];
}

function flag(name: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  return [name, shellWord(value)];
}
