/** `graph`: the map of the stack as a tree, for Graphviz, for Mermaid, or as a picture. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { renderMapDot } from "../report/map_dot.ts";
import { renderMapMermaid } from "../report/map_mermaid.ts";
import { renderMapTree } from "../report/map_tree.ts";
import { mapAround, mapOf, type StackMap } from "../views/stack_map.ts";
import type { CommandOptions } from "./command.ts";
import { planStack } from "./plan_stack.ts";
import { viewOf } from "./stack_view.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the map; `--of` keeps what is around one service. */
export async function graph(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const view = viewOf(await planStack(options, surroundings));
  // The edge: a flag as commander has it.
  const service = options["of"] as string | undefined;
  if (service !== undefined && !Object.hasOwn(view.facts.project.services, service)) {
    throw new Failure(ExitCode.usage, [unknownService(service, Object.keys(view.facts.project.services))]);
  }
  const whole = mapOf(view);
  const map = service === undefined ? whole : mapAround(whole, service);
  terminal.out(await rendered(map, options.output, service, terminal));
  return ExitCode.ok;
}

async function rendered(
  map: StackMap,
  output: CommandOptions["output"],
  service: string | undefined,
  { outColour: colour, columns }: Terminal,
): Promise<string> {
  const around = service === undefined ? {} : { around: service };
  switch (output) {
    case "json":
      return `${JSON.stringify({ schemaVersion: 1, ...map })}\n`;
    case "dot":
      return renderMapDot(map, around);
    case "mermaid":
      return renderMapMermaid(map);
    case "svg": {
      // Graphviz compiled to WebAssembly: loaded only where a picture is wanted.
      const { instance } = await import("@viz-js/viz");
      return (await instance()).renderString(renderMapDot(map, around), { format: "svg" });
    }
    default:
      return renderMapTree(map, { colour, columns });
  }
}

function unknownService(service: string, known: readonly string[]): Diagnostic {
  const near = nearest(service, known);
  return {
    code: "cli-service-unknown",
    severity: "error",
    message: `The stack has no service "${service}"`,
    hint: near === undefined ? `Its services: ${known.join(", ")}` : `Did you mean "${near}"?`,
  };
}
