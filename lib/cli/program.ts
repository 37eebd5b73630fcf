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

const ALLOW_RUNNING = "start workloads although containers still write to the same directories";
const CROSS = "move what runs as containers: stop each service there, prove it, start it here, one by one";
const ACCEPT_NEW = "apply also what only this version of the tool changes; --yes does not answer that";
function declareMoving(program: Command, on: On): void {
  const migrate = withVerifications(
    withWriting(withOutput(withCluster(withInput(program.command("migrate"))))),
  )
    .description("apply the pending migrations, in order")
    .option("--dry-run", "show what would change, write nothing")
    .option("--full", "with --dry-run: show new objects whole, not only their names")
    .option("--to <number>", "stop after this migration, such as 050")
    .option("--frozen", "refuse when an applied migration would change")
    .option("--adopt", "take over objects and fields that others made")
    .option("--accept-new-version", ACCEPT_NEW)
    .option("--allow-running", ALLOW_RUNNING)
    .option("--cross", CROSS)
    .addOption(
      new Option("--report <file>", "write the page of the run, again while it goes on (see report)")
        .conflicts("dryRun"),
    )
    .option("--detailed-exitcode", "with --dry-run: exit with 10 when there is something to do");
  on(migrate, async () => (await import("./migrate_command.ts")).migrate, true);

  const rehearse = withWriting(withOutput(withCluster(withInput(program.command("rehearse")))))
    .description("move a copy of the stack there and back, and measure each outage; what is live goes on")
    .option(
      "--copies <dir>",
      "where the copy lies, in a folder of its own (default: beside the stack's folder)",
    )
    .option(
      "--pause",
      "hold the containers of a directory still while it is copied: nobody serves them meanwhile",
    )
    .option("--online", "let the copy reach other machines, with the live stack's credentials")
    .addOption(new Option("--keep", "leave the copy for a look; --clean takes it away").conflicts("clean"))
    .option("--clean", "only take away what an earlier rehearsal left");
  on(rehearse, async () => (await import("./rehearse_command.ts")).rehearse);

  const images = withWriting(withOutput(withCluster(withInput(program.command("images")))))
    .description("bring the images of the stack from Docker to the node, while the old stack serves")
    .option("--dry-run", "show where each image is, write nothing");
  on(images, async () => (await import("./images_command.ts")).images);

  const redo = withWriting(withOutput(withCluster(withInput(program.command("redo")))))
    .description("apply one migration again, its jobs included")
    .option("--dry-run", "show what would change, write nothing")
    .option("--adopt", "take over objects and fields that others made")
    .option("--accept-new-version", ACCEPT_NEW)
    .option("--allow-running", ALLOW_RUNNING);
  redo.argument("<number>", "the migration, such as 060");
  on(redo, async () => (await import("./migrate_command.ts")).redo(redo.args[0] ?? ""));

  const rollback = withWriting(withOutput(withCluster(withInput(program.command("rollback")))))
    .description("remove workloads and routes of later migrations, newest first; data stays")
    .option("--to <number>", "the last migration that stays, such as 070")
    .option(
      "--service <name>",
      "take one service back to its containers, with what was written since; repeatable",
      append,
    )
    .option("--dry-run", "show what would be removed, write nothing");
  on(rollback, async () => (await import("./back_commands.ts")).rollback);

  const prune = withWriting(withOutput(withCluster(withInput(program.command("prune")))))
    .description("remove objects that the stack no longer has; data stays")
    .option("--dry-run", "show what would be removed, write nothing");
  on(prune, async () => (await import("./back_commands.ts")).prune);

  const unlock = withWriting(withOutput(withCluster(withInput(program.command("unlock")))))
    .description("take the lock from a run that is gone; a dead run is replaced by itself after 15 seconds")
    .requiredOption("--run <id>", "the run that status names");
  on(unlock, async () => (await import("./back_commands.ts")).unlock);
}

function declareLooking(program: Command, on: On): void {
  const init = withOutput(withInput(program.command("init")))
    .description("make the files that a fresh clone lacks from their templates; never over one that is there")
    .option("--dry-run", "show what would be copied, write nothing")
    .option("-y, --yes", "do not ask");
  on(init, async () => (await import("./init_command.ts")).init);

  const status = withVerifications(withOutput(withCluster(withInput(program.command("status")))))
    .description("show which migrations are applied, pending, changed or failed")
    .option("--drift", "show what others changed in the cluster since")
    .option("--watch", "show it again whenever it has changed, until Ctrl-C")
    .option("--report <file>", "write it as a page, too; with --watch whenever it has changed (see report)")
    .option("--detailed-exitcode", "exit with 10 when there is something to do");
  on(status, async () => (await import("./status_command.ts")).status, true);

  const verify = withOutput(withCluster(withInput(program.command("verify"))))
    .description("ask every route and published port at Docker's side and at the cluster's, and compare")
    .option(
      "--old-http <address>",
      "where Docker's Traefik has entry point web, as HOST:PORT (default: its container, by port 80)",
    )
    .option("--old-https <address>", "and websecure (default: by port 443)")
    .option(
      "--new-http <address>",
      "where the cluster's Traefik has entry point web (default: its Service, port 80)",
    )
    .option("--new-https <address>", "and websecure (default: port 443)")
    .option("--against <file>", "compare with what Docker's side answered in an earlier -o json");
  on(verify, async () => (await import("./verify_command.ts")).verify);

  const check = withOutput(withCluster(withInput(program.command("check"))))
    .description(
      "say everything that is worth knowing before the move; asks a cluster only where one is named",
    )
    .option("--strict", "exit with 3 also while a question has no answer")
    .option(
      "--host-file <file>",
      "crontab, unit or script of the machine that may reach into containers; repeatable",
      append,
    )
    .option(
      "--chart <name=path>",
      "folder or .tgz of the chart that a HelmChart or HelmChartConfig is for; repeatable",
      append,
    );
  on(check, async () => (await import("./check_command.ts")).check, true);

  const rbac = withOutput(withInput(program.command("rbac")), ["yaml", "json"])
    .description("print the roles that the run needs, for an administrator; talks to no cluster")
    .option("--user <name>", "who is to have them", "compose-ferry")
    .addOption(
      new Option("--for <command...>", "what they are to be enough for").choices(
        ["migrate", "cross", "rollback", "prune", "access"] satisfies Purpose[],
      ).default(["migrate"]),
    );
  on(rbac, async () => (await import("./rbac_command.ts")).rbac);

  const k3s = withOutput(withInput(program.command("k3s")), ["text", "nix", "json"])
    .description("print k3s's own settings for the node that the stack moves to")
    .option("--to <dir>", "lay them out below this folder, which is / on the node; nothing is written over");
  on(k3s, async () => (await import("./k3s_command.ts")).k3s);

  const config = withOutput(withInput(program.command("config")), ["yaml", "json"])
    .description("print the compose project as it was understood, or its problems; secrets are masked")
    .option("--show-secrets", "print secrets as they are");
  on(config, async () => (await import("./config_command.ts")).config);
}

