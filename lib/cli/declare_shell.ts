/** Declares what makes the program known to a shell and to a manual. */
import { Argument, type Command, type CommandUnknownOpts } from "commander";
import type { On } from "./command.ts";
import { examplesText } from "./examples.ts";
import { SHELLS } from "./shell_scripts.ts";

/** `completions`, `man`, and `_complete`, which the scripts of `completions` ask. */
export function declareShell(program: Command, on: On, version: string): void {
  const completions = program.command("completions")
    .description("print a shell script that defines the command compose-ferry with completion");
  completions.addArgument(new Argument("<shell>", "which one").choices(SHELLS));
  on(completions, async () => {
    const shell = SHELLS.find((each) => each === completions.args[0]) ?? "bash";
    return (await import("./shell_commands.ts")).completions(shell);
  });

  const man = program.command("man")
    .description("print the manual page of a command, or write all of them")
    .option("--to <dir>", "write all pages into this folder");
  man.argument("[command...]", "such as secrets set");
  on(man, async () => (await import("./shell_commands.ts")).man(program, man.args, version));

  const complete = program.command("_complete", { hidden: true }).allowUnknownOption().helpOption(false);
  complete.argument("[words...]");
  on(complete, async () => (await import("./shell_commands.ts")).complete(program, complete.args));
}

/** Gives every command its examples. */
export function addExamples(command: CommandUnknownOpts, path: readonly string[] = []): void {
  for (const each of command.commands) addExamples(each, [...path, each.name()]);
  const text = examplesText(path.join(" "));
  if (command.commands.length === 0 && !command.name().startsWith("_")) command.addHelpText("after", text);
}
