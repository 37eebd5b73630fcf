/**
 * The process that the benchmark of large stacks measures: from a directory to a plan, as the commands do it, by steps.
 * Prints milliseconds of CPU of each, what came of it, and the most memory that the process had: whole seconds would say
 * what else the machine does.
 */
import { join } from "node:path";
import process from "node:process";
import { readBindSources } from "../../compose/files/read_bind_sources.ts";
import { load } from "../../compose/mod.ts";
import { loadScripts } from "../../lib/cli/migration_files.ts";
import { noDecisions, parseDecisions } from "../../lib/decisions/decisions.ts";
import { planLoaded } from "../../lib/migration/plan_loaded.ts";
import { asInCluster } from "../../lib/stack/as_in_cluster.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { stackRouting } from "../../lib/stack/stack_routing.ts";
import { peakMegabytes } from "./peak_memory.ts";

/** What one process found. */
export interface LargeResult {
  readonly services: number;
  readonly objects: number;
  readonly findings: number;
  /** Errors, which would end every command: there must be none. */
  readonly errors: readonly string[];
  readonly loadMs: number;
  readonly mountsMs: number;
  readonly routingMs: number;
  /** Facts, conversion, checks and plan. */
  readonly planMs: number;
  readonly peakMb: number;
}

/** Nobody could be asked about images. */
const UNKNOWN = (): undefined => undefined;

async function measure(directory: string): Promise<LargeResult> {
  const file = join(directory, "decisions.yaml");
  const { decisions = noDecisions() } = parseDecisions(await Deno.readTextFile(file), file);
  const home = new URL("../../migrations", import.meta.url).pathname;
  const { scripts } = await loadScripts(home);
  const times: number[] = [cpuMs()];
  const lap = (): void => void times.push(cpuMs());
  const { project: loaded, diagnostics } = await load({ directory, environment: {} });
  lap();
  if (loaded === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const { project } = asInCluster(loaded, decisions);
  lap();
  const bindSources = await readBindSources(project);
  lap();
  const { routing } = stackRouting({ project, bindSources, decisions, images: UNKNOWN });
  lap();
  const { plan, findings } = planLoaded({
    project,
    bindSources,
    decisions,
    routing,
    images: UNKNOWN,
    otherProjects: [],
    scripts,
  });
  lap();
  const [loadMs = 0, hostsMs = 0, mountsMs = 0, routingMs = 0, planMs = 0] = times.slice(1).map((
    time,
    index,
  ) => Math.round(time - (times[index] ?? 0)));
  return {
    services: Object.keys(project.services).length,
    objects: plan.migrations.flatMap(plannedObjects).length,
    findings: findings.length,
    errors: findings.filter(({ severity }) => severity === "error").map(({ message }) => message),
    ...{ loadMs, mountsMs, routingMs },
    planMs: hostsMs + planMs,
    peakMb: peakMegabytes(),
  };
}

/** What all threads of this process have used, the collector of garbage among them. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const [directory = "."] = Deno.args;
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(await measure(directory))));
