/** Addresses of compose services as the cluster's Traefik reaches them: it does not run in the stack's namespace. */
import type { Element } from "../../traefik/routing.ts";
import type { RouteContext } from "./context.ts";

const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/(?:[^@/\s]*@)?)?([a-z0-9][\w.-]*)(?::(\d{1,5}))?(\/\S*)?$/i;

/**
 * A text with the host in it by its full name, where the text is an address (with a scheme or a port) and its host a
 * compose service, be it of another project; every other text as it is.
 */
export function insideAddress(
  context: RouteContext,
  { span }: Pick<Element, "span">,
  address: string,
): string {
  const [, scheme = "", host = "", portText, rest = ""] = ADDRESS.exec(address) ?? [];
  if (host === "" || (scheme === "" && portText === undefined)) return address;
  const service = context.composeService(host);
  if (service === undefined) {
    const neighbour = context.neighbour(host);
    return neighbour === undefined
      ? address
      : `${scheme}${neighbour}${portText === undefined ? "" : `:${portText}`}${rest}`;
  }
  const port = Number(portText ?? (scheme.startsWith("https:") ? 443 : 80));
  context.required.push({ service, port, ...(span === undefined ? {} : { span }) });
  const target = context.serviceFor(service, port);
  if (target === undefined) return address;
  return `${scheme}${target.name}.${context.namespace}.svc.cluster.local:${target.port}${rest}`;
}

/** Every text of a value, such as a plugin's settings. */
export function insideAddresses(
  context: RouteContext,
  element: Pick<Element, "span">,
  value: unknown,
): unknown {
  if (typeof value === "string") return insideAddress(context, element, value);
  if (Array.isArray(value)) return value.map((item) => insideAddresses(context, element, item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, insideAddresses(context, element, inner)]),
  );
}

/** An argument `--name=value`, or with several values and commas between them. */
export function insideArgument(
  context: RouteContext,
  element: Pick<Element, "span">,
  argument: string,
): string {
  const [, name, value] = /^(--[^=]+=)(.*)$/s.exec(argument) ?? [];
  if (name === undefined || value === undefined) return argument;
  return name + value.split(",").map((each) => insideAddress(context, element, each)).join(",");
}
