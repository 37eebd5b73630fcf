/** Three projects behind the Traefik of one of them, moved to a real node with no decisions. */
import { equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { copyTree } from "./crossing.ts";
import { IMAGES } from "./images.ts";
import { NODE_ADDRESS, type Output } from "./namespaces.ts";
import { type RealNode, startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";
import { WEB_PORT } from "./start_traefik.ts";

const TIMEOUT_MS = 120_000;

/** Host and path, and what must come back. */
const REQUESTS: readonly (readonly [string, string, number, string])[] = [
  ["shop.crossing.test", "/list", 200, "goods\n"],
  ["shop.crossing.test", "/files/list", 200, "goods\n"],
  ["blog.crossing.test", "/page", 200, "words\n"],
  ["login.crossing.test", "/pass", 200, "welcome\n"],
  ["drafts.crossing.test", "/", 404, "404 page not found\n"],
];

const why = await whyNoRealNode();

Deno.test({
  name: `three projects behind one Traefik cross to a real node${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using node = await startNode(IMAGES, reportToStderr, ["traefik"]);
    const machine = join(node.directory, "machine");
    await copyTree(fileURLToPath(new URL("machine", import.meta.url)), machine);
    const migrate = (...args: readonly string[]): Promise<Output> =>
      node.run([
        ...[Deno.execPath(), "run", "-A", "main.ts", "migrate", "--stacks", machine],
        ...["--kubeconfig", node.kubeconfigPath, "--yes", ...args],
      ]);
    await t.step("they are moved in the order of their needs", async () => {
      const { code, stdout, stderr } = await migrate();
      equal(code, 0, stdout + stderr);
      match(stdout, /machine\/edge +ok\n.*machine\/shop +ok\n.*machine\/blog +ok\n/);
    });
    await t.step(
      "routes answer through the real Traefik, with middlewares of the other project",
      async () => {
        await startTraefik(node);
        for (const [host, path, status, body] of REQUESTS) {
          await until(JSON.stringify({ status, body }), () => ask(node, host, path));
        }
        const refused = JSON.parse(await ask(node, "shop.crossing.test", "/closed")) as { status: number };
        equal(refused.status, 404, "the login of the other project said no");
      },
    );
    await t.step("names of a shared network lead into the other namespaces, and others do not", async () => {
      // Debian's static wget dies of "-T".
      const inside = (namespace: string, url: string): Promise<string> =>
        node.kubectl("-n", namespace, "exec", `deploy/${namespace}`, "--", "wget", "-qO-", url);
      equal(await inside("blog", "http://shop:3000/list"), "goods\n");
      equal(await inside("shop", "http://sso:9091/pass"), "welcome\n");
      equal(await inside("shop", "http://blog:2000/page"), "words\n");
      equal(await inside("shop", "http://stock:4000/stock"), "secret\n");
      await rejects(inside("blog", "http://stock:4000/stock"), /bad address/);
    });
    await t.step("a second run has nothing to do", async () => {
      const { code, stdout, stderr } = await migrate("--dry-run", "--detailed-exitcode");
      equal(code, 0, stdout + stderr);
    });
  },
});

/** Traefik asks the cluster's DNS for a login's address, as it does where it runs in a pod. */
async function startTraefik(node: RealNode): Promise<void> {
  const file = join(node.directory, "dns.conf");
  await Deno.writeTextFile(file, `nameserver ${NODE_ADDRESS}\n`);
  const mounted = await node.run(["mount", "--bind", file, "/etc/resolv.conf"]);
  equal(mounted.code, 0, mounted.stderr);
  const started = await node.run([
    ...[Deno.execPath(), "run", "-A", "test/ferry/start_traefik.ts", node.directory],
    "--providers.kubernetescrd.allowexternalnameservices=true",
  ]);
  equal(started.code, 0, started.stderr);
}

async function ask(node: RealNode, host: string, path: string): Promise<string> {
  const script = [Deno.execPath(), "run", "-A", "test/ferry/request.ts"];
  const { code, stdout, stderr } = await node.run([...script, `http://127.0.0.1:${WEB_PORT}${path}`, host]);
  equal(code, 0, stderr);
  return stdout;
}

async function until(expected: string, answer: () => Promise<string>): Promise<void> {
  let last = "";
  await waitFor(TIMEOUT_MS, async () => {
    last = await answer();
    return last === expected || undefined;
  });
  equal(last, expected);
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
