/**
 * Runs a command beside a Docker Engine whose archive of one image breaks off: run inside a node's namespaces. It stands
 * between the command and the engine, and sends so many bytes of the archive and no more.
 */
import { join } from "node:path";

/** What ends the archive: the engine's connection, or the command itself, killed. */
export type BrokenBy = "cut" | "kill";

const ENGINE = "/var/run/docker.sock";

/** @param image as the engine's request names it. @param bytes of its archive that arrive. */
async function run(
  [image, bytes, by, ...command]: readonly [string, number, BrokenBy, ...string[]],
): Promise<number> {
  const directory = await Deno.makeTempDir();
  const path = join(directory, "docker.sock");
  using listener = Deno.listen({ transport: "unix", path });
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, { args, env: { DOCKER_HOST: `unix://${path}` } }).spawn();
  let isBroken = false;
  const breakOff = (connections: readonly Deno.UnixConn[]): void => {
    isBroken = true;
    if (by === "kill") child.kill("SIGKILL");
    else for (const connection of connections) close(connection);
  };
  const wanted = `/images/get?names=${encodeURIComponent(image)}`;
  void serve(listener, wanted, bytes, breakOff);
  const { code } = await child.status;
  await Deno.remove(directory, { recursive: true });
  if (!isBroken) throw new Error(`Nothing was broken off: nobody asked for so much of "${image}"`);
  return code;
}

async function serve(
  listener: Deno.UnixListener,
  wanted: string,
  bytes: number,
  breakOff: (connections: readonly Deno.UnixConn[]) => void,
): Promise<void> {
  for await (const client of listener) {
    const engine = await Deno.connect({ transport: "unix", path: ENGINE });
    let left = Infinity;
    const asked = (part: Uint8Array): boolean => {
      if (new TextDecoder().decode(part).includes(wanted)) left = bytes;
      return true;
    };
    const answered = (part: Uint8Array): boolean => {
      left -= part.length;
      if (left > 0) return true;
      breakOff([client, engine]);
      return false;
    };
    void pass(client, engine, asked);
    void pass(engine, client, answered);
  }
}

/** Passes on what comes, until one of the two ends or somebody says no. */
async function pass(
  from: Deno.UnixConn,
  to: Deno.UnixConn,
  goesOn: (part: Uint8Array) => boolean,
): Promise<void> {
  try {
    for await (const part of from.readable) {
      if (!goesOn(part)) return;
      for (let at = 0; at < part.length;) at += await to.write(part.subarray(at));
    }
    close(to);
  } catch { /* The other one has ended. */ }
}

function close(connection: Deno.UnixConn): void {
  try {
    connection.close();
  } catch { /* It has ended by itself. */ }
}

if (import.meta.main) {
  const [image = "", bytes = "", by = "", ...command] = Deno.args;
  // The edge: an argument of the test beside this file.
  Deno.exit(await run([image, Number(bytes), by as BrokenBy, ...command]));
}
