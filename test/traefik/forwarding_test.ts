/**
 * What stands in for a service passes connections on, also for those who called before it could, and on a machine that has
 * no inotify instance left.
 */
import assert from "node:assert/strict";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { forwarding } from "../../lib/run/living/forwarding.ts";
import { serveBackends } from "./echo_servers.ts";

const LISTENS = 18080;
const SERVES = 18081;

/** The kernel gives each user namespace a number of its own, so that nobody else's is touched. */
const WITHOUT_INOTIFY = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"';

async function mayTakeInotifyAway(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const { success } = await unshared("true").output().catch(() => ({ success: false }));
  return success;
}

function unshared(...program: readonly string[]): Deno.Command {
  return new Deno.Command("unshare", {
    args: ["--user", "--map-root-user", "sh", "-c", WITHOUT_INOTIFY, "sh", ...program],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
}

Deno.test({
  name: "a stand-in passes on what comes, also of those who were there first and keep their connection",
  ignore: !await mayTakeInotifyAway(),
  fn: async () => {
    await using _backend = serveBackends([{ name: "site:80", address: "127.0.0.1", port: SERVES }]);
    const { traefik } = await buildTools(["traefik"], () => {});
    const { command, file } = forwarding("127.0.0.1", [{ port: LISTENS, protocol: "TCP", to: SERVES }]);
    const directory = await Deno.makeTempDir({ prefix: "forwarding-" });
    await Deno.writeTextFile(`${directory}/${file.name}`, file.text);
    const [, ...args] = command.map((word) => word.replace(`=/${file.name}`, `=${directory}/${file.name}`));
    const child = unshared(traefik, ...args).spawn();
    try {
      const answer = await waitFor(60_000, async () => {
        const response = await fetch(`http://127.0.0.1:${LISTENS}/`).catch(() => undefined);
        await response?.body?.cancel();
        return response?.headers.get("x-backend") ?? undefined;
      });
      assert.equal(answer, "site:80");
    } finally {
      child.kill();
      await child.status;
      await Deno.remove(directory, { recursive: true });
    }
  },
});
