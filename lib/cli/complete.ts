/** What can stand at the end of a command line: commands, flags and values, of the commands as they are declared. */
import type { Argument, CommandUnknownOpts, Option } from "commander";

/** One word that fits, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What only the stack or a kubeconfig knows. */
export type Name = "service" | "migration" | "subject" | "profile" | "secret" | "person" | "context";

/** Words that fit, or what has to be looked up for them. */
export type Completion =
  | { readonly words: readonly Candidate[] }
  /** Names that are looked up. */
  | { readonly names: Name }
  /** Left to the shell. */
  | { readonly paths: "file" | "directory" };

/** By the name of a flag's value. */
const OF_FLAG: Readonly<Record<string, Name>> = {
  "--of": "service",
  "--to <number>": "migration",
  "--profile": "profile",
  "--context": "context",
};

/** By command. */
const OF_ARGUMENT: Readonly<Record<string, Name>> = {
  explain: "subject",
  redo: "migration",
  "secrets set": "secret",
  "secrets rotate": "secret",
  "access revoke": "person",
  "access grant": "person",
  "access kubeconfig": "person",
};

/** @param words what stands behind the program's name; the last one is being typed and may be empty */
export function complete(program: CommandUnknownOpts, words: readonly string[]): Completion {
  const typed = words.at(-1) ?? "";
  const { command, pending, path } = walk(program, words.slice(0, -1));
  if (pending !== undefined) return valuesOf(pending);
  const assigned = /^(--[\w-]+)=/.exec(typed)?.[1];
  if (assigned !== undefined) {
    const option = optionsOf(command).find(({ long }) => long === assigned);
    return option === undefined ? { words: [] } : valuesOf(option);
  }
  if (typed.startsWith("-")) return { words: optionsOf(command).flatMap(flagCandidate) };
  if (command.commands.length > 0) {
    const shown = command.commands.filter(isShown);
    return { words: shown.map((each) => ({ word: each.name(), about: each.description() })) };
  }
  const names = OF_ARGUMENT[path.join(" ")];
  if (names !== undefined) return { names };
  const choices = argumentsOf(command).flatMap(({ argChoices = [] }) => argChoices);
  return { words: choices.map((word) => ({ word, about: "" })) };
}

/** Commands that people are not to find. */
export function isShown(command: CommandUnknownOpts): boolean {
  return !command.name().startsWith("_");
}

interface Place {
  readonly command: CommandUnknownOpts;
  /** The flag whose value is being typed. */
  readonly pending: Option | undefined;
  readonly path: readonly string[];
}

function walk(program: CommandUnknownOpts, words: readonly string[]): Place {
  let command: CommandUnknownOpts = program;
  let pending: Option | undefined;
  const path: string[] = [];
  for (const word of words) {
    if (pending !== undefined) {
      pending = undefined;
      continue;
    }
    if (word.startsWith("-")) {
      const option = optionsOf(command).find(({ long, short }) => word === long || word === short);
      pending = option !== undefined && (option.required || option.optional) ? option : undefined;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) continue;
    command = next;
    path.push(word);
  }
  return { command, pending, path };
}

function valuesOf({ long, flags, argChoices }: Option): Completion {
  const names = OF_FLAG[long ?? ""] ?? OF_FLAG[flags];
  if (names !== undefined) return { names };
  if (argChoices !== undefined) return { words: argChoices.map((word) => ({ word, about: "" })) };
  if (/<dir>/.test(flags)) return { paths: "directory" };
  return /<(file|name=path)>/.test(flags) ? { paths: "file" } : { words: [] };
}

function flagCandidate({ long, description }: Option): Candidate[] {
  return long === undefined ? [] : [{ word: long, about: description }];
}

/** With `--help`, and those of the commands above. */
export function optionsOf(command: CommandUnknownOpts): readonly Option[] {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

function argumentsOf(command: CommandUnknownOpts): readonly Argument[] {
  return command.registeredArguments;
}
