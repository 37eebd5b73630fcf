/** Kernel parameters of a pod: what every kubelet sets, and what an init container sets in its place. */
import type { Service } from "../../../compose/project.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import { at, type Context } from "../../stack/context.ts";
import { podGroups } from "../../stack/pod_groups.ts";
import type { Json } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";

/** Namespaced sysctls that every kubelet allows (Pod Security Standards, "Sysctls"). */
export const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

/** Of a pod's own network and IPC, so that all of its containers have them; Docker takes no others (opts/parse.go). */
const OF_THE_POD =
  /^(?:net\.|fs\.mqueue\.|kernel\.(?:msg(?:max|mnb|mni)|sem|shm(?:all|max|mni)|shm_rmid_forced)$)/;

/** A pod's `securityContext.sysctls`, and what sets the others. */
export interface Sysctls {
  readonly ofPod: readonly Json[];
  readonly initContainers: readonly Json[];
}

/** What the kubelet's own flag can allow, as it knows whose they are (component-helpers, node/util/sysctl/namespace.go). */
const ALLOWED_BY_FLAG = /^(?:net\.|fs\.mqueue\.|kernel\.(?:sem$|shm|msg))/;

/**
 * The kubelet sets those that it allows. Others of the pod's own are written by an init container with all privileges,
 * before the program starts; where Pod Security forbids one they stay with the kubelet, which needs to be told. With a
 * namespace of the machine they would be the node's own: an error, and nobody sets them.
 */
export function sysctlsOf(context: Context, subject: DecidedService, helperImage: string): Sysctls {
  const { service } = subject;
  const refused = new Set(ofTheMachine(context, service));
  const all = Object.entries(service.sysctls ?? {}).filter(([name]) => !refused.has(name))
    .map(([name, value]) => ({ name, value: String(value) }));
  const unsafe = all.filter(({ name }) => !SAFE_SYSCTLS.has(name));
  if (unsafe.length === 0) return { ofPod: all, initContainers: [] };
  const mayWrite = levelAllowsWriter(context) && unsafe.every(({ name }) => OF_THE_POD.test(name));
  const names = unsafe.map(({ name }) => name);
  if (mayWrite) reportWritten(context, service, names);
  else reportUnsafe(context, service, names);
  if (!mayWrite) return { ofPod: all, initContainers: [] };
  return {
    ofPod: all.filter(({ name }) => SAFE_SYSCTLS.has(name)),
    initContainers: [{
      name: "sysctls",
      image: helperImage,
      imagePullPolicy: "IfNotPresent",
      command: ["sh", "-c", WRITE, "sysctls", ...unsafe.flatMap(({ name, value }) => [pathOf(name), value])],
      securityContext: { privileged: true, runAsUser: 0 },
    }],
  };
}

function levelAllowsWriter({ decisions: { podSecurity } }: Context): boolean {
  return podSecurity === undefined || podSecurity === "privileged";
}

/** What IPC namespaces have of their own (ipc_namespaces(7)). */
const OF_IPC =
  /^(?:fs[./]mqueue[./]|kernel[./](?:msg(?:max|mnb|mni)|sem|shm(?:all|max|mni)|shm_rmid_forced)$)/;

/** Keys that give a pod the machine's own, and the parameters that are the node's then. */
const OF_THE_MACHINE = [
  { key: "network_mode", isOfIt: (name: string): boolean => /^net[./]/.test(name) },
  { key: "ipc", isOfIt: (name: string): boolean => OF_IPC.test(name) },
] as const;

/**
 * Those that would be the node's own, each reported: runc refuses them (libcontainer/configs/validate), as a kubelet does.
 * What one service of a pod has of the machine all of it have.
 */
function ofTheMachine(context: Context, service: Service): readonly string[] {
  const { project } = context;
  const groups = podGroups(project);
  const members = [service.name, ...groups.members.get(groups.hostOf(service.name)) ?? []];
  return OF_THE_MACHINE.flatMap(({ key, isOfIt }) => {
    const owner = members.find((name) => project.services[name]?.[key] === "host");
    const names = Object.keys(service.sysctls ?? {}).filter(isOfIt);
    if (owner === undefined || names.length === 0) return [];
    context.report({
      code: "kube-sysctl-of-node",
      severity: "error",
      message: `Service "${service.name}" sets ${quoted(names)} beside "${key}: host"${
        owner === service.name ? "" : ` of "${owner}" in its pod`
      }: that would change the node's own, which Docker and kubelets refuse`,
      ...at(project, ["services", service.name, "sysctls"]),
      hint: "Remove it from sysctls, and set it on the node itself (/etc/sysctl.d) if you want it there",
    });
    return names;
  });
}

const WRITE = 'set -eu; while [ $# -gt 1 ]; do printf %s "$2" > "/proc/sys/$1"; shift 2; done';

/** `net/ipv4/conf/eth0.1/forwarding` has its dots, `net.ipv4.ip_forward` has slashes in their places (sysctl(8)). */
function pathOf(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === "/" ? name : name.replace(/[./]/g, (one) => one === "." ? "/" : ".");
}

function reportWritten(context: Context, { name, privileged }: Service, names: readonly string[]): void {
  const isAsked = privileged === true || context.decisions.podSecurity === "privileged";
  context.report({
    code: "kube-sysctl-written",
    severity: isAsked ? "info" : "warning",
    message: `Service "${name}" sets ${
      quoted(names)
    }: an init container with all privileges writes them, for which the namespace gets Pod Security "privileged"`,
    ...at(context.project, ["services", name, "sysctls"]),
    hint: isAsked
      ? "Nothing is to be done"
      : "To accept it: podSecurity: privileged; otherwise remove them from sysctls in a compose file: below that level no pod can have them, whatever the kubelet allows",
  });
}

function reportUnsafe(context: Context, { name }: Service, names: readonly string[]): void {
  context.report({
    code: "kube-unsafe-sysctl",
    severity: "warning",
    message: `Service "${name}" sets ${quoted(names)}, which a kubelet refuses by default`,
    ...at(context.project, ["services", name, "sysctls"]),
    hint: hintOfUnsafe(context, names),
  });
}

/** The kubelet's flag helps only with what it can allow, and where Pod Security lets the pod as far as the kubelet. */
function hintOfUnsafe(context: Context, names: readonly string[]): string {
  const foreign = names.filter((name) => !ALLOWED_BY_FLAG.test(name));
  if (foreign.length > 0) {
    return `Take ${
      quoted(foreign)
    } out of sysctls, and set it on the node (/etc/sysctl.d): no pod has its own`;
  }
  return levelAllowsWriter(context)
    ? `Start the kubelet with ${
      shellWord(`--allowed-unsafe-sysctls=${names.join(",")}`)
    } (k3s: --kubelet-arg)`
    : "Set podSecurity: privileged, since no other level admits them, or remove them from sysctls in a compose file";
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
