/** The command that comes after `init`, with the flags that named the stack. */
import type { InputOptions } from "./options.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** As a line to paste. Where decisions have a profile for a developer's machine, it is named. */
export function nextCommand(options: InputOptions, profiles: readonly string[], isPending: boolean): string {
  const named = options.profile ?? [];
  const local = named.length === 0 && profiles.includes("local") ? ["local"] : [];
  const flags = [
    ...flag("--stack", options.stack),
    ...(options.file ?? []).flatMap((file) => flag("-f", file)),
    ...(options.envFile ?? []).flatMap((file) => flag("--env-file", file)),
    ...flag("-p", options.projectName),
    ...(options.compatibility === true ? ["--compatibility"] : []),
    ...flag("--decisions", options.decisions),
    ...flag("--migrations", options.migrations),
    ...(isPending ? named : [...named, ...local]).flatMap((name) => flag("--profile", name)),
  ];
  return ["deno task", isPending ? "init" : "check", ...flags].join(" ");
}

function flag(name: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  return [name, shellWord(value)];
}
