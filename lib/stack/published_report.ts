/** Findings about published ports: what becomes of those that nobody decided, and which cannot be together. */
import type { Service } from "../../compose/project.ts";
import { at, type Context, imageOf } from "./context.ts";
import { yamlText, yamlWord } from "../diagnostics/yaml_word.ts";
import { protocolOf } from "./ports.ts";
import { knownImage } from "./known_images.ts";
import { isLoopback } from "./network/host_address.ts";
import type { Placed, Published } from "./published_port.ts";

/** Ports of a container that are pages for people, also of a program that keeps its data as a database does. */
const PAGES: ReadonlySet<number> = new Set([80, 443, 8080, 8081, 8443]);

/** One remark for each service and way, with a line that changes it; a question for what is not reached any more. */
export function reportPublished(context: Context, placed: readonly Placed[]): void {
  const groups = new Map<string, Placed[]>();
  for (const one of placed) {
    if (one.isDecided || one.way === "open" && isMapped(one.port)) continue;
    const key = [one.port.service, one.way, one.entryPoint ?? "", one.why ?? "", one.port.hostIp ?? ""].join(
      "\0",
    );
    groups.set(key, [...groups.get(key) ?? [], one]);
  }
  for (const group of groups.values()) reportGroup(context, group);
  for (const own of Map.groupBy(placed, ({ port }) => port.service).values()) {
    reportMany(context, own);
    reportTargets(context, own);
  }
}

/** More of them take a node minutes. */
const MANY = 1000;

/** Nobody waits long for a thousand; beyond that the machine's own network is the way, as it is in Docker. */
function reportMany(context: Context, placed: readonly Placed[]): void {
  const ports = placed.filter(({ way }) => way === "hostPort").map(({ port }) => port);
  const [first] = ports;
  if (first === undefined || ports.length <= MANY) return;
  const { service, index } =
    ports.find(({ index }) => ports.filter((other) => other.index === index).length > 1) ?? first;
  context.report({
    code: "kube-ports-many",
    severity: "warning",
    message:
      `Service "${service}" publishes ${ports.length} ports: the node creates firewall rules for each whenever its pod starts; this can take minutes, and after four minutes the kubelet starts over`,
    ...at(context.project, ["services", service, "ports", index]),
    hint: placed.some(({ port }) => isMapped(port))
      ? "Publish fewer"
      : `Publish fewer, or let it listen on the node itself, which needs no rules: network_mode: host of service "${service}" in a compose file`,
  });
}

/** `ports: ["8000"]`: Docker takes a free port of the machine, another one after each start. */
export function reportUnnumbered(context: Context, { name, ports = [] }: Service): void {
  const without = ports.flatMap(({ target, protocol, published = "" }, index) =>
    published === "" ? [{ port: target, protocol: protocolOf(protocol), index }] : []
  );
  const [first] = without;
  if (first === undefined) return;
  const names = portNames(without.map(({ port, protocol }) => ({ hostPort: port, protocol })));
  const isOne = without.length === 1;
  context.report({
    code: "kube-port-unnumbered",
    severity: "warning",
    message: `${isOne ? "Port" : "Ports"} ${names.join(", ")} of service "${name}" ${
      isOne ? "is" : "are"
    } published without a number: Docker takes any free port of the machine at each start, and the cluster opens none`,
    ...at(context.project, ["services", name, "ports", first.index]),
    hint:
      `To reach it from outside give it a number in the compose file, such as "${first.port}:${first.port}"`,
  });
}

/** Only a network of the container's own can have another number for a port. */
function isMapped({ port, hostPort }: Published): boolean {
  return port !== hostPort;
}

/** With the machine's network Docker discards `ports`: whoever calls the published one finds nobody. */
function reportTargets(context: Context, placed: readonly Placed[]): void {
  const mapped = placed.filter(({ way, port }) => way === "open" && isMapped(port)).map(({ port }) => port);
  const [first] = mapped;
  if (first === undefined) return;
  const names = portNames(mapped);
  const targets = portNames(mapped.map((port) => ({ ...port, hostPort: port.port })));
  context.report({
    code: "kube-ports-host",
    severity: "warning",
    message: `Service "${first.service}" has the host's network: its program listens on ${
      targets.join(", ")
    } of the node, and nothing listens on ${names.join(", ")}`,
    ...at(context.project, ["services", first.service, "ports", first.index]),
    hint: "Docker discards these ports as well; let the program listen on the published ones, or remove them",
  });
}

