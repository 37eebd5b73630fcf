/** The login by a program that a kubeconfig names: real programs, as they hang, fail and answer. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import { readContext } from "../../lib/cluster/kubeconfig_file.ts";
import { connectWithPlugin } from "../../lib/cluster/kubeconfig_plugin.ts";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";

const none = (): undefined => undefined;

/** @param work gets the kubeconfig whose plugin this script is, and the folder of both */
async function withPlugin(
  script: string,
  work: (kubeconfig: string, folder: string) => Promise<void>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "plugin-" });
  try {
    await Deno.writeTextFile(join(folder, "plugin"), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "./plugin",
      interactiveMode: "Never",
    };
    const kubeconfig = join(folder, "config");
    await Deno.writeTextFile(
      kubeconfig,
      stringify({
        "current-context": "main",
        clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "u", user: { exec: { ...exec, ...more } } }],
        contexts: [{ name: "main", context: { cluster: "c", user: "u" } }],
      }),
    );
    await work(kubeconfig, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits until the plugin has written its process id into `pid`. */
async function started(folder: string): Promise<number> {
  for (;;) {
    const pid = Number(await Deno.readTextFile(join(folder, "pid")).catch(() => ""));
    if (pid > 0) return pid;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

/** Hangs, also when it is asked to end, and says who it is. */
const DEAF = `trap '' TERM INT; echo $$ > "$(dirname "$0")/pid"; while :; do sleep 1; done`;

Deno.test("a plugin that does not answer is ended, and that is said", async () => {
  await withPlugin(DEAF, async (kubeconfig, folder) => {
    const entry = readContext([kubeconfig], undefined);
    const base = { context: "main", server: entry.cluster.server };
    await rejects(connectWithPlugin(entry, base, {}, undefined, 1_500), (error) => {
      ok(error instanceof Failure);
      match(error.diagnostics[0]?.message ?? "", /plugin ".*plugin" gave no answer within 1\.5 s$/);
      return error.exitCode === 4 && error.diagnostics[0]?.code === "cluster-login-failed";
    });
    ok(!isAlive(await started(folder)));
  });
});

Deno.test("one Ctrl-C ends a plugin, one that does not listen too", async () => {
  for (const script of [DEAF, DEAF.replace("trap '' TERM INT; ", "")]) {
    await withPlugin(script, async (kubeconfig, folder) => {
      const interruption = new AbortController();
      const connecting = findCluster({ kubeconfig, env: none, signal: interruption.signal });
      const pid = await started(folder);
      interruption.abort(new Error("interrupted by the test"));
      await rejects(connecting, /interrupted by the test/);
      ok(!isAlive(pid));
    });
  }
});

Deno.test("a plugin is told what kubectl tells it, and lies beside the kubeconfig", async () => {
  const script =
    `echo "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/info"; echo "$MORE$1" > "$(dirname "$0")/more"
echo '{"status":{"token":"abc"}}'`;
  const more = { args: ["-x"], env: [{ name: "MORE", value: "more" }], provideClusterInfo: true };
  await withPlugin(script, async (kubeconfig, folder) => {
    const connection = await findCluster({ kubeconfig, env: none });
    deepEqual(await connection?.authorize(false), { authorization: "Bearer abc" });
    connection?.close();
    deepEqual(JSON.parse(await Deno.readTextFile(join(folder, "info"))), {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: { interactive: false, cluster: { server: "https://127.0.0.1:1" } },
    });
    equal(await Deno.readTextFile(join(folder, "more")), "more-x\n");
  }, more);
});

Deno.test("what is wrong with a plugin is said in its own words, and never what it printed for us", async () => {
  const cases = [
    { script: "echo S3cret; echo 'token expired' >&2; exit 3", wanted: /ended with 3: token expired$/ },
    { script: "echo S3cret", wanted: /did not print an ExecCredential$/ },
    { script: `echo '{"status":{"token":{"S3cret":1}}}'`, wanted: /did not print an ExecCredential$/ },
    { script: "yes S3cret", wanted: /prints without end$/ },
    {
      script: "",
      more: { command: "no-such-login", installHint: "Get it at home" },
      wanted: /is not there$/,
    },
  ];
  for (const { script, wanted, more } of cases) {
    await withPlugin(script, async (kubeconfig) => {
      await rejects(findCluster({ kubeconfig, env: none }), (error) => {
        ok(error instanceof Failure, String(error));
        const [{ message, hint = "" } = { message: "" }] = error.diagnostics;
        match(message, wanted);
        ok(!`${message}${hint}`.includes("S3cret"));
        equal(hint.startsWith("Get it"), more !== undefined);
        return true;
      });
    }, more);
  }
});
