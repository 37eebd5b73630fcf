/** Pebble, Let's Encrypt's own small ACME server, built from its Go module and run on loopback. */
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { withFileLock } from "../../lib/embedded_cluster/file_lock.ts";
import { runGo } from "../../lib/embedded_cluster/go_command.ts";
import { makeCertificate } from "./certificate.ts";

const moduleDirectory = join(import.meta.dirname ?? ".", "modules", "pebble");
const packagePath = "github.com/letsencrypt/pebble/v2/cmd/pebble";

/** Builds it once per machine. @returns the program's path */
export async function buildPebble(report: (line: string) => void): Promise<string> {
  const sum = await Deno.readFile(join(moduleDirectory, "go.sum"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", sum));
  const name = Array.from(hash.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const program = join(cacheDirectory(Deno.env.toObject()), "bin", `pebble-${name}`, "pebble");
  const onWait = (holder: string): void => report(`Waiting for ${holder}, which builds the same program`);
  await withFileLock(`${program.replace(/\/pebble$/, "")}.lock`, onWait, async () => {
    if (await Deno.stat(program).then(() => true, () => false)) return;
    report("Building pebble from its Go module, once on this machine");
    await runGo(
      ["build", "-trimpath", "-ldflags", "-s -w", "-o", `${program}.unfinished`, packagePath],
      moduleDirectory,
    );
    await Deno.rename(`${program}.unfinished`, program);
  });
  return program;
}

export interface Pebble extends AsyncDisposable {
  readonly directoryUrl: string;
  /** The certificate that its own server shows. */
  readonly authorityFile: string;
  /** How many certificates were ordered. */
  readonly orders: () => number;
}

/** Starts it; it asks the given name server. */
export async function startPebble(port: number, dnsPort: number): Promise<Pebble> {
  const program = await buildPebble(() => {});
  const directory = await Deno.makeTempDir({ prefix: "pebble" });
  await makeCertificate(directory, ["localhost"]);
  const configuration = {
    pebble: {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${port + 1}`,
      certificate: `${directory}/certificate.pem`,
      privateKey: `${directory}/key.pem`,
      httpPort: 5002,
      tlsPort: 5001,
      retryAfter: { authz: 1, order: 1 },
      keyAlgorithm: "ecdsa",
      profiles: { default: { description: "default", validityPeriod: 7776000 } },
    },
  };
  await Deno.writeTextFile(`${directory}/pebble.json`, JSON.stringify(configuration));
  const child = new Deno.Command(program, {
    args: ["-config", `${directory}/pebble.json`, "-dnsserver", `127.0.0.1:${dnsPort}`],
    env: { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  }));
  const deadline = Date.now() + 60_000;
  while (!output.includes("ACME directory available")) {
    if (Date.now() > deadline) throw new Error(`Pebble did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    directoryUrl: `https://localhost:${port}/dir`,
    authorityFile: `${directory}/certificate.pem`,
    orders: () => output.match(/Added order /g)?.length ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
      await reading;
      await Deno.remove(directory, { recursive: true });
    },
  };
}
