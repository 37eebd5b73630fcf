/** The ways by which a stack is reached from outside: Traefik's routes, and ports of the node. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { PlannedObject } from "../kube/object.ts";
import { field, fields, items, list } from "../values/json.ts";
import { conceal, joined, occurrences, secretsInText } from "../secrecy/mod.ts";
import type { StackView } from "./stack_view.ts";

/** One way in. */
export interface Route {
  /** The rule, or the port. */
  readonly name: string;
  /** By what: `IngressRoute on web-secure`. */
  readonly text: string;
  /** Absent where it leads to no service of the stack. */
  readonly service?: string;
  readonly span?: Span;
}

/** Routes of services first, in their order, then published ports. */
export function routesOf({ conversion, facts, secrets }: StackView): readonly Route[] {
  const { entryPoints, loadBalancers, hostPorts } = facts.published;
  // A port that Traefik passes on is told as the port, not as the rule that takes everything.
  const passed = new Set(entryPoints.map(({ entryPoint }) => entryPoint));
  const own = [...conversion.services.values()].flatMap(({ name, routes }) =>
    routes.flatMap((planned) => rulesOf(planned, name, passed, secrets))
  );
  const ports = [
    ...entryPoints.map((port) => ({ port, text: `entry point "${port.entryPoint}" of Traefik` })),
    ...loadBalancers.map((port) => ({ port, text: "Service of type LoadBalancer" })),
    ...[...hostPorts.values()].flat().map((port) => ({ port, text: "hostPort of the pod" })),
  ].map(({ port, text }): Route => ({
    name: `${
      port.hostIp === undefined ? "" : `${port.hostIp}:`
    }${port.hostPort}/${port.protocol.toLowerCase()}`,
    text: port.hostPort === port.port ? text : `${text}, to ${port.port}`,
    service: port.service,
    ...(port.span === undefined ? {} : { span: port.span }),
  }));
  return [
    ...own,
    ...conversion.routes.flatMap((planned) => rulesOf(planned, planned.service, passed, secrets)),
    ...ports,
  ];
}

/** The rules of an IngressRoute, of TCP and UDP too; other objects have none. */
function rulesOf(
  { object, source }: PlannedObject,
  service: string | undefined,
  passed: ReadonlySet<string>,
  secrets: readonly string[],
): Route[] {
  if (!object.kind.startsWith("IngressRoute")) return [];
  const spec = fields(object["spec"]);
  const names = items(spec["entryPoints"]).filter((name) => typeof name === "string");
  if (names.length > 0 && names.every((name) => passed.has(name))) return [];
  const entryPoints = names.join(", ");
  return list(spec["routes"]).map((route) => {
    const match = field(route, "match");
    return {
      // A rule may ask for a header or a query that only those who may have.
      name: typeof match === "string"
        ? conceal(match, joined([...secretsInText(match), ...occurrences(match, secrets)]))
        : "everything",
      text: `${object.kind} "${object.metadata.name}"${entryPoints === "" ? "" : ` on ${entryPoints}`}`,
      ...(service === undefined ? {} : { service }),
      ...(source === undefined ? {} : { span: source }),
    };
  });
}
