/**
 * `deno task test`: every suite, one after the other. A suite that fails does not keep the next ones from running, so
 * that one run says all that is broken.
 */

/** The tasks of deno.json that make up `test`, from fast to slow. */
const SUITES = [
  "ok",
  "test:oracle",
  "test:cluster",
  "test:crossing",
  "test:access",
  "test:jobs",
  "test:traefik",
  "test:guard",
  "test:ferry",
] as const;

const say = (line: string): number => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

const failed: string[] = [];
for (const suite of SUITES) {
  const started = performance.now();
  say(`--- ${suite}`);
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["task", suite] }).spawn().status;
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`--- ${suite}: ${success ? "ok" : "FAILED"} after ${seconds} s`);
  if (!success) failed.push(suite);
}
if (failed.length > 0) {
  say(`Failed: ${failed.join(", ")}`);
  Deno.exit(1);
}
