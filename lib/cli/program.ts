/** Declares the commands; each one's code is loaded when it is called, so that `--help` is quick. */
import { Command, CommanderError, Option } from "commander";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { append, withCluster, withInput, withOutput, withVerifications, withWriting } from "./options.ts";
import type { CommandOptions, On } from "./command.ts";
import { addExamples, declareShell } from "./declare_shell.ts";
import { declareViews } from "./declare_views.ts";
import type { Purpose } from "../run/rights.ts";
import type { StackFlags } from "./stack_folders.ts";
import type { Surroundings } from "./surroundings.ts";
import { guarded } from "./terminal.ts";
import { visible } from "../diagnostics/visible.ts";

/**
 * Runs the command line and returns the exit code. Wrong flags end with `ExitCode.usage`.
 */
export async function runProgram(
  args: readonly string[],
  given: Surroundings,
  version: string,
): Promise<number> {
  const surroundings = withGuardedTerminal(given);
  let exitCode: number = ExitCode.ok;
  const program = new Command("compose-ferry")
    .description(
      "Moves a docker-compose stack with Traefik to k3s, in numbered steps that can be repeated and resumed.",
    )
    .version(version, "-V, --version", "print the version")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => surroundings.terminal(false).out(visible(text)),
      writeErr: (text) => surroundings.terminal(false).err(visible(text)),
    });
  const on: On = (command, load, takesSeveral = false) => {
    command.action(async () => {
      const { runCommand } = await import("./run_command.ts");
      const { runOnStacks } = await import("./several_stacks.ts");
      const run = await load();
      // The edge: flags as commander has them.
      const { stack, stacks, ...rest } = command.optsWithGlobals() as StackFlags & Record<string, unknown>;
      const options = rest as CommandOptions;
      const flags = {
        ...(stack === undefined ? {} : { stack }),
        ...(stacks === undefined ? {} : { stacks }),
      };
      exitCode = await runCommand(
        () => runOnStacks(run, flags, options, surroundings, { takesSeveral }),
        options,
        surroundings,
      );
    });
  };
  declareMoving(program, on);
  declareLooking(program, on);
  declareViews(program, on);
  declareAccess(program, on);
  declareSecrets(program, on);
  declareCluster(program, on);
  declareShell(program, on, version);
  addExamples(program);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 || error.code === "commander.help" ? ExitCode.ok : ExitCode.usage;
  }
  return exitCode;
}

/** The user stays a thing that is asked for only where it is needed. */
function withGuardedTerminal(given: Surroundings): Surroundings {
  return Object.create(given, {
    terminal: { value: (noColor: boolean) => guarded(given.terminal(noColor)) },
  });
}

const ALLOW_RUNNING = "start workloads even if containers still write to the same directories";
const CROSS =
  "move running containers one by one: stop each service in Docker, prove that it has ended, start it in the cluster";
const ACCEPT_NEW =
  "also apply changes that come only from this version of the tool; --yes does not confirm them";
