/** Which services of a group can be in one pod, and what is said of it. */
import type { Service } from "../../../compose/project.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { at, type Context, decided, isSkipped } from "../../stack/context.ts";
import { kindOf } from "../../stack/kind.ts";
import { type Sharing, sharingsOf } from "../../stack/pod_groups.ts";
import { replicasOf } from "../../stack/replicas.ts";
import type { ConversionState } from "./conversion_state.ts";

/** The services of the pod whose first is `host`; one that cannot be in it is an error and left out. */
export function podMembers(
  state: ConversionState,
  host: Service,
  others: readonly string[],
): readonly Service[] {
  const { context } = state;
  const services = others.flatMap((name) => context.project.services[name] ?? [])
    .filter(({ name }) => !isSkipped(context.decisions, name) && !isTraefik(context, name));
  const kept = services.filter((service) => {
    const why = whyNot(context, host, service, [host.name, ...others]);
    const [sharing] = sharingsOf(context.project, service);
    if (why !== undefined && sharing !== undefined) reportRefused(context, host, sharing, why);
    return why === undefined;
  });
  if (kept.length > 0) {
    reportOnePod(context, host, kept);
    reportSamePorts(state, [host, ...kept]);
  }
  return kept;
}

/** The cluster's own Traefik stands in for the stack's, in a pod of its own. */
function isTraefik(context: Context, name: string): boolean {
  if (name !== context.routing.traefikService) return false;
  const { services } = context.project;
  const [sharing] = services[name] === undefined ? [] : sharingsOf(context.project, services[name]);
  if (sharing?.with !== undefined && !isSkipped(context.decisions, sharing.with)) {
    context.report({
      code: "kube-network-mode",
      severity: "warning",
      message:
        `The cluster's Traefik does not share "${sharing.key}" with "${sharing.with}", as service "${name}" does ("${sharing.value}"): it has a pod and ports of its own`,
      ...at(context.project, ["services", name, sharing.key]),
      hint: sharing.key === "network_mode"
        ? `Its entry points have the ports that "${sharing.with}" publishes for them; what comes in by ` +
          `"${sharing.with}" itself, such as a tunnel, does not get to it`
        : `From "${sharing.with}" nothing leads to it`,
    });
  }
  return true;
}

/** Sharing with what is no service of the stack, which no pod of it can. */
export function reportStrangers(context: Context): void {
  for (const service of Object.values(context.project.services)) {
    if (isSkipped(context.decisions, service.name)) continue;
    for (const sharing of sharingsOf(context.project, service)) {
      if (sharing.with !== undefined && sharing.with !== service.name) continue;
      context.report({
        code: "kube-network-mode",
        severity: "error",
        message:
          `Service "${service.name}" has "${sharing.key}" of a container that is no service of the stack ("${sharing.value}")`,
        ...at(context.project, ["services", service.name, sharing.key]),
        hint: `Bring that container into the stack, or leave this one out: services: { ${
          yamlWord(service.name)
        }: { skip: "..." } }`,
      });
    }
  }
}

/** Why the service cannot be in the pod of `host`, which all of `names` share. */
function whyNot(
  context: Context,
  host: Service,
  service: Service,
  names: readonly string[],
): string | undefined {
  const isGone = isSkipped(context.decisions, host.name) || host.name === context.routing.traefikService;
  if (isGone) return `"${host.name}" has no pod`;
  const replicas = (one: Service): number => replicasOf(context.decisions, one);
  const kind = kindOf(context, service);
  const isJob = kindOf(context, host) === "Job";
  if (kind === "Job" && !isJob) return "it ends by itself, and a pod ends when all of it has";
  if (kind !== "Job" && isJob) return `"${host.name}" ends by itself, and a pod ends when all of it has`;
  const [awaited] =
    Object.entries(service.depends_on ?? {}).find(([name, { condition }]) =>
      condition !== "service_started" && names.includes(name)
    ) ?? [];
  // One that others wait for while it runs is started again when it ends.
  if (isJob && awaited !== undefined) {
    return `it waits for "${awaited}", and the programs of a pod that ends start together`;
  }
  // Where Docker starts none of them again, the question of those that are not is one for all.
  const isOnce = service.restart === "no" && host.restart !== "no" &&
    decided(context.decisions, service.name).kind === undefined;
  if (isOnce && !isJob) return '"restart: no" starts it once, and a pod starts all its programs again';
  if (replicas(service) !== replicas(host)) {
    return `it runs ${replicas(service)} times, and "${host.name}" ${replicas(host)} times`;
  }
  return undefined;
}

