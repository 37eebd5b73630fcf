/** `deno task test:traefik`: builds what is needed, then runs the tests of this folder in a network namespace. */
import { runIsolated } from "./namespace.ts";

await import("./build.ts");
const tests = Deno.args.length > 0 ? Deno.args : [import.meta.dirname ?? "test/traefik"];
const code = await runIsolated([Deno.execPath(), "test", "-A", "--no-check", ...tests]);
Deno.exit(code);