function declareMoving(program: Command, on: On): void {
  const migrate = withVerifications(
    withWriting(withOutput(withCluster(withInput(program.command("migrate"))))),
  )
    .description("apply the pending migrations, in order")
    .option("--dry-run", "show what would change, write nothing")
    .option("--full", "with --dry-run: show new objects in full, not only their names")
    .option("--to <number>", "stop after this migration, such as 050")
    .option("--frozen", "fail if a migration that is already applied would change")
    .option("--adopt", "take over objects and fields that others created")
    .option("--accept-new-version", ACCEPT_NEW)
    .option("--allow-running", ALLOW_RUNNING)
    .option("--cross", CROSS)
    .addOption(
      new Option("--report <file>", "write a page of the run and update it during the run (see report)")
        .conflicts("dryRun"),
    )
    .option("--detailed-exitcode", "with --dry-run: exit with 10 if there are changes to apply");
  on(migrate, async () => (await import("./migrate_command.ts")).migrate, true);

  const rehearse = withWriting(withOutput(withCluster(withInput(program.command("rehearse")))))
    .description(
      "move a copy of the stack to the cluster and back, and measure each outage; the live stack keeps running",
    )
    .option(
      "--copies <dir>",
      "folder for the copy, which gets a folder of its own there (default: beside the stack's folder)",
    )
    .option(
      "--pause",
      "pause the containers that write to a directory while it is copied: they do not answer meanwhile",
    )
    .option("--online", "let the copy connect to other machines, with the live stack's credentials")
    .addOption(new Option("--keep", "keep the copy for inspection; --clean removes it").conflicts("clean"))
    .option("--clean", "only remove what an earlier rehearsal left behind");
  on(rehearse, async () => (await import("./rehearse_command.ts")).rehearse);

  const images = withWriting(withOutput(withCluster(withInput(program.command("images")))))
    .description("copy the images of the stack from Docker to the node while the stack keeps running")
    .option("--dry-run", "show where each image is; write nothing");
  on(images, async () => (await import("./images_command.ts")).images);

  const redo = withWriting(withOutput(withCluster(withInput(program.command("redo")))))
    .description("apply one migration again, with its Jobs")
    .option("--dry-run", "show what would change, write nothing")
    .option("--adopt", "take over objects and fields that others created")
    .option("--accept-new-version", ACCEPT_NEW)
    .option("--allow-running", ALLOW_RUNNING);
  redo.argument("<number>", "the migration, such as 060");
  on(redo, async () => (await import("./migrate_command.ts")).redo(redo.args[0] ?? ""));

  const rollback = withWriting(withOutput(withCluster(withInput(program.command("rollback")))))
    .description("remove workloads and routes of later migrations, newest first; data stays")
    .option("--to <number>", "the last migration that stays, such as 070")
    .option(
      "--service <name>",
      "move one service back to its containers, with the data written since; repeatable",
      append,
    )
    .option("--dry-run", "show what would be removed, write nothing");
  on(rollback, async () => (await import("./back_commands.ts")).rollback);

  const prune = withWriting(withOutput(withCluster(withInput(program.command("prune")))))
    .description("remove objects that are no longer part of the stack; data stays")
    .option("--dry-run", "show what would be removed, write nothing");
  on(prune, async () => (await import("./back_commands.ts")).prune);

  const unlock = withWriting(withOutput(withCluster(withInput(program.command("unlock")))))
    .description("release the lock of a run that is gone; the lock of a dead run expires after 15 seconds")
    .requiredOption("--run <id>", "the run id that status shows");
  on(unlock, async () => (await import("./back_commands.ts")).unlock);
}

function declareLooking(program: Command, on: On): void {
  const init = withOutput(withInput(program.command("init")))
    .description("create the files that a fresh clone lacks from their templates; never overwrites a file")
    .option("--dry-run", "show what would be copied, write nothing")
    .option("-y, --yes", "do not ask");
  on(init, async () => (await import("./init_command.ts")).init);

  const status = withVerifications(withOutput(withCluster(withInput(program.command("status")))))
    .description("show which migrations are applied, pending, changed or failed")
    .option("--drift", "show what others have changed in the cluster since")
    .option("--watch", "show it again whenever it changes, until Ctrl-C")
    .option("--report <file>", "also write it as a page; with --watch whenever it changes (see report)")
    .option("--detailed-exitcode", "exit with 10 if there are changes to apply");
  on(status, async () => (await import("./status_command.ts")).status, true);

  const verify = withOutput(withCluster(withInput(program.command("verify"))))
    .description(
      "send a request to every route and published port in Docker and in the cluster, and compare the answers",
    )
    .option(
      "--old-http <address>",
      "address of entry point web of Docker's Traefik, as HOST:PORT (default: its container, port 80)",
    )
    .option("--old-https <address>", "the same for entry point websecure (default: port 443)")
    .option(
      "--new-http <address>",
      "address of entry point web of the cluster's Traefik (default: its Service, port 80)",
    )
    .option("--new-https <address>", "the same for entry point websecure (default: port 443)")
    .option("--against <file>", "compare with Docker's answers in an earlier -o json");
  on(verify, async () => (await import("./verify_command.ts")).verify);

  const check = withOutput(withCluster(withInput(program.command("check"))))
    .description(
      "report problems, open questions and what will differ before the move; asks a cluster only if one is named",
    )
    .option("--strict", "also exit with 3 while a question is unanswered")
    .option(
      "--host-file <file>",
      "crontab, systemd unit or script of the machine that may use the containers; repeatable",
      append,
    )
    .option(
      "--chart <name=path>",
      "folder or .tgz of the chart that a HelmChart or HelmChartConfig is for; repeatable",
      append,
    );
  on(check, async () => (await import("./check_command.ts")).check, true);

  const rbac = withOutput(withInput(program.command("rbac")), ["yaml", "json"])
    .description("print the RBAC objects that a run needs, for an administrator; contacts no cluster")
    .option("--user <name>", "the user or service account that gets the permissions", "compose-ferry")
    .addOption(
      new Option("--for <command...>", "the commands they are for").choices(
        ["migrate", "cross", "rollback", "prune", "access"] satisfies Purpose[],
      ).default(["migrate"]),
    );
  on(rbac, async () => (await import("./rbac_command.ts")).rbac);

  const k3s = withOutput(withInput(program.command("k3s")), ["text", "nix", "json"])
    .description("print the k3s configuration for the node that the stack moves to")
    .option("--to <dir>", "write the files below this folder (/ on the node); never overwrites a file");
  on(k3s, async () => (await import("./k3s_command.ts")).k3s);

  const config = withOutput(withInput(program.command("config")), ["yaml", "json"])
    .description("print the compose project as it was read, or its problems; secrets are masked")
    .option("--show-secrets", "print secrets as they are");
  on(config, async () => (await import("./config_command.ts")).config);
}

