/** Capabilities, privileges, read-only root and security options. */
import { at, type Context } from "../../stack/context.ts";
import { type Json, optional } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";
import { startingUid, userOf } from "./user.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

/** The container's `securityContext`. */
export function containerSecurity(context: Context, subject: DecidedService): Json {
  const { service } = subject;
  const capabilities = {
    ...optional("add", (service.cap_add ?? []).map(capability)),
    ...optional("drop", (service.cap_drop ?? []).map(capability)),
  };
  return {
    ...userOf(context, subject),
    ...nonRoot(context, subject),
    ...optional("capabilities", capabilities),
    ...(service.privileged === true ? { privileged: true } : {}),
    ...(service.read_only === true ? { readOnlyRootFilesystem: true } : {}),
    ...securityOptions(context, subject),
  };
}

/** "restricted" wants it said, also where it is the image that names another user than root. */
function nonRoot(context: Context, subject: DecidedService): Json {
  if (context.decisions.podSecurity !== "restricted") return {};
  const uid = startingUid(context, subject);
  return uid === undefined || uid === 0 ? {} : { runAsUser: uid, runAsNonRoot: true };
}

function capability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, "");
}

/** A profile of one's own is a file that the kubelet reads from its own folder on the node. */
function seccompFile(
  context: Context,
  { service, decision }: DecidedService,
  file: string,
  index: number,
  result: Record<string, unknown>,
): void {
  if (decision.seccompProfile !== undefined) {
    result["seccompProfile"] = { type: "Localhost", localhostProfile: decision.seccompProfile };
    return;
  }
  const name = file.split("/").at(-1) ?? file;
  context.report({
    code: "kube-seccomp-profile",
    severity: "question",
    message:
      `The seccomp profile "${file}" of service "${service.name}" has to be on the node; until then the runtime's own filters`,
    ...at(context.project, ["services", service.name, "security_opt", index]),
    hint: `Copy it to /var/lib/kubelet/seccomp/${name} on the node, and add to decisions.yaml: services: { ${
      yamlWord(service.name)
    }: { seccompProfile: ${yamlWord(name)} } }`,
  });
}

/** The one that Docker brings and gives without being told; a cluster's runtime has its own. */
const ENGINES_PROFILE = /^(docker-default)?$/;

function appArmor(value: string): Json {
  return value === "unconfined" ? { type: "Unconfined" } : { type: "Localhost", localhostProfile: value };
}

function securityOptions(context: Context, subject: DecidedService): Json {
  const { service } = subject;
  const result: Record<string, unknown> = {};
  const selinux: Record<string, unknown> = {};
  for (const [index, option] of (service.security_opt ?? []).entries()) {
    const match = /^([\w-]+)[:=]?(.*)$/.exec(option);
    const value = match?.[2] ?? "";
    switch (match?.[1]) {
      case "no-new-privileges":
        if (value === "false") continue;
        // The API refuses it of who has all privileges.
        if (service.privileged === true) break;
        result["allowPrivilegeEscalation"] = false;
        continue;
      case "seccomp":
        if (value === "unconfined") result["seccompProfile"] = { type: "Unconfined" };
        else if (value !== "builtin") seccompFile(context, subject, value, index, result);
        continue;
      case "apparmor":
        if (!ENGINES_PROFILE.test(value)) result["appArmorProfile"] = appArmor(value);
        continue;
      case "label": {
        const [key = "", text = ""] = value.split(":");
        if (["user", "role", "type", "level"].includes(key)) {
          selinux[key] = text;
          continue;
        }
      }
    }
    context.report({
      code: "kube-security-option",
      severity: "warning",
      message: `Security option "${option}" of service "${service.name}" is not carried`,
      ...at(context.project, ["services", service.name, "security_opt", index]),
      hint: match?.[1] === "no-new-privileges"
        ? 'Leave out "privileged", and add by cap_add what the program needs'
        : "Pods have no such option: remove it, or do on the node what it is for",
    });
  }
  return { ...result, ...optional("seLinuxOptions", selinux) };
}
