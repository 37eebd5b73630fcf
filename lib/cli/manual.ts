/** Pages of the manual in roff (man(7)), of the commands as they are declared. */
import type { CommandUnknownOpts } from "commander";
import { isShown, optionsOf } from "./complete.ts";
import { EXAMPLES, NOTES } from "./examples.ts";

/** Exit codes, as README has them. */
const EXITS: readonly (readonly [string, string])[] = [
  ["0", "done, or nothing to do"],
  ["1", "a step or the cluster failed (the next run resumes), or something else writes to a directory"],
  ["2", "wrong flag, or a confirmation was needed and there was no terminal"],
  ["3", "the input is wrong; the messages say where"],
  ["4", "the cluster cannot be reached or does not allow it"],
  ["5", "another run holds the lock"],
  ["10", "with --detailed-exitcode: there are changes to apply"],
  ["130", "interrupted"],
];

/** A page and the name of its file. */
export interface ManualPage {
  readonly file: string;
  readonly text: string;
}

/** Every command's page, the program's own first. */
export function manualPages(program: CommandUnknownOpts, version: string): readonly ManualPage[] {
  const walk = (command: CommandUnknownOpts, path: readonly string[]): ManualPage[] => [
    page(program, command, path, version),
    ...command.commands.filter(isShown).flatMap((each) => walk(each, [...path, each.name()])),
  ];
  return walk(program, []);
}

function page(
  program: CommandUnknownOpts,
  command: CommandUnknownOpts,
  path: readonly string[],
  version: string,
): ManualPage {
  const name = [program.name(), ...path].join("-");
  const words = [program.name(), ...path].join(" ");
  const usage = command.createHelp().commandUsage(command).replace(program.name(), "").trim();
  const below = command.commands.filter(isShown);
  const examples = EXAMPLES[path.join(" ")] ?? [];
  const note = NOTES[path.join(" ")];
  return {
    file: `${name}.1`,
    text: [
      `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`${program.name()} ${version}`)} ${
        quoted(program.name())
      }`,
      ".SH NAME",
      `${escaped(name)} \\- ${escaped(command.description())}`,
      ".SH SYNOPSIS",
      `.B ${escaped(words)}`,
      escaped(usage.split(" ").filter((word) => !path.includes(word)).join(" ")),
      ".SH DESCRIPTION",
      escaped(`${command.description().replace(/\.$/, "")}.`),
      ...(note === undefined ? [] : [".PP", ".nf", escaped(note), ".fi"]),
      ...(below.length === 0
        ? []
        : [".SH COMMANDS", ...below.flatMap((each) => item(each.name(), each.description()))]),
      ".SH OPTIONS",
      ...optionsOf(command).flatMap((option) =>
        item(option.flags, command.createHelp().optionDescription(option))
      ),
      ...(examples.length === 0
        ? []
        : [".SH EXAMPLES", ...examples.flatMap(([line, about]) => item(line, about === "" ? line : about))]),
      ".SH EXIT STATUS",
      ...EXITS.flatMap(([code, about]) => item(code, about)),
      "",
    ].join("\n"),
  };
}

function item(name: string, about: string): string[] {
  return [".TP", `.B ${escaped(name)}`, escaped(about)];
}

/** A backslash, a hyphen and a dot at the start of a line mean something to roff. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll(/^([.'])/gm, "\\&$1");
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', "")}"`;
}
