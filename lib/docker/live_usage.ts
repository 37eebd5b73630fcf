/** What the running containers of a stack use right now, by compose service. */
import type { Project } from "../../compose/project.ts";
import type { LiveUsage } from "../checks/proposed_limits.ts";
import type { Engine } from "./engine.ts";
import { field } from "../values/json.ts";

/**
 * Asks for one sample of each running container of the project; the engine takes a second for each, so all are
 * asked at once. Of several containers of a service the one with the most memory counts.
 */
export async function liveUsage(engine: Engine, project: Project): Promise<ReadonlyMap<string, LiveUsage>> {
  const filters = encodeURIComponent(
    JSON.stringify({ label: [`com.docker.compose.project=${project.name}`] }),
  );
  const containers = await engine.json(`/containers/json?filters=${filters}`);
  const samples = await Promise.all(
    (Array.isArray(containers) ? containers : []).map(async (container: unknown) => {
      const id = field(container, "Id");
      const service = field(field(container, "Labels"), "com.docker.compose.service");
      if (typeof id !== "string" || !/^[0-9a-f]+$/.test(id) || typeof service !== "string") return undefined;
      const usage = usageOf(await engine.json(`/containers/${id}/stats?stream=false`));
      return usage === undefined ? undefined : { service, usage };
    }),
  );
  const result = new Map<string, LiveUsage>();
  for (const sample of samples) {
    if (sample === undefined || project.services[sample.service] === undefined) continue;
    const before = result.get(sample.service);
    if (before === undefined || before.memory < sample.usage.memory) result.set(sample.service, sample.usage);
  }
  return new Map([...result].sort(([left], [right]) => left < right ? -1 : 1));
}

/** Memory without the cache that the kernel may take back, and processors, as `docker stats` counts them. */
export function usageOf(answer: unknown): LiveUsage | undefined {
  const memory = field(answer, "memory_stats");
  const used = field(memory, "usage");
  if (typeof used !== "number") return undefined;
  const details = field(memory, "stats");
  const cache = [field(details, "inactive_file"), field(details, "total_inactive_file")]
    .find((value) => typeof value === "number");
  return {
    memory: Math.max(0, used - (typeof cache === "number" ? cache : 0)),
    cpus: processors(field(answer, "cpu_stats"), field(answer, "precpu_stats")),
  };
}

function processors(now: unknown, before: unknown): number {
  const number = (value: unknown): number => typeof value === "number" ? value : 0;
  const own = number(field(field(now, "cpu_usage"), "total_usage")) -
    number(field(field(before, "cpu_usage"), "total_usage"));
  const machine = number(field(now, "system_cpu_usage")) - number(field(before, "system_cpu_usage"));
  const count = number(field(now, "online_cpus")) || 1;
  return own > 0 && machine > 0 ? own / machine * count : 0;
}
