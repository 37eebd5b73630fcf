/** What is asked of both sides, read from the planned routes and the ports that compose publishes. No I/O. */
import type { Port, Project } from "../../../compose/project.ts";
import type { KubeObject } from "../../kube/object.ts";
import { callsOf, parseRule, type Rule, RuleError } from "../../traefik/rule.ts";
import { items, list, record } from "../../values/json.ts";

/** A request that a route answers, by the first path that it has. */
export interface RouteQuestion {
  readonly kind: "route";
  readonly isSecure: boolean;
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

/** What is asked, and the rules of which nobody knows what to ask. */
export interface Questions {
  readonly asked: readonly Question[];
  readonly unasked: readonly string[];
}

/** As people write it. */
export function nameOf(question: Question): string {
  return question.kind === "port"
    ? `tcp ${question.service}:${question.port}`
    : `${question.isSecure ? "https" : "http"}://${question.host}${question.path}`;
}

/** Each once, in order of their names. */
export function questionsOf(objects: readonly KubeObject[], project: Project): Questions {
  const rules = objects.filter(({ kind }) => kind === "IngressRoute").flatMap((object) => {
    const spec = record(object["spec"]);
    const isSecure = spec?.["tls"] !== undefined || items(spec?.["entryPoints"]).includes("websecure");
    return list(spec?.["routes"]).map(({ match }) => ({ match: String(match), isSecure }));
  });
  const read = rules.map(({ match, isSecure }) => ({ match, routes: routesOf(match, isSecure) }));
  const all: readonly Question[] = [...read.flatMap(({ routes }) => routes), ...portsOf(project, objects)];
  return {
    asked: [...new Map(all.map((question) => [nameOf(question), question])).values()]
      .sort((left, right) => nameOf(left) < nameOf(right) ? -1 : 1),
    unasked: [...new Set(read.filter(({ routes }) => routes.length === 0).map(({ match }) => match))].sort(),
  };
}

/** None where the rule names no host, or asks for more than host and path. */
function routesOf(match: string, isSecure: boolean): readonly RouteQuestion[] {
  const calls = readable(match);
  if (calls === undefined || calls.some(({ name }) => !/^(Host|Path|PathPrefix)$/.test(name))) return [];
  const values = (pattern: RegExp): readonly string[] =>
    calls.filter(({ name }) => pattern.test(name)).flatMap(({ values }) => values);
  const path = values(/^Path/)[0] ?? "/";
  return values(/^Host$/).map((host) => ({ kind: "route", isSecure, host, path }));
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
  const hostAddress = host === "" || host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return [{ kind: "port", service, port: target, hostAddress, hostPort: Number(published) }];
}
