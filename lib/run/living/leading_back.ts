/**
 * Labels by which Docker's Traefik goes over to a container that serves again, while its stand-in goes on to run: routers of
 * the same rule that come before all others of it. They are for a signpost, a container in the network of the one that it
 * leads to, whose address Traefik takes for it (`getIPAddress` of its docker provider). No I/O.
 */
import { type Labels, optionOf, renamed, routersOf, serviceOf, withoutDoubles } from "./router_labels.ts";

/** What routers and services of a signpost end with. */
const OWN = "-in-docker";

/**
 * @param labels of the container that serves again. @param port that Traefik calls where no label names one
 * @returns empty where no router goes over
 */
export function leadingBack(labels: Labels, port: number | undefined): Labels {
  const added = routersOf(labels).flatMap(({ protocol, router, hasRule }) => {
    const service = serviceOf(labels, protocol, router);
    if (service === undefined || !hasRule) return [];
    const own = `traefik.${protocol}.routers.${router}${OWN}`;
    const called: [string, string] = [
      `traefik.${protocol}.services.${service}${OWN}.loadbalancer.server.port`,
      String(port),
    ];
    return [
      ...(port === undefined ? [] : [called]),
      ...renamed(labels, protocol, "services", service, OWN),
      ...renamed(labels, protocol, "routers", router, OWN),
      [`${own}.service`, `${service}${OWN}`] as const,
      [`${own}.priority`, String(priorityOf(labels, protocol, router) + 1)] as const,
    ];
  });
  if (added.length === 0) return {};
  // What is not about routes may be what Traefik takes containers by.
  const others = Object.entries(labels).filter(([label]) => !/^traefik\.(http|tcp|udp)\./i.test(label));
  return withoutDoubles([...others, ...added]);
}

/** As decided, or as Traefik makes it of the rule: the longer comes first, and who takes all that is no HTTP comes last. */
function priorityOf(labels: Labels, protocol: string, router: string): number {
  const decided = Number(optionOf(labels, protocol, router, "priority") ?? 0);
  if (decided !== 0) return decided;
  const rule = optionOf(labels, protocol, router, "rule") ?? "";
  return rule === "HostSNI(`*`)" ? 0 : new TextEncoder().encode(rule).length;
}
