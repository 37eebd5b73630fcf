/** What keeps a pod from a Pod Security level, by the controls of the Pod Security Standards. */
import { fields, type Json, list } from "../values/json.ts";
import { SAFE_SYSCTLS } from "./workload/sysctls.ts";

/** Capabilities that "baseline" lets a container add. */
// deno-fmt-ignore
export const CAPABILITIES = new Set([
  "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
  "SETPCAP", "SETUID", "SYS_CHROOT",
]);
/** Types that "baseline" lets a pod choose; none is written as an empty one. */
export const SELINUX_TYPES = new Set([
  "",
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);

/** Each reason in a few words, such as "host network" or "hostPort 7001"; empty where "baseline" admits the pod. */
export function beyondBaseline(template: Json): readonly string[] {
  const spec = fields(template["spec"]);
  const security = fields(spec["securityContext"]);
  const containers = [...list(spec["initContainers"]), ...list(spec["containers"])];
  return [
    ...(spec["hostNetwork"] === true ? ["host network"] : []),
    ...(spec["hostPID"] === true ? ["host processes"] : []),
    ...(spec["hostIPC"] === true ? ["host IPC"] : []),
    ...list(spec["volumes"]).filter((volume) => "hostPath" in volume).map((volume) =>
      `hostPath ${String(fields(volume["hostPath"])["path"])}`
    ),
    ...list(security["sysctls"]).map(({ name }) => String(name)).filter((name) => !SAFE_SYSCTLS.has(name))
      .map((name) => `sysctl ${name}`),
    ...containers.flatMap(ofContainer),
  ];
}

function ofContainer(container: Json): string[] {
  const security = fields(container["securityContext"]);
  const added = fields(security["capabilities"])["add"];
  const capabilities = Array.isArray(added) ? added.map(String) : [];
  const type = String(fields(security["seLinuxOptions"])["type"] ?? "");
  return [
    ...(security["privileged"] === true ? ["privileged"] : []),
    ...capabilities.filter((name) => !CAPABILITIES.has(name)).map((name) => `capability ${name}`),
    ...(fields(security["seccompProfile"])["type"] === "Unconfined" ? ["no seccomp"] : []),
    ...(fields(security["appArmorProfile"])["type"] === "Unconfined" ? ["no AppArmor"] : []),
    ...(SELINUX_TYPES.has(type) ? [] : [`SELinux type ${type}`]),
    ...["user", "role"].filter((key) => key in fields(security["seLinuxOptions"])).map((key) =>
      `SELinux ${key}`
    ),
    ...list(container["ports"]).filter(({ hostPort }) => typeof hostPort === "number")
      .map(({ hostPort }) => `hostPort ${String(hostPort)}`),
  ];
}

/**
 * What "restricted" asks for besides: each reason in a few words, with the key that would give it. Docker gives a program
 * more than that, and compose's words for less are the stack's to say.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function beyondRestricted(template: Json): readonly string[] {
  const spec = fields(template["spec"]);
  const pod = fields(spec["securityContext"]);
  const containers = [...list(spec["initContainers"]), ...list(spec["containers"])];
  const isOne = containers.length === 1;
  return containers.flatMap((container) =>
    ofRestricted(container, pod).map((why) => isOne ? why : `${String(container["name"])}: ${why}`)
  );
}

function ofRestricted(container: Json, pod: Json): string[] {
  const security: Json = { ...pod, ...fields(container["securityContext"]) };
  const { add, drop } = fields(security["capabilities"]);
  const added = Array.isArray(add) ? add.map(String).filter((name) => name !== "NET_BIND_SERVICE") : [];
  return [
    ...(security["allowPrivilegeEscalation"] === false ? [] : ["no security_opt: [no-new-privileges:true]"]),
    ...(Array.isArray(drop) && drop.includes("ALL") ? [] : ["no cap_drop: [ALL]"]),
    ...added.filter((name) => CAPABILITIES.has(name)).map((name) => `capability ${name}`),
    ...(security["runAsNonRoot"] === true ? [] : ["root, or a user whose number is not known"]),
  ];
}
