/**
 * Writes numbered rows all the time, wherever the database answers: run inside a node's namespaces, until they are
 * closed. What was acknowledged and what failed lies in a file, as JSON.
 */

/** What came of it so far. */
export interface Written {
  /** The numbers of all rows that the database said it has. */
  readonly acknowledged: readonly number[];
  /** The longest time between two that it said so, in milliseconds. */
  readonly longestMs: number;
}

const EVERY_MS = 100;

/** Where the database may answer: in its container, or at its Service. */
async function addresses(container: string, kubectl: readonly string[]): Promise<readonly string[]> {
  const [inEngine, inCluster] = await Promise.all([
    output("docker", [
      "inspect",
      "--format",
      "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
      container,
    ]),
    output(kubectl[0] ?? "", [...kubectl.slice(1), "-o", "jsonpath={.spec.clusterIP}"]),
  ]);
  return [inEngine, inCluster].filter((address) => /^\d+\./.test(address));
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: [...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function insert(address: string, row: number): Promise<boolean> {
  const { success } = await new Deno.Command("psql", {
    args: ["-h", address, "-U", "harbour", "postgres", "-qc", `INSERT INTO ship VALUES ('row ${row}')`],
    env: { PGPASSWORD: "spyglass", PGCONNECT_TIMEOUT: "2" },
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** Writes for ever. A row whose answer was lost gets no second try: it may be there. */
async function write(file: string, container: string, kubectl: readonly string[]): Promise<void> {
  const acknowledged: number[] = [];
  let [longestMs, last] = [0, performance.now()];
  let known = await addresses(container, kubectl);
  for (let row = 0;; row++) {
    const begin = performance.now();
    let isWritten = false;
    for (const address of known) isWritten ||= await insert(address, row);
    const now = performance.now();
    if (isWritten) {
      acknowledged.push(row);
      longestMs = Math.max(longestMs, now - last);
      last = now;
    } else known = await addresses(container, kubectl);
    const written: Written = { acknowledged, longestMs: Math.round(longestMs) };
    await Deno.writeTextFile(`${file}.new`, JSON.stringify(written));
    await Deno.rename(`${file}.new`, file);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY_MS - (performance.now() - begin))));
  }
}

if (import.meta.main) {
  const [file = "", container = "", ...kubectl] = Deno.args;
  await write(file, container, kubectl);
}
