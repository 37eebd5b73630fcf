/** Services that are pinged: the address of a Service answers on its ports alone. */
import { type Context, isSkipped } from "../stack/context.ts";
import { servicesByDnsName } from "../stack/network/dns_names.ts";
import type { ServicePort } from "../stack/ports.ts";
import { textPlaces } from "./text_places.ts";

/** Where a shell begins a command, and not an argument: `mysqladmin ping` asks a server in its own way. */
const BEGIN = "(?:^|[;&|(!`\"']|\\b(?:until|while|if|then|do|else|exec|sudo|CMD|CMD-SHELL)\\s|\\s-c\\s)\\s*";
/** Options with their numbers: `-c1`, `-W 1`, `-q`. */
const OPTIONS = "(?:-\\S+\\s+(?:[\\d.]+\\s+)?)*";

/**
 * A warning for each service that is pinged by others, with every place: kube-proxy leads the ports of a Service to its pods,
 * and nothing else. One without known ports has no address of its own, and its name leads to the pod, which answers.
 */
export function checkPings(context: Context, ports: ReadonlyMap<string, readonly ServicePort[]>): void {
  const pinged = Map.groupBy(
    [...servicesByDnsName(context.project)].filter(([, service]) =>
      (ports.get(service) ?? []).length > 0 && !isSkipped(context.decisions, service)
    ),
    ([, service]) => service,
  );
  for (const [service, names] of pinged) {
    const hosts = names.map(([name]) => name.replaceAll(".", "\\.")).join("|");
    const places = textPlaces(context, new RegExp(`${BEGIN}ping6?\\s+${OPTIONS}(?:${hosts})(?![\\w.-])`));
    const [first, ...others] = places;
    if (first === undefined) continue;
    const port = ports.get(service)?.find(({ protocol }) => protocol === "TCP")?.port;
    context.report({
      code: "kube-host-pinged",
      severity: "warning",
      message:
        `Service "${service}" is pinged in ${first.where}; the address of a Service in the cluster answers no ping`,
      ...(first.span === undefined ? {} : { span: first.span }),
      hint: port === undefined
        ? "Ask it in its own protocol instead"
        : `Ask a port instead, such as: nc -z ${names[0]?.[0] ?? service} ${port}`,
      related: others.flatMap(({ where, span }) =>
        span === undefined ? [] : [{ message: `Also in ${where}`, span }]
      ),
    });
  }
}