function reportGroup(context: Context, group: readonly Placed[]): void {
  const [first] = group;
  if (first === undefined) return;
  const { service, hostIp, index } = first.port;
  const names = portNames(group.map(({ port }) => port));
  const isOne = group.length === 1;
  const where = `${isOne ? "Port" : "Ports"} ${names.join(", ")} of service "${service}"` +
    (hostIp === undefined ? "" : ` on ${hostIp}`);
  const line = (way: string): string => `publish: { ${names.map((name) => `"${name}": ${way}`).join(", ")} }`;
  const { text, hint } = said(first, line);
  const compose = context.project.services[service];
  const image = compose === undefined ? undefined : imageOf(context.decisions, compose);
  const isOpenStore = first.way === "loadBalancer" && knownImage(image ?? "")?.stateful === true &&
    !group.every(({ port }) => PAGES.has(port.port));
  context.report({
    code: "kube-public-port",
    severity: first.way === "private" ? "question" : isOpenStore ? "warning" : "info",
    message: `${where} ${isOne ? text : text.replace(/^is /, "are ").replace(/^needs /, "need ")}${
      isOpenStore ? ": a database or broker that everybody can reach" : ""
    }`,
    ...at(context.project, ["services", service, "ports", index]),
    hint,
  });
}

/** What becomes of it, and the line that changes that. */
function said(
  { way, entryPoint, why, port }: Placed,
  line: (way: string) => string,
): { readonly text: string; readonly hint: string } {
  switch (way) {
    case "open":
      return {
        text: "needs nothing: with the host's network its programs listen on the node itself",
        hint: "Nothing is to be done",
      };
    case "shut":
      return {
        text: "is not reached from outside, as in Docker: the service has no network with a way out",
        hint: `To open it: ${line("loadBalancer")}`,
      };
    case "private":
      return {
        text: `is not reached from outside: ${why}`,
        hint: `To accept it: ${line("private")}; else publish another port`,
      };
    case "hostPort":
      return {
        text: 'is reached as before, by hostPort, for which the namespace gets Pod Security "privileged"',
        hint: isLoopback(port.hostIp)
          ? `To close it: ${line("private")}; kubectl port-forward reaches it then`
          : `To close it: ${line("private")}`,
      };
    case "entryPoint":
      return entryPoint === "web"
        ? {
          text:
            "is reached as before through the cluster's Traefik, which passes the caller's address in X-Forwarded-For: it gets every host that has no route of its own",
          hint: `To close it: ${line("private")}; to do without Traefik: k3s --disable traefik, and ${
            line("loadBalancer")
          }`,
        }
        : {
          text:
            "is reached as before through the cluster's Traefik, which passes TLS on: its own address takes the place of the caller's",
          hint: `To close it: ${line("private")}; to do without Traefik: k3s --disable traefik, and ${
            line("loadBalancer")
          }`,
        };
    case "loadBalancer":
      return {
        text: "is reached as before, by a load balancer on every address of the node",
        hint: `To close it: ${
          line("private")
        }; entryPoint leads through Traefik, which hides the caller's address`,
      };
  }
}

/** `80`, `5000-5010/udp`: ports in a row are one range. */
function portNames(ports: readonly Pick<Published, "hostPort" | "protocol">[]): string[] {
  const names: string[] = [];
  for (const protocol of ["TCP", "UDP", "SCTP"] as const) {
    const numbers = [
      ...new Set(ports.filter((port) => port.protocol === protocol).map(({ hostPort }) => hostPort)),
    ]
      .sort((left, right) => left - right);
    const suffix = protocol === "TCP" ? "" : `/${protocol.toLowerCase()}`;
    for (let from = 0; from < numbers.length;) {
      let to = from;
      while (numbers[to + 1] === (numbers[to] ?? 0) + 1) to++;
      // Two in a row are two, as most would write them.
      if (to === from + 1) to = from;
      names.push(`${numbers[from]}${to === from ? "" : `-${numbers[to]}`}${suffix}`);
      from = to + 1;
    }
  }
  return names;
}

/** Docker refuses to start the second; in a cluster one of them would wait for ever or take the other's callers. */
export function reportConflicts(context: Context, all: readonly Published[]): void {
  const seen: Published[] = [];
  for (const port of all) {
    const first = seen.find((other) =>
      other.service !== port.service && other.hostPort === port.hostPort &&
      other.protocol === port.protocol &&
      (other.hostIp === port.hostIp || other.hostIp === undefined || port.hostIp === undefined)
    );
    if (first === undefined) {
      seen.push(port);
      continue;
    }
    context.report({
      code: "kube-host-port-conflict",
      severity: "error",
      message:
        `Services "${first.service}" and "${port.service}" both publish port ${port.hostPort} of the host`,
      ...(port.span === undefined ? {} : { span: port.span }),
      hint: `They cannot run side by side; leave one out: services: { ${yamlWord(first.service)}: { skip: ${
        yamlText(`replaced by ${port.service}`)
      } } }`,
      ...(first.span === undefined
        ? {}
        : { related: [{ message: `First published by "${first.service}"`, span: first.span }] }),
    });
  }
}
