/**
 * Our runner against `kubectl apply --server-side` and `helm upgrade --install` on the same API server: whole
 * processes, in turns, each round in a namespace of its own, over loopback and over a longer round trip.
 */
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { bundle } from "../../release/bundle.ts";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { benchYaml, inNamespaceYaml } from "./apply_objects.ts";
import { startDelayProxy } from "./delay_proxy.ts";

/** One thing that both tools do. */
type Task = "first apply" | "nothing to do" | "one change" | "dry-run of a change";

const TASKS: readonly Task[] = ["first apply", "nothing to do", "dry-run of a change", "one change"];

/** Who does it. */
export const BENCH_TOOLS = ["ours", "kubectl", "helm"] as const;

type BenchTool = typeof BENCH_TOOLS[number];

/** Milliseconds of every round, by tool. */
export interface ApplyResult {
  readonly task: Task;
  readonly roundTripMs: number;
  readonly times: Readonly<Record<BenchTool, readonly number[]>>;
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
  /** Bundled as a release is. */
  readonly ours: string;
  readonly kubectl: string;
  readonly helm: string;
  readonly kubeconfig: string;
  readonly prefix: string;
  readonly objects: number;
}

/** Measures all tasks. */
export async function benchApply(options: ApplyBenchOptions): Promise<readonly ApplyResult[]> {
  const { kubectl, helm } = await buildTools(["kubectl", "helm"], options.report);
  const directory = await Deno.makeTempDir({ prefix: "bench-" });
  try {
    const ours = join(directory, "ours");
    await bundle("--code-splitting", "--outdir", ours, join(import.meta.dirname ?? "", "apply_child.ts"));
    return await withCluster(async ({ kubeconfigPath, server, prefix }) => {
      const results: ApplyResult[] = [];
      for (const roundTripMs of options.roundTripsMs) {
        await using proxy = startDelayProxy(Number(new URL(server).port), roundTripMs);
        const kubeconfig = join(directory, `kubeconfig-${roundTripMs}`);
        await copyKubeconfig(kubeconfigPath, kubeconfig, `https://127.0.0.1:${proxy.port}`);
        const place = {
          directory,
          ours: join(ours, "apply_child.js"),
          kubectl,
          helm,
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
  const run = { ours: runOurs, kubectl: runKubectl, helm: runHelm };
  const times = TASKS.map(() => ({ ours: [] as number[], kubectl: [] as number[], helm: [] as number[] }));
  // The first round warms caches of both (Deno's modules, kubectl's discovery) and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, task] of TASKS.entries()) {
      for (const tool of turned(BENCH_TOOLS, round)) {
        const took = await run[tool](place, `${place.prefix}-${tool}-${round}`, task);
        if (round > 0) times[index]?.[tool].push(took);
      }
    }
  }
  return TASKS.map((task, index) => ({
    task,
    roundTripMs,
    times: times[index] ?? { ours: [], kubectl: [], helm: [] },
  }));
}

/** The list from another beginning: nobody is always the first. */
function turned<T>(list: readonly T[], by: number): readonly T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

/** The edition that a task plans: from "one change" on, one ConfigMap differs. */
function editionOf(task: Task): string {
  return task === "first apply" || task === "nothing to do" ? "1" : "2";
}

async function runOurs(
  { ours, kubeconfig, objects }: Place,
  namespace: string,
  task: Task,
): Promise<number> {
  const mode = task === "dry-run of a change" ? "dry-run" : "apply";
  const args = [
    "run",
    "-A",
    "--no-check",
    ours,
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

async function runHelm(place: Place, namespace: string, task: Task): Promise<number> {
  const { directory, helm, kubeconfig, objects } = place;
  const chart = join(directory, `${namespace}-${editionOf(task)}`);
  await writeChart(chart, namespace, objects, editionOf(task));
  const dryRun = task === "dry-run of a change" ? ["--dry-run=server"] : [];
  const where = ["--kubeconfig", kubeconfig, "--namespace", namespace, "--create-namespace"];
  // Helm counts its requests by default, and would then measure that.
  const unbound = ["--qps", "500", "--burst-limit", "1000"];
  return await timed(
    helm,
    ["upgrade", "--install", "bench", chart, ...where, ...unbound, ...dryRun],
    [0],
  );
}

/** A chart of the same objects; Helm makes the namespace itself. */
async function writeChart(chart: string, namespace: string, count: number, edition: string): Promise<void> {
  await Deno.mkdir(join(chart, "templates"), { recursive: true });
  await Deno.writeTextFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: bench\nversion: 1.0.0\n");
  await Deno.writeTextFile(
    join(chart, "templates", "objects.yaml"),
    inNamespaceYaml(namespace, count, edition),
  );
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