function declareAccess(program: Command, on: On): void {
  const access = program.command("access").description("who may do what in the namespace, person by person");
  const grant = withWriting(withOutput(withCluster(withInput(access.command("grant")))))
    .description("give a person a role: in the decisions file, then in the cluster")
    .addOption(
      new Option("--role <role>", "what the person may do; docs/access.md lists it")
        .choices(["viewer", "deployer", "operator"]).makeOptionMandatory(),
    )
    .option("--user <name>", "logs in by OIDC; the name as the issuer writes it, such as the number in sub")
    .option("--no-user", "does not log in by OIDC (any more): a service account")
    .option("--dry-run", "show what would change, write nothing");
  grant.argument("<person>", "a short name, such as alice");
  on(grant, async () => (await import("./access_command.ts")).grant(grant.args[0] ?? ""));

  const revoke = withWriting(withOutput(withCluster(withInput(access.command("revoke")))))
    .description("take everything from a person; every token ends at once")
    .option("--dry-run", "show what would change, write nothing");
  revoke.argument("<person>", "as it was granted");
  on(revoke, async () => (await import("./access_command.ts")).revoke(revoke.args[0] ?? ""));

  const list = withOutput(withCluster(withInput(access.command("list"))))
    .description("people and groups, their roles, and whether decisions and cluster agree");
  on(list, async () => (await import("./access_list_command.ts")).list);

  const kubeconfig = withOutput(withCluster(withInput(access.command("kubeconfig"))), ["yaml", "json"])
    .description("print the kubeconfig of a person: with a token that ends, or with the OIDC login")
    .option("--duration <duration>", "how long the token is to be valid", "8h")
    .option("--server <url>", "the address that the person reaches the cluster by (default: your own)");
  kubeconfig.argument("<person>", "as it was granted");
  on(
    kubeconfig,
    async () => (await import("./access_kubeconfig_command.ts")).kubeconfig(kubeconfig.args[0] ?? ""),
  );
}

function declareSecrets(program: Command, on: On): void {
  const secrets = program.command("secrets").description("which secrets there are, and how one is changed");
  const list = withOutput(withCluster(withInput(secrets.command("list"))))
    .description("show every secret: where it is written and kept, who reads it, what must agree; no value");
  on(list, async () => (await import("./secrets_command.ts")).list);

  const change = (verb: "set" | "rotate"): Command => {
    const command = withWriting(withOutput(withCluster(withInput(secrets.command(verb)))));
    command.option("--dry-run", "show the places and what would follow, write nothing")
      .argument("[name]", "the secret, as list names it");
    // What else stands there may be a value: it is refused without being repeated.
    return command.allowExcessArguments().allowUnknownOption();
  };
  const set = change("set")
    .description(
      "change a secret everywhere: files, database or broker, programs; the value comes from stdin",
    )
    .option("--from-file <file>", "read the value from this file instead of standard input");
  on(set, async () => (await import("./secret_change.ts")).set(set.args));

  const rotate = change("rotate").description("the same with a random value, which nobody sees");
  on(rotate, async () => (await import("./secret_change.ts")).rotate(rotate.args));

  const diff = withOutput(withCluster(withInput(secrets.command("diff"))))
    .description("compare the stack's secrets with the cluster's, by names; no value")
    .option("--detailed-exitcode", "exit with 10 when they are not the same");
  on(diff, async () => (await import("./secrets_command.ts")).diff);
}

function declareCluster(program: Command, on: On): void {
  const cluster = program.command("cluster").description("the embedded cluster (its pods are simulated)");
  const verbs = {
    up: "start it; the first time builds it, which takes minutes",
    status: "say whether it runs",
    down: "stop it and keep what it holds",
    reset: "stop it and empty it",
    kubeconfig: "print the path of its kubeconfig",
  } as const;
  for (const [verb, description] of Object.entries(verbs)) {
    const command = withOutput(cluster.command(verb)).description(description);
    on(command, async () => (await import("./cluster_command.ts")).cluster(verb as keyof typeof verbs));
  }
}
