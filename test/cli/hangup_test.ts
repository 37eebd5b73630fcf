/** What becomes of a command whose terminal is gone: the real process, beside an API server that counts what it is asked. */
import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { withFiles } from "./in_process.ts";
import { SmallServer } from "./small_server.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Both ends of a process that looks every two seconds until it is told to end. */
interface Watching {
  readonly process: Deno.ChildProcess;
  /** Until it asks once more. */
  askedAgain(): Promise<void>;
}

/** @param start what starts the process */
async function whileWatching(
  start: readonly string[],
  work: (watching: Watching) => Promise<void>,
): Promise<void> {
  const api = new SmallServer();
  let asked = (): void => {};
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    (request) => {
      asked();
      return api.answer(request);
    },
  );
  const files = {
    "compose.yaml": "name: shop\nservices:\n  web: { image: 'nginx:1.27' }\n",
    "kubeconfig": JSON.stringify({
      "current-context": "test",
      clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
      users: [{ name: "test", user: { token: "of-a-test" } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    }),
  };
  await withFiles(files, async (directory) => {
    const [program = "", ...words] = [...start, Deno.execPath(), "run", "--no-prompt", "-A", MAIN];
    const flags = ["--stack", directory, "--kubeconfig", `${directory}/kubeconfig`];
    const process = new Deno.Command(program, {
      args: [...words, "status", "--watch", ...flags],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    // What it saw first is told: it listens to signals, and asks nothing until the next look.
    const reader = process.stdout.getReader();
    await reader.read();
    reader.releaseLock();
    await work({
      process,
      askedAgain: () =>
        new Promise((done) => {
          asked = done;
        }),
    });
    await process.stdout.cancel();
  });
}

Deno.test("a terminal that is gone ends a command in order", () =>
  whileWatching([], async ({ process }) => {
    process.kill("SIGHUP");
    equal((await process.status).signal, null);
  }));

Deno.test("under nohup a command goes on without its terminal", () =>
  whileWatching(["nohup"], async ({ process, askedAgain }) => {
    process.kill("SIGHUP");
    const isEnded = await Promise.race([askedAgain().then(() => false), process.status.then(() => true)]);
    equal(isEnded, false);
    process.kill("SIGTERM");
    equal((await process.status).signal, null);
  }));
