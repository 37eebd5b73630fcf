/** Requests and limits: decided, else `deploy.resources`, else `mem_limit` and `cpus`. */
import type { Path, Service } from "../../../compose/project.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { at, type Context } from "../../stack/context.ts";
import type { ResourcesDecision } from "../../decisions/decisions.ts";
import { fields, type Json, optional } from "../../values/json.ts";
import { quantityOf } from "../quantity.ts";
import type { DecidedService } from "./conversion_state.ts";
import { byteQuantity, bytes, cpuQuantity } from "./units.ts";

/**
 * `resources` of the container: the decision for the service wins field by field, then `deploy.resources`, then
 * the older keys. What of `deploy.resources` has no like is reported.
 * @returns quantities as Kubernetes writes them; empty where nothing is said
 */
export function resourcesOf(context: Context, subject: DecidedService): Json {
  const { service, decision } = subject;
  const { limits, reservations } = service.deploy?.resources ?? {};
  const written: ResourcesDecision = {
    ...pick("cpu", cpu(limits?.cpus ?? service.cpus ?? share(service))),
    ...pick("memory", memory(limits?.memory ?? service.mem_limit)),
    ...pick("requestCpu", cpu(reservations?.cpus)),
    ...pick("requestMemory", memory(reservations?.memory ?? service.mem_reservation)),
  };
  reportRest(context, subject);
  const values = withinLimits(context, subject, { ...written, ...decision.resources });
  const required = resourceRequirements(
    withRequests(context, { ...pick("requestCpu", weight(service, values)), ...values }),
  );
  const disk = memory(service.storage_opt?.["size"]);
  if (disk !== undefined) reportDisk(context, service);
  return disk === undefined
    ? required
    : { ...required, limits: { ...fields(required["limits"]), "ephemeral-storage": disk } };
}

/** A request and the limit that it has to keep, and in which unit a decision has them. */
const PAIRS = [["requestCpu", "cpu"], ["requestMemory", "memory"]] as const;

/**
 * Kubernetes refuses a request above its limit. Docker never compared processors: compose heeds no `reservations.cpus` at
 * all (`setReservations` of its `create.go`), so that such a stack ran, and the limit is what it could use at most.
 */
function withinLimits(
  context: Context,
  subject: DecidedService,
  values: ResourcesDecision,
): ResourcesDecision {
  const above = PAIRS.filter(([request, limit]) => {
    const [wanted, most] = [values[request], values[limit]];
    return wanted !== undefined && most !== undefined && isMore(wanted, most);
  });
  for (const [request, limit] of above) reportAbove(context, subject, { request, limit, values });
  return { ...values, ...Object.fromEntries(above.map(([request, limit]) => [request, values[limit]])) };
}

function reportAbove(
  context: Context,
  { service, decision }: DecidedService,
  { request, limit, values }: {
    readonly request: typeof PAIRS[number][0];
    readonly limit: typeof PAIRS[number][1];
    readonly values: ResourcesDecision;
  },
): void {
  const decided = decision.resources?.[request] !== undefined;
  const span = decided
    ? context.decisions.span(["services", service.name, "resources", request])
    : context.project.span(["services", service.name, ...reservationPath(service, limit)]);
  context.report({
    code: "kube-request-above-limit",
    severity: "warning",
    message:
      `Service "${service.name}" reserves ${values[request]} of ${limit}, above its limit of ${
        values[limit]
      }, ` +
      "which Kubernetes refuses: its pod reserves as much as the limit",
    ...(span === undefined ? {} : { span }),
    hint: `Lower it there, or reserve nothing: services: { ${
      yamlWord(service.name)
    }: { resources: { ${request}: "0" } } }`,
  });
}

/** Where compose has what is reserved. */
function reservationPath({ deploy }: Service, limit: "cpu" | "memory"): Path {
  const key = limit === "cpu" ? "cpus" : "memory";
  const isDeployed = deploy?.resources?.reservations?.[key] !== undefined;
  return isDeployed ? ["deploy", "resources", "reservations", key] : ["mem_reservation"];
}

function reportDisk(context: Context, { name }: Service): void {
  context.report({
    code: "kube-disk-limit",
    severity: "info",
    message:
      `Beyond "size" of "storage_opt" the pod of service "${name}" is evicted; Docker tells the program that the disk is full`,
    ...at(context.project, ["services", name, "storage_opt", "size"]),
    hint: "It counts what lies in the container, in empty directories and in its log",
  });
}

/** Docker's weight of a container that says nothing, which is a tenth of a processor here, and the most that is reserved. */
const USUAL_SHARES = 1024;
const USUAL_MILLIS = 100;
const MOST_MILLIS = 1000;

/**
 * `cpu_shares` as a request, from which the kubelet makes shares: who has more than usual gets more than who says nothing.
 * Less than usual is what a pod without a request has.
 */
