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
      "answers as a map, by the id or the code of a question, where nobody is asked",
    )
    .option("--dry-run", "show what would be written, write nothing");
  on(decide, async () => (await import("./decide_command.ts")).decide);

  const explain = withOutput(withInput(program.command("explain")))
    .description(
      "say what a service, an object, a migration, a decision, a key, a label or a code is, and why",
    );
  explain.argument(
    "<words...>",
    "such as web, deployment/web, 050, services.web.image, ports, kube-port-unknown",
  );
  on(explain, async () => (await import("./explain_command.ts")).explain(explain.args));

  const graph = withOutput(withInput(program.command("graph")), ["text", "dot", "mermaid", "svg", "json"])
    .description("draw the stack: services by migration, what they need and why, ways in, where data lies")
    .option("--of <service>", "only what is around one service");
  on(graph, async () => (await import("./graph_command.ts")).graph);

  const report = withVerifications(withOutput(withCluster(withInput(program.command("report")))))
    .description("write the stack as one page for a browser: map, services before and after, findings, runs")
    .option("--to <file>", "the HTML file", "report.html");
  on(report, async () => (await import("./report_command.ts")).report);

  const runbook = withOutput(withCluster(withInput(program.command("runbook"))), ["markdown", "html", "json"])
    .description(
      "write the page for the night of a crossing: checks, commands in order, outages, the way back",
    );
  on(runbook, async () => (await import("./runbook_command.ts")).runbook);

  const relocate = withOutput(withCluster(withInput(program.command("relocate"))), [
    "markdown",
    "html",
    "json",
  ])
    .description("write the commands by which data gets out from below Docker's root, before Docker goes")
    .requiredOption("--to <dir>", "the folder of the node in which each volume gets its own", ofNode);
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
    .description("write the objects of all migrations as files, for those who go on with GitOps")
    .requiredOption("--to <dir>", "the folder; files in it that others wrote or changed are left alone")
    .addOption(
      new Option("--as <layout>", "what goes on with the files").choices([...LAYOUTS]).default("plain"),
    )
    .addOption(
      new Option(
        "--secrets <form>",
        "left out, as templates of SealedSecrets or of files for SOPS, as ExternalSecrets, or in clear",
      ).choices([...SECRET_FORMS]).default("omit"),
    )
    .option("--secret-store <name>", "the ClusterSecretStore of ExternalSecrets", "secrets")
    .option(
      "--overlay <profile>",
      "kustomize: only these profiles as overlays (default: all); repeatable",
      append,
    )
    .option("--repo <url>", "Argo CD: the Git repository that the folder is committed to")
    .option("--source <name>", "Flux: the GitRepository that has the folder", "flux-system")
    .option("--repo-path <dir>", "Argo CD and Flux: where the folder lies in the repository", ".")
    .option("--chart-version <version>", "Helm: the chart's version", "0.1.0")
    .option("--dry-run", "show which files would be written, write nothing");
  on(render, async () => (await import("./render_command.ts")).render);
}
