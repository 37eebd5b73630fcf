/** Declares the commands that show what is known of a stack and ask what is not. */
import type { Command } from "commander";
import type { On } from "./command.ts";
import { withInput, withOutput } from "./options.ts";

/** `decide`, `explain` and `graph`. */
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
}
