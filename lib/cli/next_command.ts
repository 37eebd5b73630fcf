/** Commands that are named to the user, with the flags that named the stack and the cluster: lines to paste. */
import type { CommandOptions } from "./command.ts";
import type { ClusterOptions, InputOptions } from "./options.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/**
 * A command that asks the same cluster about the same stack.
 * @param command with what is its own, such as `redo 060`
 */
export function onCluster(command: string, options: InputOptions & ClusterOptions): string {
  return taskLine(command, [...inputFlags(options), ...clusterFlags(options)]);
}

/** A command that reads the same stack, and no cluster. */
export function onStack(command: string, options: InputOptions): string {
  return taskLine(command, inputFlags(options));
}

/** `migrate` or `redo` as it was asked to be shown: what its preview was made with is not lost. */
export function asShown(command: string, options: CommandOptions): string {
  const { to } = options;
  return onCluster(command, options) + [
    ...flag("--to", command === "migrate" && typeof to === "string" ? to : undefined),
    ...["frozen", "adopt", "acceptNewVersion", "allowRunning", "cross"].filter((name) =>
      options[name] === true
    )
      .map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`),
  ].map((word) => ` ${word}`).join("");
}

/** After `init`. Where decisions have a profile for a developer's machine, it is named. */
export function afterInit(options: InputOptions, profiles: readonly string[], isPending: boolean): string {
  const named = options.profile ?? [];
  const local = named.length === 0 && profiles.includes("local") ? ["local"] : [];
  return onStack(isPending ? "init" : "check", {
    ...options,
    profile: isPending ? named : [...named, ...local],
  });
}

function taskLine(command: string, flags: readonly string[]): string {
  return ["deno task", command, ...flags].join(" ");
}

/** The flags that name the stack, or several, as they were given. */
function inputFlags(options: InputOptions): readonly string[] {
  return [
    ...options.given ?? flag("--stack", options.stack),
    ...(options.file ?? []).flatMap((file) => flag("-f", file)),
    ...(options.envFile ?? []).flatMap((file) => flag("--env-file", file)),
    ...flag("-p", options.projectName),
    ...(options.profile ?? []).flatMap((name) => flag("--profile", name)),
    ...(options.compatibility === true ? ["--compatibility"] : []),
    ...flag("--decisions", options.decisions),
    ...flag("--traefik", options.traefik),
    ...flag("--migrations", options.migrations),
  ];
}

function clusterFlags({ kubeconfig, context, embedded }: ClusterOptions): readonly string[] {
  return [
    ...flag("--kubeconfig", kubeconfig),
    ...flag("--context", context),
    ...(embedded === true ? ["--embedded"] : []),
  ];
}

/** Those that named several stacks. */
export function severalFlags(stack: readonly string[] = [], stacks?: string): readonly string[] {
  return [...stack.flatMap((folder) => flag("--stack", folder)), ...flag("--stacks", stacks)];
}

function flag(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, shellWord(value)];
}
