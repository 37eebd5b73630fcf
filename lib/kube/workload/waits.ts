/** Init containers for the conditions of `depends_on`. */
import { at, isSkipped } from "../../stack/context.ts";
import { connects } from "../jobs/script/shell_parts.ts";
import { isServiceName, label, serviceLabel } from "../../stack/names.ts";
import { meets, type Reach } from "../../stack/reach.ts";
import { readyServiceName } from "./readiness.ts";
import type { Json } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { UNPRIVILEGED } from "../rights.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

/**
 * `service_healthy` waits until the other is ready, which its readiness probe, the healthcheck, says: then the name of
 * its ready pods has an address. Where its own name has one only then (`names: ready`), and where there is no healthcheck
 * to ask, the wait is for its lowest port. `service_started` needs nothing, since a pod is restarted until it works;
 * the completion of a Job is waited for by the order of the migrations.
 */
export function waitContainers(state: ConversionState, subject: DecidedService, helperImage: string): Json[] {
  const { context } = state;
  const { service, decision } = subject;
  // Who asks servers of its own knows no names of the stack.
  if (decision.waitFor === false || decision.dns === "servers") return [];
  return Object.entries(service.depends_on ?? {}).flatMap(([name, { condition }]): Json[] => {
    if (condition !== "service_healthy" || isSkipped(context.decisions, name)) return [];
    // In its own pod the kubelet keeps the order.
    if (state.groups.hostOf(name) === state.groups.hostOf(service.name)) return [];
    const command = waitCommand(state, service.name, name);
    if (command !== undefined) {
      return [{
        name: label(`wait-${name}`),
        image: helperImage,
        imagePullPolicy: "IfNotPresent",
        command: ["sh", "-c", command],
        securityContext: UNPRIVILEGED,
      }];
    }
    context.report({
      code: "kube-wait-without-port",
      severity: "warning",
      message: `Service "${service.name}" waits until "${name}" is healthy, but ${
        mayConnect(state.reach, service.name, name)
          ? `"${name}" has no port to ask`
          : "shares no network with it to ask"
      }`,
      ...at(context.project, ["services", service.name, "depends_on", name]),
      hint: mayConnect(state.reach, service.name, name)
        ? `Add to decisions.yaml: services: { ${yamlWord(name)}: { ports: [PORT] } }`
        : `Put both on one network, or add to decisions.yaml: services: { ${
          yamlWord(name)
        }: { names: always } }, by which its name is asked for`,
    });
    return [];
  });
}

function waitCommand(
  { context, ports, groups, reach }: ConversionState,
  from: string,
  name: string,
): string | undefined {
  const service = context.project.services[name];
  const ready = service === undefined ? undefined : readyServiceName(context, service);
  if (ready !== undefined) return untilNamed(ready, name);
  const host = serviceLabel(groups.nameOf(name));
  if (!mayConnect(reach, from, name)) return undefined;
  const port = (ports.get(name) ?? []).find(({ protocol }) => protocol === "TCP")?.port;
  if (port === undefined || !isServiceName(host)) return undefined;
  return `until ${connects(host, String(port))}; do echo "waiting for ${host}:${port}"; sleep 2; done`;
}

/** A name without an address is the one failure of a connection that says so; whether the port is open is no matter. */
function untilNamed(host: string, name: string): string {
  return `while nc -w 1 ${host} 1 </dev/null 2>&1 | grep -qiE 'bad address|not known|resolve'; do ` +
    `echo "waiting until ${label(name)} is healthy"; sleep 2; done`;
}

/** Whether policies let one connect to the other. */
function mayConnect(reach: Reach, from: string, to: string): boolean {
  return !reach.isolated || reach.onHost.includes(from) || reach.onHost.includes(to) ||
    meets(reach, from, to);
}
