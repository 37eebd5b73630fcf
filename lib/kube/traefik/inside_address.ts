/** Addresses of compose services as the cluster's Traefik reaches them: it does not run in the stack's namespace. */
import type { Element } from "../../traefik/routing.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { report, type RouteContext } from "./context.ts";
import { behindLoopback, isLoopbackHost } from "./loopback.ts";
import { aliasOf, askForMachine, isMachineHost, loopbackOf } from "./own_hosts.ts";

const ADDRESS =
  /^([a-z][a-z0-9+.-]*:\/\/(?:[^@/\s]*@)?)?([a-z0-9][\w.-]*|\[[0-9a-f:.]+\])(?::(\d{1,5}))?([/?#]\S*)?$/i;

/**
 * A text with the host in it by its full name, where the text is an address (with a scheme or a port) and its host a
 * compose service, be it of another project, or the machine; every other text as it is.
 */
export function insideAddress(
  context: RouteContext,
  { span }: Pick<Element, "span">,
  address: string,
): string {
  const parts = addressParts(address);
  if (parts === undefined) return address;
  const { scheme, host, portText, rest } = parts;
  const service = context.composeService(host);
  if (service !== undefined) return fullAddress(context, { span }, { ...parts, service }) ?? address;
  const neighbour = context.neighbour(host);
  if (neighbour !== undefined) return `${scheme}${neighbour}${portText}${rest}`;
  // By `extra_hosts` its pods know the name.
  if (!isMachineHost(context, host) || aliasOf(context, host) !== undefined) return address;
  askForMachine(context, span === undefined ? {} : { span }, host, "Traefik's configuration");
  return `${scheme}${bracketed(context.machine.address)}${portText}${rest}`;
}

/** A host as an address has it before its port (RFC 3986, 3.2.2). */
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The same of a text that is an address for certain, so that loopback in it is no word of somebody else's. */
export function calledAddress(
  context: RouteContext,
  element: Pick<Element, "span">,
  address: string,
  whose: string,
): string {
  const parts = addressParts(address);
  if (parts === undefined) return address;
  const { scheme, port, portText, rest } = parts;
  const host = loopbackOf(context, parts.host);
  if (!isLoopbackHost(host)) return insideAddress(context, element, address);
  const behind = behindLoopback(context, element, { host, port, protocol: "TCP", whose });
  switch (behind.kind) {
    case "service":
      return fullAddress(context, element, { ...parts, ...behind }) ?? address;
    case "host":
      return `${scheme}${bracketed(behind.host)}${portText}${rest}`;
    case "nothing":
      return address;
  }
}

/** Whether a text is an address whose host is loopback. */
export function isLoopbackAddress(text: string): boolean {
  const parts = addressParts(text);
  return parts !== undefined && isLoopbackHost(parts.host);
}

interface AddressParts {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  /** With its colon; empty where none is written. */
  readonly portText: string;
  readonly rest: string;
}

function addressParts(address: string): AddressParts | undefined {
  const [, scheme = "", written = "", port, rest = ""] = ADDRESS.exec(address) ?? [];
  if (written === "" || (scheme === "" && port === undefined)) return undefined;
  return {
    scheme,
    host: written.replace(/^\[|\]$/g, ""),
    port: Number(port ?? (scheme.startsWith("https:") ? 443 : 80)),
    portText: port === undefined ? "" : `:${port}`,
    rest,
  };
}

function fullAddress(
  context: RouteContext,
  { span }: { readonly span?: Span | undefined },
  { scheme, rest, service, port }: AddressParts & { readonly service: string },
): string | undefined {
  context.required.push({ service, port, ...(span === undefined ? {} : { span }) });
  const target = context.serviceFor(service, port);
  return target && `${scheme}${target.name}.${context.namespace}.svc.cluster.local:${target.port}${rest}`;
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

/** The host and port of an address whose parts are variables of their own. */
export function calledHost(
  context: RouteContext,
  element: Pick<Element, "span">,
  host: string,
  port: number,
  whose: string,
): { readonly host: string; readonly port: number } {
  const called = calledAddress(context, element, `${bracketed(host)}:${port}`, whose);
  const colon = called.lastIndexOf(":");
  return { host: called.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(called.slice(colon + 1)) };
}

/** An argument `--name=value`, or with several values and commas between them; nothing where none of them is left. */
export function insideArgument(
  context: RouteContext,
  element: Pick<Element, "span">,
  argument: string,
): string | undefined {
  const [, name, value] = /^(--[^=]+=)(.*)$/s.exec(argument) ?? [];
  if (name === undefined || value === undefined) return argument;
  // An entry point's own address is where it listens, not whom it calls.
  if (name.toLowerCase().startsWith("--entrypoints.")) return argument;
  const inside = (each: string): string =>
    calledAddress(context, element, each, `Traefik's option ${name.slice(0, -1)}`);
  const all = value.split(",");
  const kept = all.filter((each) => !DOCKER_RESOLVER.test(each));
  if (kept.length < all.length) reportResolver(context, element, name.slice(0, -1));
  return kept.length === 0 ? undefined : name + kept.map(inside).join(",");
}

/** Docker's DNS server in a container (libnetwork, resolver.go). */
const DOCKER_RESOLVER = /^\s*127\.0\.0\.11(?::\d+)?\s*$/;

function reportResolver(context: RouteContext, element: Pick<Element, "span">, option: string): void {
  report(
    context,
    "info",
    "kube-docker-resolver",
    element,
    `Docker's DNS server "127.0.0.11" of Traefik's option ${option} is left out, as no pod has it`,
    "Without another one Traefik asks the cluster's DNS server",
  );
}