function declareAccess(program: Command, on: On): void {
  const access = program.command("access").description("grant, revoke and list access to the namespace");
  const grant = withWriting(withOutput(withCluster(withInput(access.command("grant")))))
    .description("give a person a role: in the decisions file, then in the cluster")
    .addOption(
      new Option("--role <role>", "what the person may do (see docs/access.md)")
        .choices(["viewer", "deployer", "operator"]).makeOptionMandatory(),
    )
    .option(
      "--user <name>",
      "the person logs in by OIDC; the user name in the issuer's tokens, such as the number in sub",
    )
    .option("--no-user", "the person uses a service account, not OIDC")
    .option("--dry-run", "show what would change, write nothing");
  grant.argument("<person>", "a short name, such as alice");
  on(grant, async () => (await import("./access_command.ts")).grant(grant.args[0] ?? ""));

  const revoke = withWriting(withOutput(withCluster(withInput(access.command("revoke")))))
    .description("revoke all access of a person; every token becomes invalid at once")
    .option("--dry-run", "show what would change, write nothing");
  revoke.argument("<person>", "the name used in access grant");
  on(revoke, async () => (await import("./access_command.ts")).revoke(revoke.args[0] ?? ""));

  const list = withOutput(withCluster(withInput(access.command("list"))))
    .description("list people and groups, their roles, and whether decisions and cluster agree");
  on(list, async () => (await import("./access_list_command.ts")).list);

  const kubeconfig = withOutput(withCluster(withInput(access.command("kubeconfig"))), ["yaml", "json"])
    .description("print the kubeconfig of a person: with a token that expires, or with the OIDC login")
    .option("--duration <duration>", "how long the token is valid", "8h")
    .option("--server <url>", "the API server's address for that person (default: the one you use)");
  kubeconfig.argument("<person>", "the name used in access grant");
  on(
    kubeconfig,
    async () => (await import("./access_kubeconfig_command.ts")).kubeconfig(kubeconfig.args[0] ?? ""),
  );
}

function declareSecrets(program: Command, on: On): void {
  const secrets = program.command("secrets").description("list and change the secrets of the stack");
  const list = withOutput(withCluster(withInput(secrets.command("list"))))
    .description(
      "list every secret: where it comes from, where it is stored, what reads it and what must be equal; no values",
    );
  on(list, async () => (await import("./secrets_command.ts")).list);

  const change = (verb: "set" | "rotate"): Command => {
    const command = withWriting(withOutput(withCluster(withInput(secrets.command(verb)))));
    command.option("--dry-run", "show the places and what would restart; write nothing")
      .argument("[name]", "the name of the secret in secrets list");
    // What else stands there may be a value: it is refused without being repeated.
    return command.allowExcessArguments().allowUnknownOption();
  };
  const set = change("set")
    .description(
      "change a secret everywhere: files, database or broker, programs; reads the value from standard input",
    )
    .option("--from-file <file>", "read the value from this file instead of standard input");
  on(set, async () => (await import("./secret_change.ts")).set(set.args));

  const rotate = change("rotate").description("the same with a random value, which is never shown");
  on(rotate, async () => (await import("./secret_change.ts")).rotate(rotate.args));

  const diff = withOutput(withCluster(withInput(secrets.command("diff"))))
    .description("compare the stack's secrets with the cluster's; shows names, no values")
    .option("--detailed-exitcode", "exit with 10 if they are not the same");
  on(diff, async () => (await import("./secrets_command.ts")).diff);
}

function declareCluster(program: Command, on: On): void {
  const cluster = program.command("cluster").description("the embedded cluster (its pods are simulated)");
  const verbs = {
    up: "start it; the first start builds it, which takes minutes",
    status: "show whether it runs",
    down: "stop it and keep its contents",
    reset: "stop it and delete its contents",
    kubeconfig: "print the path of its kubeconfig",
  } as const;
  for (const [verb, description] of Object.entries(verbs)) {
    const command = withOutput(cluster.command(verb)).description(description);
    on(command, async () => (await import("./cluster_command.ts")).cluster(verb as keyof typeof verbs));
  }
}
