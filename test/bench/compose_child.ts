/** Loads the project of a directory and prints it: the process that `compose_bench.ts` measures. */
import { load, printJson } from "../../compose/mod.ts";

const [directory = "."] = Deno.args;
const { project, diagnostics } = await load({ directory, files: ["compose.yaml"], environment: {} });
if (project === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
await new Blob([printJson(project)]).stream().pipeTo(Deno.stdout.writable);
