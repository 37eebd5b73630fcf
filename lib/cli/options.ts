/** The flags that several commands share, and what they mean once parsed. */
import { Command, Option } from "commander";

/** Where the input comes from. */
export interface InputOptions {
  readonly stack?: string;
  readonly file?: readonly string[];
  readonly envFile?: readonly string[];
  readonly projectName?: string;
  readonly profile?: readonly string[];
  readonly compatibility?: boolean;
  readonly decisions?: string;
  readonly migrations?: string;
  /** The folder of the project whose Traefik the labels are for. */
  readonly traefik?: string;
  /** The flags that named several stacks, of which `stack` is one. */
  readonly given?: readonly string[];
  /** Folders of other projects that are moved along, absolute. */
  readonly neighbours?: readonly string[];
}

/** Which cluster. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly embedded?: boolean;
}

/** How the answer is printed. */
export interface OutputOptions {
  readonly output: "text" | "json" | "yaml" | "nix" | "dot" | "mermaid" | "svg" | "markdown" | "html";
  readonly color: boolean;
}

/** Adds the flags of `InputOptions`. */
export function withInput(command: Command): Command {
  return command
    .option(
      "--stack <dir>",
      "folder of the compose files (default: the bundled example); migrate, status and check take several",
      append,
    )
    .option("--stacks <dir>", "folder of projects: every folder in it that has a compose file")
    .option(
      "-f, --file <file>",
      "compose file, relative to --stack; repeat to merge several in order",
      append,
    )
    .option("--env-file <file>", "variables for the compose files instead of .env; repeatable", append)
    .option("-p, --project-name <name>", "compose project name")
    .option(
      "--profile <name>",
      "compose profile, and the profile of that name in decisions.yaml; repeatable",
      append,
    )
    .option("--compatibility", "read the files as docker-compose --compatibility does")
    .option("--decisions <file>", "your decisions (default: decisions.yaml beside the compose files)")
    .option("--traefik <dir>", "folder of the project whose Traefik this stack uses")
    .option("--migrations <dir>", "folder of numbered scripts (default: migrations/)");
}

/** Adds the flags of `ClusterOptions`. */
export function withCluster(command: Command): Command {
  return command
    .option(
      "--kubeconfig <file>",
      "kubeconfig file (default: KUBECONFIG, ~/.kube/config, k3s's own, embedded cluster)",
    )
    .option("--context <name>", "context of the kubeconfig")
    .option("--embedded", "use the embedded cluster, even if there is a kubeconfig");
}

/** Adds the flags of commands that write. */
export function withWriting(command: Command): Command {
  return command
    .option("--lock-timeout <duration>", "how long to wait for another run, such as 2m", "30s")
    .option("-y, --yes", "do not ask");
}

/** Adds what is handed to the page of `report`. */
export function withVerifications(command: Command): Command {
  return command.addOption(
    new Option(
      "--verify <file>",
      "add the output of verify -o json to the page; repeat for before, during and after",
    ).argParser(append).conflicts("dryRun"),
  );
}

/** Adds `-o` with the given formats; the first is the default. */
export function withOutput(command: Command, formats: readonly string[] = ["text", "json"]): Command {
  return command
    .addOption(new Option("-o, --output <format>", "output format").choices([...formats]).default(formats[0]))
    .option("--no-color", "no colours (also NO_COLOR)");
}

/** A repeatable flag keeps its values in order. */
export function append(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}
