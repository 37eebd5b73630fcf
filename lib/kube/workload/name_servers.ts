/** Whom a pod asks for names: `dns`, `dns_search` and `dns_opt`. */
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { at, type Context, isSkipped } from "../../stack/context.ts";
import { dnsNames } from "../../stack/network/dns_names.ts";
import { fixedAddresses, machineAddress, machineAddresses } from "../../stack/network/docker_names.ts";
import { networksOf } from "../../stack/network/neighbours.ts";
import { placesOf } from "../../stack/network/references.ts";
import { type Json, optional } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";

/** The API takes no more. */
const MOST_SERVERS = 3;

/**
 * Docker answers names of the stack itself and asks the servers of `dns` for all others. A pod has one list of servers,
 * and what the first says counts, a "no" as well. So the cluster's DNS alone is asked where there are names of the stack
 * to answer, and the servers alone where there are none: with the machine's network, or with nobody else around. What
 * is decided (`dns`) counts over both.
 */
export function nameServers(context: Context, subject: DecidedService): Json {
  const { service, decision } = subject;
  const isHost = service.network_mode === "host";
  const usual = isHost ? { dnsPolicy: "ClusterFirstWithHostNet" } : {};
  const rest = {
    ...optional("searches", service.dns_search?.filter((domain) => domain !== ".")),
    ...optional("options", service.dns_opt?.map(optionOf)),
  };
  const clustersOwn = { ...usual, ...optional("dnsConfig", rest) };
  if ((service.dns ?? []).length === 0) return clustersOwn;
  const servers = serversOf(context, subject);
  // Init containers that wait for others ask for their names.
  const isAlone = Object.keys(service.depends_on ?? {}).length === 0 &&
    (isHost || !hasOthers(context, subject));
  const wanted = decision.dns ?? (isAlone && servers.length > 0 ? "servers" : undefined);
  if (wanted === undefined) ask(context, subject);
  if (wanted !== "servers" || servers.length === 0) return clustersOwn;
  if (decision.dns === undefined && !isHost) reportOwnName(context, subject);
  reportLeft(context, subject, servers);
  return { dnsPolicy: "None", dnsConfig: { nameservers: servers.slice(0, MOST_SERVERS), ...rest } };
}

/** With `ndots:0` musl asks for no name below the namespace's domain, not even for one without dots. */
function optionOf(option: string): Json {
  const [name = "", value] = (option === "ndots:0" ? "ndots:1" : option).split(":");
  return { name, ...(value === undefined ? {} : { value }) };
}

/** As the cluster has them: the machine by its own address; a container's address, which no pod has, is left out. */
function serversOf(
  { project, decisions }: Context,
  { service, decision }: DecidedService,
): readonly string[] {
  const machine = machineAddresses(project);
  const fixed = fixedAddresses(project);
  return (service.dns ?? []).filter((address) => decision.dns === "stack" || !fixed.has(address))
    .map((address) => machine.includes(address) ? machineAddress(decisions) : address);
}

/** Whether its program can call anybody of the stack, or itself, by a name that Docker answers. */
function hasOthers(context: Context, { service }: DecidedService): boolean {
  const { project, decisions, bindSources, otherProjects = [] } = context;
  const own = new Set(networksOf(project, service));
  const isOn = (networks: readonly string[]): boolean => networks.some((network) => own.has(network));
  const names = new Set(dnsNames(project, service).map(({ name }) => name));
  return Object.values(project.services).some((other) =>
    other.name !== service.name && !isSkipped(decisions, other.name) && isOn(networksOf(project, other))
  ) ||
    otherProjects.some((other) =>
      Object.values(other.project.services).some((each) => isOn(networksOf(other.project, each)))
    ) || placesOf(project, service, bindSources, names).length > 0;
}

function ask(context: Context, { service: { name, dns = [] } }: DecidedService): void {
  const fixed = fixedAddresses(context.project);
  const owner = dns.map((address) => fixed.get(address)).find((found) => found !== undefined);
  const servers = dns.map((address) => `"${address}"`).join(", ");
  const other = owner === undefined
    ? `The servers alone, without names of the stack: services: { ${yamlWord(name)}: { dns: servers } }; `
    : "";
  context.report({
    code: "kube-dns-servers",
    severity: "question",
    message: `Service "${name}" asks ${servers} for names${
      owner === undefined ? "" : `, which is service "${owner}"`
    }; in its pod the cluster's DNS answers those of the stack, and asks the node's own servers for all others`,
    ...at(context.project, ["services", name, "dns"]),
    hint: `${other}to keep it so: services: { ${
      yamlWord(name)
    }: { dns: stack } }. If the answers of these servers matter for other names, let the node use them (its /etc/resolv.conf)`,
  });
}

/** Docker answers a program's own name, whoever else is there. */
function reportOwnName(context: Context, { service: { name } }: DecidedService): void {
  context.report({
    code: "kube-dns-servers",
    severity: "info",
    message:
      `Service "${name}" asks only its own DNS servers, since it calls no other service; they do not know its own name`,
    ...at(context.project, ["services", name, "dns"]),
    hint: `To ask the cluster's DNS: services: { ${yamlWord(name)}: { dns: stack } }`,
  });
}

function reportLeft(context: Context, { service }: DecidedService, servers: readonly string[]): void {
  const left = servers.slice(MOST_SERVERS);
  if (left.length === 0) return;
  context.report({
    code: "kube-not-carried",
    severity: "warning",
    message: `"dns" of service "${service.name}" is carried for ${MOST_SERVERS} servers, not for ${
      left.join(", ")
    }`,
    ...at(context.project, ["services", service.name, "dns", MOST_SERVERS]),
    hint: "A pod has no more than these",
  });
}
