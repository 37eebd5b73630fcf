/** The `Stack` that a script's `plan` is called with, over one conversion; notes what the script asked for. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Conversion, ConvertedService, WorkloadKind } from "../kube/conversion.ts";
import type { KubeObject, PlannedObject } from "../kube/object.ts";
import type { Objects, ServiceName, Stack, Steps, Waits } from "./authoring.ts";
import { fencePolicy } from "./fence.ts";
import type { Preparations } from "./preparations.ts";
import type { Step } from "./step.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

/** What one script said while it planned. */
export interface Notes {
  /** Services it named that the stack does not have. */
  readonly absent: Set<string>;
  /** Services whose workload it applies. */
  readonly claimed: Set<string>;
  /** Services whose users it asked for although a later script starts them. */
  readonly usersDue: Set<string>;
  /** Whether it opens the routes. */
  opensRoutes: boolean;
  readonly diagnostics: Diagnostic[];
}

/** What can be waited for besides Jobs, which are steps of their own: workloads, and the settings of k3s's Traefik. */
const AWAITED = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "CronJob",
  "HelmChart",
  "HelmChartConfig",
]);

/** What one script sees. */
export interface View {
  readonly conversion: Conversion;
  readonly preparations: Preparations;
  /** The services that decisions give to it. */
  readonly assigned: readonly string[];
  /** The services that are placed in it, in tiers. */
  readonly tiers: readonly (readonly string[])[];
  /** The services whose workload only comes with a later script, so that their routes wait for it. */
  readonly later: ReadonlySet<string>;
  /** Those of them that a later script takes unnamed: it starts them together with their users. */
  readonly placedLater: ReadonlySet<string>;
  /** The services whose users an earlier script asked for before they were there. */
  readonly usersDue: ReadonlySet<string>;
}

/** How long a Job of users, clients or tables may take. */
const PREPARATION_TIMEOUT = "10m";
/** A call or a one-shot may load data. */
const LONG_TIMEOUT = "30m";

/** Builds the stack for one script. */
export function stackFor(view: View, notes: Notes): Stack {
  const { conversion, preparations, assigned, later } = view;
  const prepared = (objects: readonly PlannedObject[]): Steps => inOrder(objects, PREPARATION_TIMEOUT);
  const isHere = ({ service }: ServiceName): boolean =>
    (conversion.services.get(service)?.kind ?? "none") !== "none";
  const take = (name: ServiceName, kind?: WorkloadKind): ConvertedService | undefined =>
    takeService(conversion, notes, name.service, kind);
  const workload = (name: ServiceName, kind?: WorkloadKind, timeout = "10m"): Steps => {
    const chart = isHere(name) ? preparations.chart(name.service) : [];
    const service = take(name, chart.length === 0 ? kind : undefined);
    if (service === undefined) return [];
    return chart.length === 0 ? workloadSteps(service, timeout) : inOrder(chart, timeout);
  };
  const fence = fencePolicy(conversion.namespace).map((object) => ({ object }));
  const kube: Objects = {
    namespaces: () => apply([...conversion.namespaces, ...fence]),
    storage: () => apply(conversion.storage),
    configuration: () =>
      apply([...conversion.configuration, ...conversion.neighbours, ...conversion.clusterNames.objects]),
    traefik: () => [apply(conversion.traefik), readySteps(conversion.traefik, "10m")],
    workload: (name) => workload(name),
    statefulSet: (name) => workload(name, "StatefulSet"),
    deployment: (name) => workload(name, "Deployment"),
    job: (name, options) => {
      const service = take(name, "Job");
      return service === undefined ? [] : workloadSteps(service, options?.timeout ?? "10m");
    },
    users: (name) => {
      if (!isHere(name)) return [];
      const isLater = view.placedLater.has(name.service);
      if (isLater) notes.usersDue.add(name.service);
      return isLater ? [] : prepared(preparations.users(name.service));
    },
    schema: (name) => isHere(name) ? prepared(preparations.schema(name.service)) : [],
    clients: (name) => isHere(name) ? prepared(preparations.clients(name.service)) : [],
    calls: (name) => isHere(name) ? inOrder(preparations.calls(name.service), LONG_TIMEOUT) : [],
    timers: () => prepared(preparations.timers()),
    access: () => prepared(preparations.access()),
    routes: () => {
      notes.opensRoutes = true;
      return [applyRoutes(conversion, (service) => !later.has(service)), apply(conversion.routes)];
    },
    front: () => apply(conversion.front),
  };
  const wait: Waits = {
    ready: (name, options) => {
      const service = conversion.services.get(name.service);
      const chart = isHere(name) ? preparations.chart(name.service) : [];
      return readySteps(chart.length === 0 ? service?.workload ?? [] : chart, options?.timeout ?? "10m");
    },
  };
  return {
    service: (name) => {
      if (!conversion.services.has(name)) notes.absent.add(name);
      return { service: name };
    },
    assigned: () => assigned.map((service) => ({ service })),
    tiers: () => view.tiers.map((tier) => tier.map((service) => ({ service }))),
    services: () => [...conversion.services.keys()].map((service) => ({ service })),
    start: (names, options) => [
      names.map(kube.schema),
      names.map((name) => workload(name, undefined, LONG_TIMEOUT)),
      names.map((name) => wait.ready(name, options)),
      names.map((name) => view.usersDue.has(name.service) ? kube.users(name) : []),
      names.map(kube.calls),
      names.map(kube.clients),
    ],
    kube,
    wait,
    manual: (instruction) => ({ kind: "manual", instruction }),
  };
}

