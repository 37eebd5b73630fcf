/**
 * The process that tells what a start is made of: it loads the code of a command, then runs it in this process. Prints
 * milliseconds of both; what the command says goes nowhere.
 */
import { fileURLToPath } from "node:url";

const [file = "", ...args] = Deno.args;
const home = fileURLToPath(new URL("../../", import.meta.url));
const start = performance.now();
const { runProgram } = await import("../../lib/cli/program.ts");
const { processInput } = await import("../../lib/cli/input.ts");
const { processTerminal } = await import("../../lib/cli/terminal.ts");
if (file !== "") {
  await Promise.all([
    import("../../lib/cli/run_command.ts"),
    import("../../lib/cli/several_stacks.ts"),
    import(`../../lib/cli/${file}`),
  ]);
}
const loaded = performance.now();
const environment = Deno.env.toObject();
const code = await runProgram(args, {
  environment,
  directory: Deno.cwd(),
  home,
  user: "bench@here",
  now: () => new Date(),
  signal: new AbortController().signal,
  embedded: () => Promise.reject(new Error("The cluster is named by a flag")),
  terminal: (noColor) => ({
    ...processTerminal(environment, Deno.cwd(), noColor),
    out: () => undefined,
    err: () => undefined,
  }),
  input: processInput(),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
}, "bench");
const end = performance.now();
Deno.stdout.writeSync(
  new TextEncoder().encode(JSON.stringify({ code, loadMs: loaded - start, workMs: end - loaded })),
);
Deno.exit();
