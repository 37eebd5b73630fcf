/**
 * `deno task test`: every suite. A suite that fails does not keep the next ones from running, so that one run says all
 * that is broken. Much of their time is waiting, so two of them run at a time, each on a test cluster of its own; what
 * a suite says is printed when it ends.
 */

/** Tasks of deno.json that follow one another, in the order in which they are started. */
const LANES = [
  ["test:access", "test:cluster", "test:crossing"],
  // Engines and real nodes: one at a time.
  ["test:jobs", "test:guard", "test:crossing-sample", "test:ferry"],
] as const;

/** Whoever is done takes the next of these, so that both lanes end together. */
const waiting = ["test:traefik", "test:oracle", "test:terminal", "test:report"];

/** What needs the whole machine, before anything else. */
const FIRST = "ok";

const encoder = new TextEncoder();
const failed: string[] = [];

await run(FIRST);
await Promise.all(LANES.map(async (suites) => {
  const state = await Deno.makeTempDir({ prefix: "ferry-tests-" });
  for (const suite of suites) await run(suite, { XDG_STATE_HOME: state });
  for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
    await run(suite, { XDG_STATE_HOME: state });
  }
  // A cluster that a broken suite left running still writes there.
  await Deno.remove(state, { recursive: true }).catch(() => {});
}));
if (failed.length > 0) {
  say(`Failed: ${failed.join(", ")}`);
  Deno.exit(1);
}

async function run(suite: string, env: Record<string, string> = {}): Promise<void> {
  const started = performance.now();
  say(`--- ${suite} begins`);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", suite],
    env,
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const chunks: Uint8Array[] = [];
  const keep = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    for await (const chunk of stream) chunks.push(chunk);
  };
  const [{ success }] = await Promise.all([child.status, keep(child.stdout), keep(child.stderr)]);
  for (const chunk of chunks) write(chunk);
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`--- ${suite}: ${success ? "ok" : "FAILED"} after ${seconds} s`);
  if (!success) failed.push(suite);
}

function say(line: string): void {
  write(encoder.encode(`${line}\n`));
}

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
