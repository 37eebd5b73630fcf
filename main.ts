/** Puts the parts together: the commands, the migrations beside this file, and the embedded cluster. */
import { hostname, userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import metadata from "./deno.json" with { type: "json" };
import { runProgram } from "./lib/cli/program.ts";
import { processInput } from "./lib/cli/input.ts";
import { processTerminal } from "./lib/cli/terminal.ts";

if (import.meta.main) {
  const environment = Deno.env.toObject();
  const directory = environment["INIT_CWD"] ?? Deno.cwd();
  Deno.exitCode = await runProgram(Deno.args, {
    environment,
    directory,
    home: fileURLToPath(new URL(".", import.meta.url)),
    // Asked for by what writes to a cluster: what only reads files runs without the right to know it.
    get user() {
      return operator(environment);
    },
    now: () => new Date(),
    signal: interruption(),
    embedded: async () => (await import("./lib/embedded_cluster/embedded.ts")).embeddedCluster(environment),
    terminal: (noColor) => processTerminal(environment, directory, noColor),
    input: processInput(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  }, metadata.version);
  Deno.exit();
}

/** Who is at which machine, as `alice@host`; a uid without a name stands for itself. */
function operator({ USER }: Readonly<Record<string, string>>): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `${USER ?? Deno.uid()}@${hostname()}`;
  }
}

/** The first Ctrl-C or TERM asks the run to end in order; the second ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort();
  };
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", interrupt);
  return controller.signal;
}
