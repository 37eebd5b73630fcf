/** The Traefik of another project, as far as a stack with labels for it needs to know: what its routers may refer to. */
import type { Project } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { FoundTraefik } from "./find_traefik.ts";
import type { Element, ElementSection, Routing } from "./routing.ts";
import type { TraefikFiles } from "./traefik_files.ts";

/** What another project's Traefik reads. */
export interface OtherTraefik {
  /** Its folder as messages name it, such as `../traefik`. */
  readonly from: string;
  readonly project: Project;
  readonly found: FoundTraefik;
  readonly files: TraefikFiles;
}

/** What other projects define for the Traefik that is the stack's as well; the first that has a name holds. */
export type OtherDefinitions = readonly Definitions[];

/** What one of them defines. */
export interface Definitions {
  /** Middlewares, services, TLS options, transports. */
  readonly routing: Routing;
  /** A host that it names as the cluster's Traefik reaches it from anywhere; undefined where nobody knows it. */
  addressOf(host: string): string | undefined;
}

type Sections = Pick<Routing, "http" | "tcp" | "udp" | "tls">;
type Elements = ReadonlyMap<string, Element>;

/**
 * The stack's own sections with those elements of other projects that its own refer to, over as many steps as it takes.
 * Routers, stores and certificates stay with the project that has them.
 */
export function joinOthers(own: Sections, others: OtherDefinitions): Sections {
  const pick = (section: (routing: Routing) => Elements): Elements =>
    new Map(
      others.flatMap(({ routing, addressOf }) =>
        [...section(routing)].map(([name, element]) => [name, reachable(element, addressOf)] as const)
      ).toReversed(),
    );
  const available = {
    httpServices: pick(({ http }) => http.services),
    httpMiddlewares: pick(({ http }) => http.middlewares),
    httpTransports: pick(({ http }) => http.serversTransports),
    tcpServices: pick(({ tcp }) => tcp.services),
    tcpMiddlewares: pick(({ tcp }) => tcp.middlewares),
    tcpTransports: pick(({ tcp }) => tcp.serversTransports),
    udpServices: pick(({ udp }) => udp.services),
    options: pick(({ tls }) => tls.options),
  };
  const needed = neededOf(ownElements(own), Object.values(available));
  const add = (mine: Elements, others: Elements): Elements =>
    new Map([...[...others].filter(([name]) => needed.has(name)), ...mine]);
  return {
    http: withOthers(own.http, {
      services: add(own.http.services, available.httpServices),
      middlewares: add(own.http.middlewares, available.httpMiddlewares),
      serversTransports: add(own.http.serversTransports, available.httpTransports),
    }),
    tcp: withOthers(own.tcp, {
      services: add(own.tcp.services, available.tcpServices),
      middlewares: add(own.tcp.middlewares, available.tcpMiddlewares),
      serversTransports: add(own.tcp.serversTransports, available.tcpTransports),
    }),
    udp: { ...own.udp, services: add(own.udp.services, available.udpServices) },
    tls: { ...own.tls, options: add(own.tls.options, available.options) },
  };
}

function withOthers(own: ElementSection, others: Omit<ElementSection, "routers">): ElementSection {
  return { ...own, ...others };
}

function ownElements({ http, tcp, udp }: Sections): readonly Element[] {
  return [
    http.routers,
    http.services,
    http.middlewares,
    tcp.routers,
    tcp.services,
    tcp.middlewares,
    udp.routers,
  ]
    .flatMap((elements) => [...elements.values()]);
}

/** The names, among those available, that the elements speak of, and those that these speak of in turn. */
function neededOf(own: readonly Element[], available: readonly Elements[]): ReadonlySet<string> {
  const needed = new Set<string>();
  const waiting = [...own];
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    for (const reference of textsIn(element.fields)) {
      const name = qualified(reference, element);
      if (needed.has(name)) continue;
      const found = available.flatMap((elements) => elements.get(name) ?? []);
      if (found.length === 0) continue;
      needed.add(name);
      waiting.push(...found);
    }
  }
  return needed;
}

function qualified(reference: string, { name }: Element): string {
  return reference.includes("@") ? reference : `${reference}${name.slice(name.lastIndexOf("@"))}`;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(textsIn);
}

/** The element with the addresses in it as they are reached from outside of its project. */
function reachable(element: Element, addressOf: Definitions["addressOf"]): Element {
  return { ...element, fields: inside(element.fields, addressOf) as Element["fields"] };
}

/** Keys whose value is an address, of servers and of who is asked to let pass. */
const ADDRESS_KEYS = new Set(["address", "url"]);
const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/)?([^/:@\s]+)(?=[:/]|$)/i;

function inside(value: unknown, addressOf: Definitions["addressOf"]): unknown {
  if (Array.isArray(value)) return value.map((item) => inside(item, addressOf));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === "string" && ADDRESS_KEYS.has(key)
        ? inner.replace(ADDRESS, (_, scheme = "", host) => `${scheme}${addressOf(host) ?? host}`)
        : inside(inner, addressOf),
    ]),
  );
}

/** A routing whose places are named from outside of its project's folder. */
export function seenFrom(routing: Routing, from: string): Routing {
  const move = (span: Span): Span =>
    span.file.startsWith("/") ? span : { ...span, file: `${from.replace(/\/$/, "")}/${span.file}` };
  const moved = (elements: Elements): Elements =>
    new Map(
      [...elements].map(([name, element]) => [
        name,
        element.span === undefined ? element : { ...element, span: move(element.span) },
      ]),
    );
  const section = (all: ElementSection): ElementSection => ({
    routers: moved(all.routers),
    services: moved(all.services),
    middlewares: moved(all.middlewares),
    serversTransports: moved(all.serversTransports),
  });
  return {
    ...routing,
    http: section(routing.http),
    tcp: section(routing.tcp),
    udp: { routers: moved(routing.udp.routers), services: moved(routing.udp.services) },
    tls: { ...routing.tls, options: moved(routing.tls.options) },
  };
}
