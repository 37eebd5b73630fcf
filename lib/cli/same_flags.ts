/** The flags by which another command finds the same stack and cluster. */
import { resolve } from "node:path";
import { shellWord } from "../diagnostics/shell_word.ts";
import type { ClusterOptions, InputOptions } from "./options.ts";

/** Ready to be pasted in whatever folder: the stack's own is absolute. Compose files stay relative to it. */
export function sameFlags(options: InputOptions & ClusterOptions, directory: string): string {
  const { stack, file = [], envFile = [], projectName, profile = [], compatibility } = options;
  const { decisions, migrations, traefik, kubeconfig, context, embedded } = options;
  const path = (given: string | undefined): string | undefined =>
    given === undefined ? undefined : resolve(directory, given);
  const words: readonly (readonly [string, string | undefined])[] = [
    ["--stack", path(stack)],
    ...file.map((one) => ["-f", one] as const),
    ...envFile.map((one) => ["--env-file", path(one)] as const),
    ["-p", projectName],
    ...profile.map((one) => ["--profile", one] as const),
    ["--decisions", path(decisions)],
    ["--migrations", path(migrations)],
    ["--traefik", path(traefik)],
    ["--kubeconfig", path(kubeconfig)],
    ["--context", context],
  ];
  const given = words.flatMap(([flag, value]) => value === undefined ? [] : [`${flag} ${shellWord(value)}`]);
  return [...given, ...(compatibility ? ["--compatibility"] : []), ...(embedded ? ["--embedded"] : [])].join(
    " ",
  );
}

/** Of kubectl, for the same cluster. */
export function kubectlFlags({ kubeconfig, context }: ClusterOptions, directory: string): string {
  return sameFlags({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  }, directory);
}
