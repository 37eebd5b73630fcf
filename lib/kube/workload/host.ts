/** What a pod takes from its machine and how it is called: network, names, hosts, DNS, process namespaces. */
import { byAddress, type HostAlias, isHostName, plainHostName } from "../host_aliases.ts";
import type { Service } from "../../../compose/project.ts";
import { at, type Context } from "../../stack/context.ts";
import type { WorkloadKind } from "../../stack/role.ts";
import { type Json, optional } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";
import {
  fixedAddresses,
  MACHINE_NAMES,
  machineAddress,
  machineAddresses,
} from "../../stack/network/docker_names.ts";
import { nameServers } from "./name_servers.ts";
import { isRabbit as runsRabbit, ownName } from "./own_name.ts";
import { placesOf } from "../../stack/network/references.ts";

/** Fields of the pod, and variables that keep a program's identity. */
export interface HostSettings {
  readonly pod: Json;
  readonly variables: ReadonlyMap<string, string>;
}

/** `network_mode`, `hostname`, `extra_hosts`, `dns*`, `pid`, `ipc`, `userns_mode` and `init` of a service as fields of its pod. */
export function hostSettings(context: Context, subject: DecidedService, kind: WorkloadKind): HostSettings {
  const { service } = subject;
  const name = hostnameOf(context, subject, kind);
  const aliases = byAddress(hostLines(context, subject, [...name.aliases, ...extraHosts(context, subject)]));
  return {
    pod: {
      ...networkOf(subject),
      ...(name.hostname === undefined ? {} : { hostname: name.hostname }),
      ...(name.hostnameOverride === undefined ? {} : { hostnameOverride: name.hostnameOverride }),
      ...optional("hostAliases", aliases),
      ...nameServers(context, subject),
      ...(service.pid === "host" ? { hostPID: true } : {}),
      ...(service.ipc === "host" ? { hostIPC: true } : {}),
      ...(service.userns_mode === "host" ? { hostUsers: true } : {}),
      // With the machine's processes there is a first one, and the API refuses both.
      ...(service.init === true && service.pid !== "host" ? { shareProcessNamespace: true } : {}),
    },
    variables: name.variables,
  };
}

/** Lines as the API takes them: names of hosts have no case. */
function hostLines(context: Context, { service }: DecidedService, lines: readonly HostAlias[]): HostAlias[] {
  return lines.flatMap(({ ip, hostnames }) => {
    const names = hostnames.map((name) => plainHostName(name));
    for (const name of names.filter((one) => !isHostName(one))) {
      context.report({
        code: "kube-hostname",
        severity: "warning",
        message: `"${name}" of service "${service.name}" cannot be in the hosts file of its pod`,
        ...at(context.project, ["services", service.name]),
        hint: "Use letters, digits, hyphens and dots, there and where it is called",
      });
    }
    const kept = names.filter(isHostName);
    return kept.length === 0 ? [] : [{ ip, hostnames: kept }];
  });
}

/** With `none` a policy keeps the pod alone. */
function networkOf({ service: { network_mode: mode } }: DecidedService): Json {
  return mode === "host" ? { hostNetwork: true } : {};
}

interface Name {
  readonly hostname?: string;
  /** The whole name, over what a StatefulSet sets; servers before 1.35 do not know it: `forOlderServer`. */
  readonly hostnameOverride?: string;
  readonly aliases: readonly HostAlias[];
  readonly variables: ReadonlyMap<string, string>;
}

/** The kernel's own limit. */
const LONGEST_HOSTNAME = 64;

/**
 * A pod's `hostname` is one DNS label, which a StatefulSet overwrites with the pod's name; `hostnameOverride` is the
 * whole name, kept by both, and stands beside the pod's address in its hosts file, as Docker has it. Of a dotted name the
 * first label is a line of the hosts file. RabbitMQ, whose data directory bears its node name, is told the node name
 * itself.
 */