function reportRefused(context: Context, host: Service, sharing: Sharing, why: string): void {
  context.report({
    code: "kube-network-mode",
    severity: "error",
    message:
      `Service "${sharing.service}" shares "${sharing.key}" with "${host.name}" ("${sharing.value}"), which is one pod in Kubernetes, and cannot be in it: ${why}`,
    ...at(context.project, ["services", sharing.service, sharing.key]),
    hint: `If it goes on running as "${host.name}" does, say so in the compose file or by kind: ${
      kindOf(context, host)
    }; else leave it out: services: { ${yamlWord(sharing.service)}: { skip: "..." } }`,
  });
}

/** Keys that a pod has once. */
const OF_THE_POD = [
  "hostname",
  "dns",
  "dns_opt",
  "dns_search",
  "extra_hosts",
  "sysctls",
  "group_add",
  "init",
  "platform",
] as const;

/** Those that have networks of their own in Docker can listen there on the same port. */
function reportSamePorts({ context, groups, ports }: ConversionState, services: readonly Service[]): void {
  const listening = services.filter(({ name }) => groups.nameOf(name) === name).flatMap(({ name }) =>
    (ports.get(name) ?? []).filter(({ evidence }) => evidence.some(({ kind }) => kind !== "cluster"))
      .map(({ port, protocol }) => ({ name, port: `${port}/${protocol.toLowerCase()}` }))
  );
  for (const [port, own] of Map.groupBy(listening, ({ port }) => port)) {
    const [, second] = own;
    if (second === undefined) continue;
    context.report({
      code: "kube-one-pod",
      severity: "warning",
      message: `Services ${
        own.map(({ name }) => `"${name}"`).join(", ")
      } are one pod and listen on port ${port}: ` +
        "one of them has it, and the others fail",
      ...at(context.project, ["services", second.name]),
      hint: "Let each listen on a port of its own, or end what they share",
    });
  }
}

function reportOnePod(context: Context, host: Service, others: readonly Service[]): void {
  const names = [host, ...others].map(({ name }) => `"${name}"`).join(", ");
  const own = others.flatMap((service) =>
    OF_THE_POD.filter((key) =>
      service[key] !== undefined && JSON.stringify(service[key]) !== JSON.stringify(host[key])
    )
      .map((key) => `"${key}" of "${service.name}"`)
  );
  const [first] = others;
  const [sharing] = first === undefined ? [] : sharingsOf(context.project, first);
  context.report({
    code: "kube-one-pod",
    severity: own.length === 0 ? "info" : "warning",
    message:
      `Services ${names} are one pod: they have one network, one memory to share (IPC), one host name and ` +
      `are ready and moved together; when "${host.name}" is started again the others keep their network` +
      (own.length === 0 ? "" : `. One setting holds for all: ${own.join(", ")}`),
    ...at(context.project, [
      "services",
      first?.name ?? host.name,
      ...(sharing === undefined ? [] : [sharing.key]),
    ]),
    hint: own.length === 0
      ? "Nothing is to be done"
      : `Set it at "${host.name}", which has the network, or make sure that it does no harm to the others`,
    related: others.slice(1).flatMap(({ name }) => {
      const { span } = at(context.project, ["services", name]);
      return span === undefined ? [] : [{ message: `Service "${name}"`, span }];
    }),
  });
}
