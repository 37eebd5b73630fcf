/**
 * Our runner against `kubectl apply --server-side` on the same API server: whole processes, in turns, each round in
 * a namespace of its own, over loopback and over a longer round trip.
 */
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { benchYaml } from "./apply_objects.ts";
import { startDelayProxy } from "./delay_proxy.ts";

/** One thing that both tools do. */
type Task = "first apply" | "nothing to do" | "one change" | "dry-run of a change";

const TASKS: readonly Task[] = ["first apply", "nothing to do", "dry-run of a change", "one change"];

/** Milliseconds of every round. */
export interface ApplyResult {
  readonly task: Task;
  readonly roundTripMs: number;
  readonly ours: readonly number[];
  readonly kubectl: readonly number[];
}

/** Options of the benchmark. */
export interface ApplyBenchOptions {
  readonly objects: number;
  readonly rounds: number;
  readonly roundTripsMs: readonly number[];
  readonly report: (line: string) => void;
}

interface Place {
  readonly directory: string;
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly prefix: string;
  readonly objects: number;
}

/** Measures all tasks. */
export async function benchApply(options: ApplyBenchOptions): Promise<readonly ApplyResult[]> {
  const { kubectl } = await buildTools(["kubectl"], options.report);
  const directory = await Deno.makeTempDir({ prefix: "bench-" });
  try {
    return await withCluster(async ({ kubeconfigPath, server, prefix }) => {
      const results: ApplyResult[] = [];
      for (const roundTripMs of options.roundTripsMs) {
        await using proxy = startDelayProxy(Number(new URL(server).port), roundTripMs);
        const kubeconfig = join(directory, `kubeconfig-${roundTripMs}`);
        await copyKubeconfig(kubeconfigPath, kubeconfig, `https://127.0.0.1:${proxy.port}`);
        const place = {
          directory,
          kubectl,
          kubeconfig,
          prefix: `${prefix}-${roundTripMs}`,
          objects: options.objects,
        };
        results.push(...await benchPlace(place, roundTripMs, options.rounds));
      }
      return results;
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function benchPlace(
  place: Place,
  roundTripMs: number,
  rounds: number,
): Promise<readonly ApplyResult[]> {
  const times = new Map<string, number[]>();
  // The first round warms caches of both (Deno's modules, kubectl's discovery) and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const task of TASKS) {
      const both = [["ours", runOurs], ["kubectl", runKubectl]] as const;
      for (const [tool, run] of round % 2 === 0 ? both : both.toReversed()) {
        const namespace = `${place.prefix}-${tool}-${round}`;
        const took = await run(place, namespace, task);
        const key = `${task}/${tool}`;
        if (round > 0) times.set(key, [...(times.get(key) ?? []), took]);
      }
    }
  }
  return TASKS.map((task) => ({
    task,
    roundTripMs,
    ours: times.get(`${task}/ours`) ?? [],
    kubectl: times.get(`${task}/kubectl`) ?? [],
  }));
}

/** The edition that a task plans: from "one change" on, one ConfigMap differs. */
function editionOf(task: Task): string {
  return task === "first apply" || task === "nothing to do" ? "1" : "2";
}

async function runOurs({ kubeconfig, objects }: Place, namespace: string, task: Task): Promise<number> {
  const script = new URL("./apply_child.ts", import.meta.url).pathname;
  const mode = task === "dry-run of a change" ? "dry-run" : "apply";
  const args = [
    "run",
    "-A",
    "--no-check",
    script,
    mode,
    kubeconfig,
    namespace,
    String(objects),
    editionOf(task),
  ];
  return await timed(Deno.execPath(), args, [0]);
}

async function runKubectl(place: Place, namespace: string, task: Task): Promise<number> {
  const { directory, kubectl, kubeconfig, objects } = place;
  const file = join(directory, `${namespace}-${editionOf(task)}.yaml`);
  await Deno.writeTextFile(file, benchYaml(namespace, objects, editionOf(task)));
  const common = [
    "--kubeconfig",
    kubeconfig,
    "--cache-dir",
    join(directory, "cache"),
    "--server-side",
    "-f",
    file,
  ];
  // `kubectl diff` ends with 1 where there is a difference.
  return task === "dry-run of a change"
    ? await timed(kubectl, ["diff", ...common], [1])
    : await timed(kubectl, ["apply", ...common], [0]);
}

async function timed(program: string, args: readonly string[], wanted: readonly number[]): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  const took = performance.now() - start;
  if (!wanted.includes(code)) {
    throw new Error(`${program} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return took;
}

async function copyKubeconfig(from: string, to: string, server: string): Promise<void> {
  // The edge: a kubeconfig that our own cluster wrote.
  const config = parse(await Deno.readTextFile(from)) as { clusters: { cluster: { server: string } }[] };
  for (const { cluster } of config.clusters) cluster.server = server;
  await Deno.writeTextFile(to, stringify(config));
}
