/** Names of the stack's services by which Traefik itself calls them over TLS: the certificate is for the short name. */
import type { RouteContext } from "./context.ts";
import { insideArgument } from "./inside_address.ts";

/** Arguments as the cluster's Traefik needs them, and where its DNS has to look for names beside its own namespace. */
export interface NamedArguments {
  readonly list: readonly string[];
  readonly searches: readonly string[];
}

/**
 * Addresses of the stack's services by their full names. Over TLS, such as an ACME authority of one's own, the short
 * name stays, which the certificate is for, and Traefik's DNS looks for it in the stack's namespace as well.
 */
export function namedArguments(context: RouteContext, list: readonly string[]): NamedArguments {
  const place = context.routing.static ?? {};
  const domain = `${context.namespace}.svc.cluster.local`;
  let searches = false;
  const named = list.flatMap((argument) => {
    const inside = insideArgument(context, place, argument);
    if (inside === undefined) return [];
    if (inside === argument || !isByShortName(valueOf(argument), valueOf(inside), domain)) return inside;
    searches = true;
    return argument;
  });
  return { list: named, searches: searches ? [domain] : [] };
}

/**
 * What a middleware calls over TLS, by the short name as well where the certificate is checked and the cluster's Traefik
 * is configured here, so that it can be told where to look.
 */
export function checkedAddress(
  context: RouteContext,
  written: string,
  inside: string,
  tls: Readonly<Record<string, unknown>> | undefined,
): string {
  const domain = `${context.namespace}.svc.cluster.local`;
  const isOthers = context.routing.elsewhere !== undefined || context.routing.traefikService === undefined;
  if (isOthers || tls?.["insecureSkipVerify"] === true || inside === written) return inside;
  if (!isByShortName(written, inside, domain)) return inside;
  context.searches.add(domain);
  return written;
}

/** Whether the only thing that the full name adds to an address of HTTPS is the domain of the namespace. */
function isByShortName(address: string, inside: string, domain: string): boolean {
  return /^https:\/\/[^,]+$/i.test(address) &&
    withPort(inside.replace(`.${domain}`, "")) === withPort(address);
}

function withPort(address: string): string {
  return address.replace(/^(https:\/\/[^/:?#]+)(?=[/?#]|$)/i, "$1:443");
}

function valueOf(argument: string): string {
  return argument.slice(argument.indexOf("=") + 1);
}
