import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { apiClient } from "../../lib/embedded_cluster/api_client.ts";
import { type EmbeddedCluster, embeddedCluster } from "../../lib/embedded_cluster/embedded.ts";
import { clusterLayout, LAYOUT_NAMES } from "../../lib/embedded_cluster/layout.ts";
import { listeningAddresses } from "./listening_addresses.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

interface OwnCluster {
  readonly directory: string;
  readonly cluster: EmbeddedCluster;
  readonly lines: string[];
  readonly report: (line: string) => void;
}

/** A cluster in a folder of its own, gone after the test. */
async function withOwnCluster(work: (own: OwnCluster) => Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "cluster-test-" });
  const directory = join(base, "cluster");
  const cluster = embeddedCluster({ ...Deno.env.toObject(), COMPOSE_FERRY_CLUSTER: directory });
  const lines: string[] = [];
  try {
    await work({ directory, cluster, lines, report: (line) => void lines.push(line) });
  } finally {
    await cluster.reset(() => {});
    await Deno.remove(base, { recursive: true });
  }
}

async function request(own: OwnCluster, method: string, path: string, body?: unknown): Promise<number> {
  const { server } = await own.cluster.status();
  using api = await apiClient(clusterLayout(own.directory), server ?? "");
  return (await api.request(method, path, body)).status;
}

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kept" } };

async function names(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
}

async function pids(cluster: EmbeddedCluster): Promise<readonly number[]> {
  return (await cluster.status()).processes.map(({ pid }) => pid);
}

Deno.test("the embedded cluster starts, stays, stops with its data and starts again", () =>
  withOwnCluster(async (own) => {
    const { cluster, report, lines, directory } = own;
    deepEqual(await cluster.status(), { state: "absent", processes: [] });

    const { kubeconfigPath } = await cluster.up(report);
    match(lines.at(-1) ?? "", /runs at https:\/\/127\.0\.0\.1:\d+ after .*pods are simulated/);
    const status = await cluster.status();
    equal(status.state, "running");
    equal(status.kubeconfigPath, kubeconfigPath);
    equal(status.processes.length, 5);
    equal(await request(own, "POST", CONFIG_MAPS, CONFIG_MAP), 201);

    await cluster.up(report);
    deepEqual(await cluster.status(), status, "a second up changes nothing");

    await cluster.down(report);
    deepEqual((await cluster.status()).state, "stopped");
    await cluster.down(report);
    equal(lines.at(-1), "The embedded cluster does not run");

    const said = lines.length;
    await cluster.up(report);
    deepEqual(
      lines.slice(said).filter((line) => line.startsWith("Build")),
      [],
      "a warm start builds nothing",
    );
    equal(await request(own, "GET", `${CONFIG_MAPS}/kept`), 200);
    equal((await cluster.status()).server, status.server, "it keeps its port");

    await cluster.reset(report);
    deepEqual((await cluster.status()).state, "absent");
    deepEqual(await names(directory), []);
    await cluster.up(report);
    equal(await request(own, "GET", `${CONFIG_MAPS}/kept`), 404);
  }));

Deno.test("the embedded cluster is reachable on loopback by its token alone, and keeps its secrets private", () =>
  withOwnCluster(async ({ cluster, report, directory }) => {
    await cluster.up(report);
    const { server, processes } = await cluster.status();
    const addresses = (await Promise.all(processes.map(({ pid }) => listeningAddresses(pid)))).flat();
    deepEqual(addresses, [server?.replace("https://", "")], "one port, on loopback");
    for (const name of ["kubeconfig", "tokens.csv", "service-account.key", "certificates/apiserver.key"]) {
      equal((await Deno.stat(join(directory, name))).mode, 0o100600, name);
    }
    equal((await Deno.stat(directory)).mode, 0o040700);
    const written = await names(directory);
    deepEqual(
      written.filter((name) => !LAYOUT_NAMES.some((known) => known === name)),
      [],
      "reset knows every name",
    );
    const authority = await Deno.readTextFile(join(directory, "certificates/apiserver.crt"));
    using client = Deno.createHttpClient({ caCerts: [authority] });
    const answer = await fetch(`${server}/api/v1/secrets`, { client });
    await answer.body?.cancel();
    equal(answer.status, 401);
    await rejects(
      fetch(`${server}/readyz`),
      (error: Error) => /certificate/i.test(String(error.cause ?? error)),
    );
  }));

Deno.test("two starts at once give one cluster", () =>
  withOwnCluster(async ({ cluster, report, lines }) => {
    await Promise.all([cluster.up(report), cluster.up(report), cluster.up(report)]);
    equal((await cluster.status()).state, "running");
    equal(lines.filter((line) => line === "Starting the embedded cluster").length, 1);
  }));

Deno.test("two clusters run side by side", () =>
  withOwnCluster((one) =>
    withOwnCluster(async (other) => {
      await Promise.all([one.cluster.up(one.report), other.cluster.up(other.report)]);
      equal(await request(one, "POST", CONFIG_MAPS, CONFIG_MAP), 201);
      equal(await request(other, "GET", `${CONFIG_MAPS}/kept`), 404);
      await one.cluster.down(one.report);
      equal((await other.cluster.status()).state, "running");
    })
  ));

