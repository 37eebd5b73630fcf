/**
 * Labels by which Docker's Traefik goes over to a stand-in in one step, while the container goes on to run. Where two
 * containers give a router of one name different services, Traefik drops that router (`AddRouter` of its docker provider);
 * a second one with the same rule leads to the stand-in alone. So nobody is sent any more to the container, which may end.
 * No I/O.
 */
import { type Labels, renamed, routersOf, serviceOf, withoutDoubles } from "./router_labels.ts";

/** What routers and services of the stand-in's own end with. */
const OWN = "-in-kubernetes";

/** @param labels of the stand-in; the container has the same. Routers that lead to another provider stay as they are. */
export function takingOver(labels: Labels): Labels {
  const added = routersOf(labels).flatMap(({ protocol, router, hasRule }) => {
    const service = serviceOf(labels, protocol, router);
    if (service === undefined) return [];
    const leads = (name: string, to: string): readonly [string, string] => [
      `traefik.${protocol}.routers.${name}.service`,
      to,
    ];
    // Its rule would be made from the container's name. It says its service, as there are several now.
    if (!hasRule) return [leads(router, service)];
    return [
      ...renamed(labels, protocol, "routers", router, OWN),
      ...renamed(labels, protocol, "services", service, OWN),
      leads(router, `${service}${OWN}`),
      leads(`${router}${OWN}`, `${service}${OWN}`),
    ];
  });
  return withoutDoubles([...Object.entries(labels), ...added]);
}
