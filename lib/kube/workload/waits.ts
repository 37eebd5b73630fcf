/** Init containers for the conditions of `depends_on`. */
import { at, isSkipped } from "../../stack/context.ts";
import { connects } from "../jobs/script/shell_parts.ts";
import { isServiceName, label, serviceLabel } from "../../stack/names.ts";
import { isKnownPort, type ServicePort } from "../../stack/ports.ts";
import { meets, namesIn, type Reach } from "../../stack/reach.ts";
import { isOff } from "../../stack/replicas.ts";
import { readyServiceName } from "./readiness.ts";
import type { Json } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { UNPRIVILEGED } from "../rights.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

/**
 * `service_healthy` waits until the other is ready, which its readiness probe, the healthcheck, says: then the name of
 * its ready pods has an address. Where its own name has one only then (`names: ready`), and where there is no healthcheck
 * to ask, the wait is for a port. `service_started` needs nothing, since a pod is restarted until it works;
 * the completion of a Job is waited for by the order of the migrations.
 */
export function waitContainers(state: ConversionState, subject: DecidedService, helperImage: string): Json[] {
  const { context } = state;
  const { service, decision } = subject;
  // Who asks servers of its own knows no names of the stack.
  if (decision.waitFor === false || decision.dns === "servers") return [];
  return Object.entries(service.depends_on ?? {}).flatMap(([name, { condition }]): Json[] => {
    if (condition !== "service_healthy" || isSkipped(context.decisions, name)) return [];
    const other = context.project.services[name];
    if (other !== undefined && isOff(context.decisions, other)) return [];
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
          ? `"${name}" has no port that is known to answer`
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
  const asked = askedPorts(ports.get(name) ?? []);
  if (asked.length === 0 || !isServiceName(host)) return undefined;
  const any = asked.map((port) => connects(host, String(port))).join(" || ");
  return `until ${any}; do echo "waiting for ${host}:${asked.join(" or ")}"; sleep 2; done`;
}

/**
 * The lowest port on which it is known to listen. Where that is only an image's usual one, those that its own text names are
 * asked as well, as a setting may have moved the program there. One that answers is enough.
 */
function askedPorts(ports: readonly ServicePort[]): readonly number[] {
  const tcp = ports.filter(({ protocol }) => protocol === "TCP");
  const lowest = tcp.find(isKnownPort);
  if (lowest === undefined) return [];
  if (lowest.evidence.some(({ kind }) => kind !== "image")) return [lowest.port];
  const named = tcp.filter(({ evidence }) =>
    evidence.some(({ kind }) => kind === "own" || kind === "argument")
  );
  return [...new Set([lowest, ...named].map(({ port }) => port))];
}

/** A name without an address is the one failure of a connection that says so; whether the port is open is no matter. */
function untilNamed(host: string, name: string): string {
  return `while nc -w 1 ${host} 1 </dev/null 2>&1 | grep -qiE 'bad address|not known|resolve'; do ` +
    `echo "waiting until ${label(name)} is healthy"; sleep 2; done`;
}

/** Whether policies let one connect to the other. */
function mayConnect(reach: Reach, from: string, to: string): boolean {
  const onHost = namesIn(reach.onHost);
  return !reach.isolated || onHost.has(from) || onHost.has(to) ||
    meets(reach, from, to);
}
