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

/** Commands that ask no cluster. */
const OFFLINE = /^(config|decide|explain|graph|init|k3s|rbac)$/;
/** Those that read no stack, and names of groups, which are no commands. */
const WITHOUT_FLAGS = /^(access|cluster( \w+)?|completions|man|secrets)$/;
const COMMAND =
  /\bdeno task (access (?:grant|kubeconfig|list|revoke)|secrets (?:diff|list|rotate|set)|cluster \w+|\w+)\b(?=([^`\n]*))/g;

/** Where kubectl is a command and no word of the sentence. */
const KUBECTL = /(?<=`|: )kubectl(?= (?!--)\S+)/g;

/**
 * What is said by who does not know the flags that were given, such as a finding about the stack: its commands with
 * them. One that has them already stays as it is, and so does one that names a stack of its own.
 */
export function withGivenFlags(text: string, options: InputOptions & ClusterOptions): string {
  const [input, cluster] = [inputFlags(options).join(" "), clusterFlags(options).join(" ")];
  const kubectl = ["kubectl", ...clusterFlags({ ...options, embedded: false })].join(" ");
  return text.replaceAll(KUBECTL, kubectl).replaceAll(
    COMMAND,
    (line: string, command: string, rest: string) => {
      if (WITHOUT_FLAGS.test(command) || rest.includes(" --stack")) return line;
      const flags = OFFLINE.test(command) ? [input] : [input, cluster];
      return [line, ...flags.filter((words) => words !== "" && !rest.includes(` ${words}`))].join(" ");
    },
  );
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
