/** Declares the commands that show what is known of a stack and ask what is not. */
import type { Command } from "commander";
import type { On } from "./command.ts";
import { withInput, withOutput } from "./options.ts";

const DECIDE_EXAMPLES = `
Examples:
  deno task decide --stack /opt/shop                   ask in the terminal
  deno task decide --stack /opt/shop -o json           what is open, with ids and proposals
  deno task decide --stack /opt/shop --answers answers.yaml

answers.yaml has a text where the default is kept (the reason, or just: default), or lines for decisions.yaml:
  kube-system-path: default
  kube-image-local shop-web web: { services: { web: { image: registry.example/shop-web:1.4 } } }
`;

const EXPLAIN_EXAMPLES = `
Examples:
  deno task explain faf-db                             a service of the bundled example
  deno task explain --stack /opt/shop web              a service: its lines, and what each became
  deno task explain --stack /opt/shop deployment/web   an object
  deno task explain 050                                a migration
  deno task explain kube-bind-source-missing           the code of a message
  deno task explain services.web.migration ports       a decision, and a key of compose
  deno task explain traefik.http.routers.web.rule      a label
A kind in front says which is meant: service/web, migration/050, key/image, decision/image.
`;

const GRAPH_EXAMPLES = `
Examples:
  deno task graph                                      the bundled example, as a tree
  deno task graph --stack /opt/shop --of web           what is around one service
  deno task graph --stack /opt/shop -o svg > shop.svg  a picture for a browser
  deno task graph --stack /opt/shop -o mermaid         for a page that draws it
`;

/** `decide`, `explain` and `graph`. */
export function declareViews(program: Command, on: On): void {
  const decide = withOutput(withInput(program.command("decide")))
    .description("ask the open questions one by one, and write the answers into decisions.yaml")
    .option(
      "--answers <file>",
      "answers as a map, by the id or the code of a question, where nobody is asked",
    )
    .option("--dry-run", "show what would be written, write nothing")
    .addHelpText("after", DECIDE_EXAMPLES);
  on(decide, async () => (await import("./decide_command.ts")).decide);

  const explain = withOutput(withInput(program.command("explain")))
    .description(
      "say what a service, an object, a migration, a decision, a key, a label or a code is, and why",
    )
    .addHelpText("after", EXPLAIN_EXAMPLES);
  explain.argument(
    "<words...>",
    "such as web, deployment/web, 050, services.web.image, ports, kube-port-unknown",
  );
  on(explain, async () => (await import("./explain_command.ts")).explain(explain.args));

  const graph = withOutput(withInput(program.command("graph")), ["text", "dot", "mermaid", "svg", "json"])
    .description("draw the stack: services by migration, what they need and why, ways in, where data lies")
    .option("--of <service>", "only what is around one service")
    .addHelpText("after", GRAPH_EXAMPLES);
  on(graph, async () => (await import("./graph_command.ts")).graph);
}
