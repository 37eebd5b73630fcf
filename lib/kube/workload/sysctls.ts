/** Kernel parameters of a pod: what every kubelet sets, and what an init container sets in its place. */
import { at, type Context } from "../../stack/context.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import type { Json, Subject } from "./parts.ts";

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

/**
 * The kubelet sets those that it allows. Others of the pod's own are written by an init container with all privileges,
 * before the program starts; where Pod Security forbids one they stay with the kubelet, which needs to be told.
 */
export function sysctlsOf(context: Context, { service }: Subject, helperImage: string): Sysctls {
  const all = Object.entries(service.sysctls ?? {}).map(([name, value]) => ({ name, value: String(value) }));
  const unsafe = all.filter(({ name }) => !SAFE_SYSCTLS.has(name));
  if (unsafe.length === 0) return { ofPod: all, initContainers: [] };
  const { podSecurity } = context.decisions;
  const mayWrite = (podSecurity === undefined || podSecurity === "privileged") &&
    unsafe.every(({ name }) => OF_THE_POD.test(name));
  const names = unsafe.map(({ name }) => name);
  report(context, service.name, names, mayWrite);
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

const WRITE = 'set -eu; while [ $# -gt 1 ]; do printf %s "$2" > "/proc/sys/$1"; shift 2; done';

/** `net/ipv4/conf/eth0.1/forwarding` has its dots, `net.ipv4.ip_forward` has slashes in their places (sysctl(8)). */
function pathOf(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === "/" ? name : name.replace(/[./]/g, (one) => one === "." ? "/" : ".");
}

function report(context: Context, service: string, names: readonly string[], isWritten: boolean): void {
  const list = names.map((name) => `"${name}"`).join(", ");
  context.report({
    code: isWritten ? "kube-sysctl-written" : "kube-unsafe-sysctl",
    severity: isWritten ? "info" : "warning",
    message: isWritten
      ? `Service "${service}" sets ${list}: an init container with all privileges writes them, for which the namespace gets Pod Security "privileged"`
      : `Service "${service}" sets ${list}, which a kubelet refuses by default`,
    ...at(context.project, ["services", service, "sysctls"]),
    hint: isWritten
      ? "Nothing is to be done"
      : `Start the kubelet with ${
        shellWord(`--allowed-unsafe-sysctls=${names.join(",")}`)
      } (k3s: --kubelet-arg)`,
  });
}
