/** A quota that would refuse pods: because they do not say what it counts, or because they need more than it has. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { ConvertedService } from "../kube/conversion.ts";
import { at, type Context } from "../stack/context.ts";
import { list, record } from "../values/json.ts";
import { containersOf, type KubeObject, podSpec } from "../kube/object.ts";
import { quantityOf } from "../kube/quantity.ts";
import { resourceRequirements } from "../kube/workload/resources.ts";

/** Where a container says what is counted. */
type Counted = readonly ["limits" | "requests", "cpu" | "memory"];

/** What a quota can count of containers: https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
const COUNTED: Readonly<Record<string, Counted>> = {
  "limits.cpu": ["limits", "cpu"],
  "limits.memory": ["limits", "memory"],
  "requests.cpu": ["requests", "cpu"],
  "requests.memory": ["requests", "memory"],
  cpu: ["requests", "cpu"],
  memory: ["requests", "memory"],
};

/** The name of a default in `limits.default`, by what is counted. */
const DEFAULTS = {
  limits: { cpu: "cpu", memory: "memory" },
  requests: { cpu: "requestCpu", memory: "requestMemory" },
} as const;

interface Need {
  readonly service: string;
  /** Of all its replicas; undefined where a container does not say it, and no default does. */
  readonly amount: number | undefined;
}

/** Judges every quota that is decided on processors, memory and the number of pods against the workloads of all services. */
export function checkQuota(context: Context, services: Iterable<ConvertedService>): void {
  const all = [...services];
  for (const [name, hard] of Object.entries(context.decisions.limits?.quota ?? {})) {
    const counted = Object.hasOwn(COUNTED, name) ? COUNTED[name] : undefined;
    if (counted === undefined && name !== "pods") continue;
    const needs = all.flatMap((service) => needsOf(context, service, counted));
    const silent = needs.filter(({ amount }) => amount === undefined);
    if (counted !== undefined && silent.length > 0) reportSilent(context, name, counted, silent);
    else reportTooSmall(context, name, String(hard), needs);
  }
}

/** Of each workload of a service; without `counted`, its pods. */
function needsOf(context: Context, { name, workload }: ConvertedService, counted?: Counted): Need[] {
  return workload.flatMap(({ object }) => {
    const containers = containersOf(object);
    if (containers.length === 0) return [];
    const replicas = Number(record(object["spec"])?.["replicas"] ?? 1);
    if (counted === undefined) return [{ service: name, amount: replicas }];
    const amounts = containers.map((container) => amountOf(context, container, counted));
    // They run before the others and need nothing beside them, but they have to say it as well.
    const before = initContainersOf(object)
      .map((container) => amountOf(context, container, counted));
    const amount = [...amounts, ...before].includes(undefined)
      ? undefined
      : amounts.reduce<number>((total, one) => total + (one ?? 0), 0) * replicas;
    return [{ service: name, amount }];
  });
}

/** A request that is not said is the limit, and what is not said at all is the namespace's default. */
function amountOf(
  { decisions }: Context,
  container: Record<string, unknown>,
  [side, resource]: Counted,
): number | undefined {
  const own = record(container["resources"]);
  const defaults = resourceRequirements({
    requestCpu: "10m",
    requestMemory: "32Mi",
    ...decisions.limits?.default,
  });
  const limit = record(own?.["limits"])?.[resource];
  const said = side === "limits"
    ? limit ?? record(defaults["limits"])?.[resource]
    : record(own?.["requests"])?.[resource] ?? limit ?? record(defaults["requests"])?.[resource];
  return said === undefined ? undefined : quantityOf(String(said));
}

function initContainersOf(object: KubeObject): readonly Record<string, unknown>[] {
  return list(podSpec(object)?.["initContainers"]);
}

function reportSilent(
  context: Context,
  quota: string,
  [side, resource]: Counted,
  silent: readonly Need[],
): void {
  const [first] = silent;
  const example = resource === "cpu" ? '"2"' : "2Gi";
  context.report({
    code: "kube-quota-uncounted",
    severity: "error",
    message:
      `The quota on ${quota} refuses every pod that does not set it: ${silent.length} services, such as "${first?.service}"`,
    ...at(context.project, ["services", first?.service ?? ""]),
    ...spanOf(context, quota),
    hint: `Decide a default for them: limits: { default: { ${DEFAULTS[side][resource]}: ${example} } }`,
  });
}

function reportTooSmall(context: Context, quota: string, hard: string, needs: readonly Need[]): void {
  const most = quantityOf(hard);
  const sum = needs.reduce((total, { amount = 0 }) => total + amount, 0);
  if (most === undefined || sum <= most) return;
  const largest = needs.toSorted((left, right) => (right.amount ?? 0) - (left.amount ?? 0))[0];
  context.report({
    code: "kube-quota-too-small",
    severity: "error",
    message: `The quota on ${quota} is ${hard}, and all services together need ${
      readable(quota, sum)
    }, "${largest?.service}" alone ${readable(quota, largest?.amount ?? 0)}`,
    ...spanOf(context, quota),
    hint: "Raise it, with room for a rollout and for Jobs, or lower what the services ask for",
  });
}

function spanOf(context: Context, quota: string): { readonly span?: Span } {
  const span = context.decisions.span(["limits", "quota", quota]);
  return span === undefined ? {} : { span };
}

function readable(quota: string, amount: number): string {
  return quota.endsWith("memory")
    ? `${Math.ceil(amount / 1024 ** 2)}Mi`
    : `${Math.round(amount * 100) / 100}`;
}
