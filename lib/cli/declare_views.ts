/** Declares the commands that show what is known of a stack and ask what is not. */
import { isAbsolute } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { LAYOUTS, SECRET_FORMS } from "../render/options.ts";
import type { On } from "./command.ts";
import { append, withCluster, withInput, withOutput, withVerifications } from "./options.ts";

/** `decide`, `explain`, `graph`, `report`, `runbook`, `relocate` and `render`. */
export function declareViews(program: Command, on: On): void {
  const decide = withOutput(withInput(program.command("decide")))
    .description("ask the open questions one by one, and write the answers into decisions.yaml")
    .option(
      "--answers <file>",
      "take the answers from this file instead of the terminal: a map by the id or the code of a question",
    )
    .option("--dry-run", "show what would be written, write nothing");
  on(decide, async () => (await import("./decide_command.ts")).decide);

  const explain = withOutput(withInput(program.command("explain")))
    .description(
      "explain a service, an object, a migration, a decision, a key, a label or a code",
    );
  explain.argument(
    "<words...>",
    "such as web, deployment/web, 050, services.web.image, ports, kube-port-unknown",
  );
  on(explain, async () => (await import("./explain_command.ts")).explain(explain.args));

  const graph = withOutput(withInput(program.command("graph")), ["text", "dot", "mermaid", "svg", "json"])
    .description(
      "draw the stack: services by migration, their dependencies and the reasons, routes and ports, volumes",
    )
    .option("--of <service>", "only what is around one service");
  on(graph, async () => (await import("./graph_command.ts")).graph);

  const report = withVerifications(withOutput(withCluster(withInput(program.command("report")))))
    .description("write the stack as one HTML page: map, services before and after, findings, runs")
    .option("--to <file>", "the HTML file", "report.html");
  on(report, async () => (await import("./report_command.ts")).report);

  const runbook = withOutput(withCluster(withInput(program.command("runbook"))), ["markdown", "html", "json"])
    .description(
      "write a runbook for the move: checks, commands in order, outages, the way back",
    );
  on(runbook, async () => (await import("./runbook_command.ts")).runbook);

  const relocate = withOutput(withCluster(withInput(program.command("relocate"))), [
    "markdown",
    "html",
    "json",
  ])
    .description("print the commands that move data out of Docker's data root, before Docker is removed")
    .requiredOption("--to <dir>", "the folder on the node that gets a folder for each volume", ofNode);
  on(relocate, async () => (await import("./relocate_command.ts")).relocate);

  declareRender(program, on);
}

/** A folder here may be none there. */
function ofNode(path: string): string {
  if (isAbsolute(path)) return path;
  throw new InvalidArgumentError(
    `It is a folder of the node: name it from the root on, such as /srv/${path}`,
  );
}

function declareRender(program: Command, on: On): void {
  const render = withOutput(withCluster(withInput(program.command("render"))))
    .description("write the objects of all migrations as files, for GitOps")
    .requiredOption(
      "--to <dir>",
      "the target folder; files in it that others wrote or changed are not overwritten",
    )
    .addOption(
      new Option("--as <layout>", "the tool that will apply the files").choices([...LAYOUTS]).default(
        "plain",
      ),
    )
    .addOption(
      new Option(
        "--secrets <form>",
        "how Secrets are written: left out, as SealedSecret or SOPS templates, as ExternalSecrets, or in clear text",
      ).choices([...SECRET_FORMS]).default("omit"),
    )
    .option("--secret-store <name>", "the ClusterSecretStore for ExternalSecrets", "secrets")
    .option(
      "--overlay <profile>",
      "kustomize: only these profiles as overlays (default: all); repeatable",
      append,
    )
    .option("--repo <url>", "Argo CD: the Git repository that contains the folder")
    .option("--source <name>", "Flux: the GitRepository object that contains the folder", "flux-system")
    .option("--repo-path <dir>", "Argo CD and Flux: path of the folder in the repository", ".")
    .option("--chart-version <version>", "Helm: the chart's version", "0.1.0")
    .option("--dry-run", "show which files would be written; write nothing");
  on(render, async () => (await import("./render_command.ts")).render);
}
