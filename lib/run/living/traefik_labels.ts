/** The labels by which Docker's Traefik goes on routing to what has moved. No I/O. */
import { normalize } from "../../traefik/go_template_functions.ts";

/** A container that was made by compose. */
interface Labelled {
  readonly project: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, unknown>>;
  /** The lowest of the TCP ports that it exposes, which Traefik calls where no label names one. */
  readonly port: number | undefined;
}

/**
 * Its labels for Traefik. Where they name no service, Traefik makes one by the name of compose's service and project, and
 * another by the name of any other container: a router that leads to both is dropped while both are there
 * (`getServiceName` and `AddRouter` of its docker provider). So that name is written out.
 */
export function traefikLabels(
  { project, service, labels, port }: Labelled,
): Readonly<Record<string, string>> {
  const own = Object.entries(labels).filter(([name]) => /^traefik\./i.test(name))
    .map(([name, value]): [string, string] => [name, String(value)]);
  const has = (protocol: string, section: string): boolean =>
    own.some(([name]) => name.toLowerCase().startsWith(`traefik.${protocol}.${section}.`));
  const named = ["http", "tcp"].filter((protocol) =>
    port !== undefined && has(protocol, "routers") && !has(protocol, "services")
  ).map((protocol): [string, string] => [
    `traefik.${protocol}.services.${normalize(`${service}_${project}`)}.loadbalancer.server.port`,
    String(port),
  ]);
  return Object.fromEntries([...own, ...named]);
}
