/** What a command is: parsed flags and surroundings in, an exit code out. */
import type { Command } from "commander";
import type { ClusterOptions, InputOptions, OutputOptions } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";

/** Everything that may stand on a command line of `migrate` and its like. */
export type CommandOptions =
  & InputOptions
  & ClusterOptions
  & OutputOptions
  & Readonly<Record<string, unknown>>;

/** A command: parsed flags in, exit code out. Expected problems are thrown as `Failure` and printed by the caller. */
export type Run = (options: CommandOptions, surroundings: Surroundings) => Promise<number>;

/** Gives a command its code, which is loaded when it is called. */
export type On = (command: Command, load: () => Promise<Run>, takesSeveral?: boolean) => void;
