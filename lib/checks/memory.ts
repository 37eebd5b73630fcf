/** A Java heap that does not fit into the container's memory limit. */
import { at, type Context } from "../stack/context.ts";
import { decided, isSkipped } from "../stack/context.ts";
import { quantityOf } from "../kube/quantity.ts";
import { resourcesOf } from "../kube/workload/resources.ts";
import { bytes } from "../kube/workload/units.ts";

/** Warns of each variable with an `-Xmx` of at least nine tenths of the memory limit of its container. */
export function checkHeaps(context: Context): void {
  for (const service of Object.values(context.project.services)) {
    if (isSkipped(context.decisions, service.name)) continue;
    const subject = { service, decision: decided(context.decisions, service.name) };
    const limits = resourcesOf({ ...context, report: () => {} }, subject)["limits"];
    const limit = typeof limits === "object" && limits !== null ? Reflect.get(limits, "memory") : undefined;
    const most = limit === undefined ? undefined : quantityOf(String(limit));
    if (most === undefined) continue;
    for (const [key, value] of Object.entries(service.environment ?? {})) {
      const heap = bytes(/-Xmx(\d+[kmgt]?)\b/i.exec(value ?? "")?.[1]);
      if (heap === undefined || heap < most * 0.9) continue;
      context.report({
        code: "kube-heap-too-large",
        severity: "warning",
        message:
          `The heap in "${key}" of service "${service.name}" leaves nothing of the memory limit ${limit} for the rest`,
        ...at(context.project, ["services", service.name, "environment", key]),
        hint: "Leave a quarter of the limit for stacks, classes and buffers",
      });
    }
  }
}