function takeService(
  conversion: Conversion,
  notes: Notes,
  name: string,
  kind: WorkloadKind | undefined,
): ConvertedService | undefined {
  const service = conversion.services.get(name);
  if (service === undefined || service.kind === "none") return undefined;
  notes.claimed.add(name);
  if (kind !== undefined && service.kind !== kind) {
    notes.diagnostics.push({
      code: "plan-kind-differs",
      severity: "error",
      message: `Service "${name}" became a ${service.kind}, but the script plans a ${kind}`,
      ...spanOf(service.workload),
      hint: `Add to decisions.yaml: services: { ${yamlWord(name)}: { kind: ${kind} } }`,
    });
  }
  return service;
}

function spanOf(objects: readonly PlannedObject[]): Pick<Diagnostic, "span"> {
  const span = objects.find((planned) => planned.source !== undefined)?.source;
  return span === undefined ? {} : { span };
}

function apply(objects: readonly PlannedObject[]): Steps {
  return objects.length === 0 ? [] : { kind: "apply", objects };
}

/** The routes of the services that `wanted` accepts. */
export function applyRoutes(conversion: Conversion, wanted: (service: string) => boolean): Steps {
  const services = [...conversion.services.values()].filter((service) => wanted(service.name));
  return apply(services.flatMap((service) => service.routes));
}

/** Services first, so that names resolve when the workload starts; a Job is a step of its own, waited for. */
function workloadSteps(service: ConvertedService, timeout: string): Steps {
  return inOrder([...service.network, ...service.workload], timeout);
}

/** Everything else first, then each Job as a step of its own. */
function inOrder(objects: readonly PlannedObject[], timeout: string): Steps {
  return [
    apply(objects.filter(({ object }) => object.kind !== "Job")),
    ...objects.filter(({ object }) => object.kind === "Job").map((object): Step => ({
      kind: "job",
      object,
      timeout,
    })),
  ];
}

function readySteps(objects: readonly PlannedObject[], timeout: string): Steps {
  return objects
    .filter(({ object }) => AWAITED.has(object.kind))
    .map(({ object, source }): Step => ({
      kind: "wait",
      ref: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
        ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
      },
      timeout: `${timeout}${endOf(object)}`,
      ...(source === undefined ? {} : { source }),
    }));
}

/** What an old pod may take to end, which a rollout waits for, as a part of a duration. */
function endOf(object: KubeObject): string {
  // The edge: a workload, or another object that has nothing of it.
  const spec = object["spec"] as
    | { readonly template?: { readonly spec?: { readonly terminationGracePeriodSeconds?: number } } }
    | undefined;
  const seconds = spec?.template?.spec?.terminationGracePeriodSeconds ?? 0;
  return seconds > 0 ? `${seconds}s` : "";
}
