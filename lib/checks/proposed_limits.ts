/** Requests and limits for services without a limit of memory, proposed from what their containers use today. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { at, type Context, decided, isSkipped } from "../stack/context.ts";
import { record } from "../values/json.ts";
import { resourcesOf } from "../kube/workload/resources.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

/** One sample of a running container. */
export interface LiveUsage {
  /** Bytes. */
  readonly memory: number;
  /** Processors, 0.5 is half of one. */
  readonly cpus: number;
}

const MIB = 1024 * 1024;

/**
 * One remark with a ready line for each service without a memory limit: what it uses is requested, twice as much
 * allowed. A single sample knows nothing of the evening, so it is proposed and never set.
 */
export function proposeLimits(context: Context, usage: ReadonlyMap<string, LiveUsage>): void {
  const lines = [...usage].flatMap(([name, sample]) => {
    const service = context.project.services[name];
    if (
      service === undefined || isSkipped(context.decisions, name) || name === context.routing.traefikService
    ) return [];
    const subject = { service, decision: decided(context.decisions, name) };
    const resources = resourcesOf({ ...context, report: () => {} }, subject);
    return record(resources["limits"])?.["memory"] !== undefined
      ? []
      : [{ name, text: `${yamlWord(name)}: { resources: ${proposal(sample)} }` }];
  });
  const [first] = lines;
  if (first === undefined) return;
  const finding: Diagnostic = {
    code: "kube-limits-proposed",
    severity: "info",
    message: `Without a memory limit, measured just now: ${lines.map(({ name }) => `"${name}"`).join(", ")}`,
    ...at(context.project, ["services", first.name]),
    hint: `Twice the present use of each, to be checked: services: { ${
      lines.map(({ text }) => text).join(", ")
    } }`,
  };
  context.report(finding);
}

function proposal({ memory, cpus }: LiveUsage): string {
  const request = Math.max(32, Math.ceil(memory / MIB / 32) * 32);
  const limit = Math.max(128, Math.ceil(memory * 2 / MIB / 64) * 64);
  const requestCpu = Math.max(10, Math.ceil(cpus * 100) * 10);
  return `{ requestMemory: ${request}Mi, memory: ${limit}Mi, requestCpu: ${requestCpu}m }`;
}
