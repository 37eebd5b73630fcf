/** What of a stack gives more than a role says, gathered for the policies that close it. */
import type { Decisions } from "../../decisions/decisions.ts";
import type { Conversion } from "../conversion.ts";
import { beyondBaseline } from "../pod_security.ts";
import { administrativePorts } from "./administrative_ports.ts";
import { closedWorkloads } from "./closed_pods.ts";
import type { Guarded } from "./objects.ts";
import { podTemplate } from "../object.ts";

/** Everything that the policies need to know of the stack. */
export function guardedBy(conversion: Conversion, decisions: Decisions): Guarded {
  return {
    closed: closedWorkloads(conversion, decisions),
    privileged: admitsEverything(conversion) ? privilegedWorkloads(conversion) : undefined,
    administrative: administrativePorts(conversion, decisions.identity),
  };
}

function admitsEverything({ namespaces }: Conversion): boolean {
  return namespaces.some(({ object }) =>
    object.metadata.labels?.["pod-security.kubernetes.io/enforce"] === "privileged"
  );
}

function privilegedWorkloads({ services }: Conversion): readonly string[] {
  const workloads = [...services.values()].flatMap(({ workload }) => workload.map(({ object }) => object));
  return workloads.filter((object) => beyondBaseline(podTemplate(object) ?? {}).length > 0)
    .map(({ metadata }) => metadata.name).toSorted();
}
