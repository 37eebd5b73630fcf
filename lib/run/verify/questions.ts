/** What is asked of both sides, read from the planned routes and the ports that compose publishes. No I/O. */
import type { Port, Project } from "../../../compose/project.ts";
import type { KubeObject } from "../../kube/object.ts";
import { FRONT_NAME } from "../../kube/traefik/front.ts";
import { callsOf, parseRule, type Rule, RuleError } from "../../traefik/rule.ts";
import { items, list, record } from "../../values/json.ts";

/** By it a port is asked that is open on every address. */
const LOOPBACK = "127.0.0.1";

/** A request that a route answers, by the first path that it has. */
export interface RouteQuestion {
  readonly kind: "route";
  readonly isSecure: boolean;
  /** Its name in the cluster. */
  readonly entryPoint: string;
  /** Where the world reaches the entry point. */
  readonly publicPort: number;
  readonly host: string;
  readonly path: string;
}

/** A port of the machine that compose publishes, and the service behind it. */
export interface PortQuestion {
  readonly kind: "port";
  readonly service: string;
  readonly port: number;
  readonly hostAddress: string;
  readonly hostPort: number;
}

export type Question = RouteQuestion | PortQuestion;

/** What is asked, and rules that are not. */
export interface Questions {
  readonly asked: readonly Question[];
  /** They say more than host and path. */
  readonly unasked: readonly string[];
  /** On entry points that the world does not reach, with these. */
  readonly unpublished: readonly string[];
}

/** As people write it. */
export function nameOf(question: Question): string {
  return question.kind === "port"
    ? `tcp ${publishedAt(question)} to ${question.service}:${question.port}`
    : `${question.isSecure ? "https" : "http"}://${authorityOf(question)}${question.path}`;
}

/** The port, with the address of the machine where it is open on that alone; several may lead to one port of a service. */
function publishedAt({ hostAddress, hostPort }: PortQuestion): string {
  if (hostAddress === LOOPBACK) return String(hostPort);
  return `${hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress}:${hostPort}`;
}

/** The host, with the port where that is not the usual one. */
export function authorityOf({ isSecure, host, publicPort }: RouteQuestion): string {
  return publicPort === (isSecure ? 443 : 80) ? host : `${host}:${publicPort}`;
}

/** Each once, in order of their names. */
export function questionsOf(objects: readonly KubeObject[], project: Project): Questions {
  const ports = frontPorts(objects);
  const rules = objects.filter(({ kind }) => kind === "IngressRoute").flatMap((object) => {
    const spec = record(object["spec"]);
    const hasTls = spec?.["tls"] !== undefined;
    const named = items(spec?.["entryPoints"]).map(String);
    const entryPoints = named.length > 0 ? named : [hasTls ? "websecure" : "web"];
    return list(spec?.["routes"]).flatMap(({ match }) =>
      entryPoints.map((entryPoint) => {
        const isSecure = hasTls || entryPoint === "websecure";
        const publicPort = ports.get(entryPoint);
        return { match: String(match), entryPoint, isSecure, publicPort };
      })
    );
  });
  const read = rules.map((rule) => ({ ...rule, asked: hostsAndPath(rule.match) }));
  const routes = read.flatMap(({ asked, entryPoint, isSecure, publicPort }): readonly RouteQuestion[] =>
    publicPort === undefined
      ? []
      : asked.map((one) => ({ kind: "route", isSecure, entryPoint, publicPort, ...one }))
  );
  const all: readonly Question[] = [...routes, ...portsOf(project, objects)];
  const unpublished = read.filter(({ asked, publicPort }) => asked.length > 0 && publicPort === undefined);
  return {
    asked: [...new Map(all.map((question) => [nameOf(question), question])).values()]
      .sort((left, right) => nameOf(left) < nameOf(right) ? -1 : 1),
    unasked: distinct(read.filter(({ asked }) => asked.length === 0).map(({ match }) => match)),
    unpublished: distinct(unpublished.map(({ match, entryPoint }) => `${match} on "${entryPoint}"`)),
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

/** Where the world reaches each entry point; `web` and `websecure` are always there, the others as the front has them. */
function frontPorts(objects: readonly KubeObject[]): ReadonlyMap<string, number> {
  const front = objects.filter(({ kind, metadata }) => kind === "Service" && metadata.name === FRONT_NAME);
  const own = front.flatMap((service) => list(record(service["spec"])?.["ports"])).flatMap((
    { name, port, protocol },
  ) => protocol === "TCP" && typeof port === "number" ? [[String(name), port] as const] : []);
  return new Map([["web", 80], ["websecure", 443], ...own]);
}

/** None where the rule names no host, or asks for more than host and path. */
function hostsAndPath(match: string): readonly Pick<RouteQuestion, "host" | "path">[] {
  const calls = readable(match);
  if (calls === undefined || calls.some(({ name }) => !/^(Host|Path|PathPrefix)$/.test(name))) return [];
  const values = (pattern: RegExp): readonly string[] =>
    calls.filter(({ name }) => pattern.test(name)).flatMap(({ values }) => values);
  const path = values(/^Path/)[0] ?? "/";
  return values(/^Host$/).map((host) => ({ host, path }));
}

/** What is not in the rule (`!`) says nothing of what to ask. */
function readable(match: string): readonly Extract<Rule, { kind: "call" }>[] | undefined {
  try {
    const rule = parseRule(match);
    return JSON.stringify(rule).includes('"kind":"not"') ? undefined : callsOf(rule);
  } catch (error) {
    if (error instanceof RuleError) return undefined;
    throw error;
  }
}

/** Of services that the cluster has a Service for; Traefik's own ports are asked by its routes. */
function portsOf(project: Project, objects: readonly KubeObject[]): readonly PortQuestion[] {
  const served = new Set(
    objects.filter(({ kind }) => kind === "Service").map(({ metadata }) => metadata.name),
  );
  return Object.values(project.services).filter(({ name }) => served.has(name)).flatMap((
    { name, ports = [] },
  ) => ports.flatMap((port) => portOf(name, port)));
}

function portOf(
  service: string,
  { target, published = "", protocol = "tcp", host_ip: host = "" }: Port,
): readonly PortQuestion[] {
  if (protocol !== "tcp" || !/^\d+$/.test(published)) return [];
  const hostAddress = host === "" || host === "0.0.0.0" || host === "::" ? LOOPBACK : host;
  return [{ kind: "port", service, port: target, hostAddress, hostPort: Number(published) }];
}