Deno.test("a cluster whose processes were killed starts again with what it held", () =>
  withOwnCluster(async (own) => {
    const { cluster, report } = own;
    await cluster.up(report);
    equal(await request(own, "POST", CONFIG_MAPS, CONFIG_MAP), 201);
    for (const pid of await pids(cluster)) Deno.kill(pid, "SIGKILL");
    const ended = async (): Promise<true | undefined> =>
      (await cluster.status()).processes.every(({ running }) => !running) || undefined;
    equal(await waitFor(5000, ended), true);
    equal((await cluster.status()).state, "stopped");
    await cluster.up(report);
    equal(await request(own, "GET", `${CONFIG_MAPS}/kept`), 200);
  }));

Deno.test("a cluster that lost one process is made whole", () =>
  withOwnCluster(async ({ cluster, report }) => {
    await cluster.up(report);
    const scheduler = (await cluster.status()).processes.find(({ name }) => name === "kube-scheduler");
    Deno.kill(scheduler?.pid ?? 0, "SIGKILL");
    await waitFor(5000, async () => (await cluster.status()).state === "stopped" || undefined);
    await cluster.up(report);
    equal((await cluster.status()).state, "running");
  }));

Deno.test("after a reboot the pids belong to others, who are left alone", () =>
  withOwnCluster(async ({ cluster, report, directory }) => {
    await cluster.up(report);
    await cluster.down(report);
    const foreign = new Deno.Command("sleep", { args: ["300"] }).spawn();
    try {
      for (const name of ["etcd", "kube-apiserver", "kwok"]) {
        const record = `${foreign.pid}\n00000000-0000-0000-0000-000000000000\n${foreign.pid} (etcd) S ${
          "1 ".repeat(40)
        }\netcd\n`;
        await Deno.writeTextFile(join(directory, "processes", name), record);
      }
      equal((await cluster.status()).state, "stopped");
      await cluster.up(report);
      await cluster.reset(report);
      Deno.kill(foreign.pid, "SIGCONT");
    } finally {
      foreign.kill("SIGKILL");
      equal((await foreign.status).signal, "SIGKILL", "it lived until this test ended it");
    }
  }));

Deno.test("a port that another program took meanwhile is exchanged, and said so", () =>
  withOwnCluster(async ({ cluster, report, lines }) => {
    await cluster.up(report);
    const before = (await cluster.status()).server ?? "";
    await cluster.down(report);
    using _taken = Deno.listen({ hostname: "127.0.0.1", port: Number(new URL(before).port) });
    const { kubeconfigPath } = await cluster.up(report);
    const { server } = await cluster.status();
    notEqual(server, before);
    ok(lines.some((line) => /^Port \d+ is taken by another program now/.test(line)));
    ok((await Deno.readTextFile(kubeconfigPath)).includes(`server: ${server}\n`));
  }));

const INTERRUPTED_AFTER_MS = [250, 1000, 1600, 2400];

Deno.test("a start that was killed half way is finished by the next", async (t) => {
  for (const ms of INTERRUPTED_AFTER_MS) {
    await t.step(`killed after ${ms} ms`, () =>
      withOwnCluster(async (own) => {
        const script = `import { embeddedCluster } from "${
          import.meta.resolve("../../lib/embedded_cluster/embedded.ts")
        }";
          await embeddedCluster(Deno.env.toObject()).up(() => {});`;
        const starter = new Deno.Command(Deno.execPath(), {
          args: ["eval", "--config", join(import.meta.dirname ?? "", "../../deno.json"), script],
          env: { COMPOSE_FERRY_CLUSTER: own.directory },
        }).spawn();
        await new Promise((resolve) => setTimeout(resolve, ms));
        try {
          starter.kill("SIGKILL");
        } catch {
          // It was quicker than that.
        }
        await starter.status;
        await own.cluster.up(own.report);
        equal((await own.cluster.status()).state, "running");
        equal(await request(own, "GET", "/apis/helm.cattle.io/v1/helmcharts"), 200);
      }));
  }
});

const REFUSED: readonly [string, string, string, string][] = [
  ["a folder with other files", "notes.txt", "mine", "cluster-foreign-directory"],
  ["a folder of another version", "layout", "0", "cluster-other-version"],
];

for (const [title, file, text, code] of REFUSED) {
  Deno.test(`${title} is refused and left as it is`, () =>
    withOwnCluster(async ({ cluster, report, directory }) => {
      await Deno.mkdir(directory);
      await Deno.writeTextFile(join(directory, file), text);
      await Deno.writeTextFile(join(directory, "other"), text);
      await rejects(cluster.up(report), (error: unknown) => {
        ok(error instanceof Failure);
        deepEqual(error.diagnostics.map((diagnostic) => diagnostic.code), [code]);
        return true;
      });
      await cluster.reset(report);
      equal(await Deno.readTextFile(join(directory, "other")), text);
    }));
}