function weight({ cpu_shares: shares }: Service, { cpu: limit }: ResourcesDecision): string | undefined {
  if (shares === undefined || shares <= USUAL_SHARES) return undefined;
  const millis = Math.min(MOST_MILLIS, Math.round(shares / USUAL_SHARES * USUAL_MILLIS));
  const request = `${millis}m`;
  return limit === undefined ? request : String(least(request, limit));
}

/**
 * A limit reserves nothing in Docker. Kubernetes takes a limit without a request for a request too, so that a node
 * would be full while it is idle; the decided default stands in, else nothing is reserved.
 */
function withRequests(context: Context, values: ResourcesDecision): ResourcesDecision {
  const defaults = context.decisions.limits?.default;
  return {
    ...(values.cpu === undefined ? {} : { requestCpu: least(defaults?.requestCpu ?? "0", values.cpu) }),
    ...(values.memory === undefined
      ? {}
      : { requestMemory: least(defaults?.requestMemory ?? "0", values.memory) }),
    ...raised("cpu", values.requestCpu, defaults?.cpu),
    ...raised("memory", values.requestMemory, defaults?.memory),
    ...values,
  };
}

type Quantity = string | number;

/** A default never contradicts what a service says: a request above its limit is refused. */
function least(request: Quantity, limit: Quantity): Quantity {
  return isMore(request, limit) ? limit : request;
}

/** The request as the limit, where the default limit would lie below it. */
function raised(
  key: "cpu" | "memory",
  request: Quantity | undefined,
  limit: Quantity | undefined,
): ResourcesDecision {
  return request !== undefined && limit !== undefined && isMore(request, limit) ? { [key]: request } : {};
}

function isMore(left: Quantity, right: Quantity): boolean {
  return (quantityOf(String(left)) ?? 0) > (quantityOf(String(right)) ?? Infinity);
}

/** `resources` of a container, quantities as text. */
export function resourceRequirements(values: ResourcesDecision): Json {
  const limits = { ...text("cpu", values.cpu), ...text("memory", values.memory) };
  const requests = { ...text("cpu", values.requestCpu), ...text("memory", values.requestMemory) };
  return { ...optional("limits", limits), ...optional("requests", requests) };
}

function reportRest(context: Context, { service, decision }: DecidedService): void {
  const { memswap_limit: swap } = service;
  if (
    cpu(service.deploy?.resources?.reservations?.cpus) !== undefined &&
    decision.resources?.requestCpu === undefined
  ) {
    context.report({
      code: "kube-cpu-reserved",
      severity: "info",
      message:
        `Processors are reserved for service "${service.name}", as a swarm does; docker compose reserves none, and ` +
        "a pod starts only where that much is free",
      ...at(context.project, ["services", service.name, ...reservationPath(service, "cpu")]),
      hint: `As with compose: services: { ${yamlWord(service.name)}: { resources: { requestCpu: "0" } } }`,
    });
  }
  const most = service.deploy?.resources?.limits?.memory ?? service.mem_limit;
  if (swap !== undefined && bytes(swap) !== 0 && bytes(swap) !== bytes(most)) {
    context.report({
      code: "kube-not-carried",
      severity: "warning",
      message:
        `"memswap_limit" of service "${service.name}" is not carried: pods have no swap, unless the kubelet allows it for all`,
      ...at(context.project, ["services", service.name, "memswap_limit"]),
      hint: "Raise mem_limit by what the program kept in swap",
    });
  }
  if (service.deploy?.resources?.limits?.pids !== undefined) {
    context.report({
      code: "kube-pids-limit",
      severity: "warning",
      message:
        `The limit of processes of service "${service.name}" is not carried: the kubelet has one for all pods`,
      ...at(context.project, ["services", service.name, "deploy", "resources", "limits", "pids"]),
      hint: "Set podPidsLimit in the kubelet's configuration",
    });
  }
}

/** The kernel's usual period, which Docker takes where none is given. */
const PERIOD = 100_000;

/** Microseconds of each period, which are a limit of processors by another name. */
function share({ cpu_quota: quota, cpu_period: period }: Service): string | undefined {
  const [used, of] = [Number(quota ?? 0), Number(period ?? 0) || PERIOD];
  return used > 0 ? String(used / of) : undefined;
}

function cpu(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : cpuQuantity(value);
}

function memory(value: string | undefined): string | undefined {
  const count = bytes(value);
  return count === undefined || count <= 0 ? undefined : byteQuantity(count);
}

function pick<K extends keyof ResourcesDecision>(key: K, value: string | undefined): ResourcesDecision {
  return value === undefined ? {} : { [key]: value };
}

function text(key: string, value: string | number | undefined): Json {
  return value === undefined ? {} : { [key]: String(value) };
}