function hostnameOf(context: Context, subject: DecidedService, kind: WorkloadKind): Name {
  const { service } = subject;
  const full = fullName(service);
  const isRabbit = runsRabbit(context, service);
  if (full === undefined || full === "") {
    if (service.domainname !== undefined) {
      context.report({
        code: "kube-hostname",
        severity: "warning",
        message:
          `Domain "${service.domainname}" of service "${service.name}" is not carried: it has no hostname before it`,
        ...at(context.project, ["services", service.name, "domainname"]),
        hint: "Give the service a hostname",
      });
    }
    if (isRabbit && service.environment?.["RABBITMQ_NODENAME"] === undefined) {
      reportRandomNode(context, subject);
    }
    return calledSo(ownName(context, service), kind);
  }
  const short = full.split(".")[0]?.toLowerCase() ?? "";
  const span = at(context.project, ["services", service.name, "hostname"]);
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(short)) {
    context.report({
      code: "kube-hostname",
      severity: "warning",
      message:
        `Hostname "${full}" of service "${service.name}" cannot be a pod's; the pod is called after its workload`,
      ...span,
      hint: "If data depends on the hostname, give the program its name by a variable or an option",
    });
    return { aliases: [], variables: new Map() };
  }
  const stateful = kind === "StatefulSet";
  const whole = full.toLowerCase();
  // The kubelet writes the one name that it knows beside the pod's address; the API refuses it on the machine's network.
  const isWhole = service.network_mode !== "host" && whole.length <= LONGEST_HOSTNAME && isHostName(whole) &&
    (stateful || whole !== short);
  const names = isWhole
    ? [short].filter((name) => name !== whole)
    : stateful
    ? [...new Set([short, full])]
    : full === short
    ? []
    : [full];
  const variables = new Map<string, string>();
  if (isRabbit && service.environment?.["RABBITMQ_NODENAME"] === undefined) {
    const long = /^(true|1|yes)$/i.test(service.environment?.["RABBITMQ_USE_LONGNAME"] ?? "");
    variables.set("RABBITMQ_NODENAME", `rabbit@${long ? full : short}`);
  }
  if (full !== short || variables.size > 0) {
    context.report({
      code: "kube-hostname-short",
      severity: "info",
      message: `Hostname "${full}" of service "${service.name}" is kept as ${
        [
          ...(stateful || isWhole ? [] : [`"${short}"`]),
          ...(isWhole ? ["the pod's own name"] : []),
          ...[...variables].map(([key, value]) => `${key}=${value}`),
          ...(names.length === 0
            ? []
            : [`a line of its hosts file for ${names.map((one) => `"${one}"`).join(" and ")}`]),
        ].join(" and ")
      }`,
      ...span,
    });
  }
  return {
    ...(stateful ? {} : { hostname: short }),
    ...(isWhole ? { hostnameOverride: whole } : {}),
    aliases: names.length === 0 ? [] : [{ ip: "127.0.0.1", hostnames: names }],
    variables,
  };
}

/** A StatefulSet gives its pods hostnames of its own, which the other field goes over. */
function calledSo(name: string | undefined, kind: WorkloadKind): Name {
  return {
    ...(name === undefined ? {} : { hostname: name }),
    ...(name === undefined || kind !== "StatefulSet" ? {} : { hostnameOverride: name }),
    aliases: [],
    variables: new Map(),
  };
}

/** Docker tells the name with its domain behind it, where both are given. */
function fullName({ hostname, domainname }: Service): string | undefined {
  return hostname === undefined || hostname === "" || domainname === undefined || hostname.includes(".")
    ? hostname
    : `${hostname}.${domainname}`;
}

function reportRandomNode(context: Context, { service }: DecidedService): void {
  context.report({
    code: "kube-rabbitmq-node",
    severity: "warning",
    message:
      `Service "${service.name}" has no hostname: RabbitMQ named its data directory after a container's id`,
    ...at(context.project, ["services", service.name]),
    hint: "Look into its mnesia directory and set RABBITMQ_NODENAME to the name that holds the data",
  });
}

function extraHosts(context: Context, subject: DecidedService): HostAlias[] {
  const { service } = subject;
  const written = Object.entries(service.extra_hosts ?? {}).flatMap(([host, addresses]) =>
    addresses.map((address) => ({ host, address }))
  );
  for (const { host, address } of written) {
    if (!/^127\.|^::1$/.test(address)) continue;
    context.report({
      code: "kube-loopback-host",
      severity: "warning",
      message:
        `"${host}" of service "${service.name}" is ${address}, which is the container itself, here and in a pod`,
      ...at(context.project, ["services", service.name, "extra_hosts", host]),
      hint: "Set the address by which the machine is reached from its containers",
    });
  }
  const machine = machineAddress(context.decisions);
  const isMachine = new Set(["host-gateway", ...machineAddresses(context.project)]);
  const fixed = fixedAddresses(context.project);
  return [
    // The name of a container's fixed address is one of its service: `dnsNames`.
    ...written.filter(({ address }) => !fixed.has(address)).map(({ host, address }) => ({
      ip: isMachine.has(address) ? machine : address,
      hostnames: [host],
    })),
    ...machineNamesUsed(context, subject).map((host) => ({ ip: machine, hostnames: [host] })),
  ];
}

/** Names of the machine that programs use, and that Docker Desktop and podman answer without being told. */
function machineNamesUsed({ project, bindSources }: Context, { service }: DecidedService): readonly string[] {
  const names = new Set(MACHINE_NAMES.filter((name) => service.extra_hosts?.[name] === undefined));
  return [...new Set(placesOf(project, service, bindSources, names).map(({ host }) => host))].sort();
}
