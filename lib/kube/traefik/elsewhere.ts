/** Labels for a Traefik that is not among these files: what they mean in the cluster, said once. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Element, Routing } from "../../traefik/routing.ts";
import { entryPointsOf } from "../../traefik/static_configuration.ts";
import type { EntryPoints, MappedEntryPoint } from "./entry_points.ts";
import type { PublishedPort } from "./published_ports.ts";
import { record } from "../../values/json.ts";
import { qualify } from "./references.ts";

/** Whether the labels are for a Traefik of another project: there is none here, and no configuration of one. */
export function isTraefikElsewhere(routing: Routing): boolean {
  return routing.traefikService === undefined && routing.elsewhere === undefined &&
    routing.static === undefined && routersOf(routing).length > 0;
}

/**
 * The entry points that routers name, as those of every k3s: one whose name or routers speak of TLS is `websecure`, any
 * other `web`; a router that names none is on both, as Traefik has it. One that only TCP without TLS or UDP uses is
 * neither: such a router takes every connection of its port, and that port is not known.
 */
export function usualEntryPoints(routing: Routing): EntryPoints {
  const routers = routersOf(routing);
  const names = new Set(routers.flatMap((router) => namesIn(router, "entryPoints")));
  const isSecure = (name: string): boolean =>
    /secure|https|tls|ssl|443/i.test(name) ||
    routers.some((router) =>
      namesIn(router, "entryPoints").includes(name) && router.fields["tls"] !== undefined
    );
  const [template] = entryPointsOf(undefined);
  if (template === undefined) return { byName: new Map(), defaults: [] };
  const mapped = (name: string, secure: boolean): MappedEntryPoint => ({
    ...template,
    name,
    target: secure ? "websecure" : "web",
    port: secure ? 443 : 80,
    publicPort: secure ? 443 : 80,
    hostPorts: [secure ? 443 : 80],
    http3Ports: [],
    isPublished: true,
    isLoopback: false,
    hasTls: false,
    decided: true,
  });
  const usual = [mapped("web", false), mapped("websecure", true)];
  const byName = new Map(usual.map((entryPoint) => [entryPoint.name, entryPoint]));
  const own = portsOfTheirOwn(routing);
  for (const name of names) if (!own.has(name)) byName.set(name, mapped(name, isSecure(name)));
  return { byName, defaults: usual.map(({ name }) => name) };
}

/** The entry points that no HTTP router and no TLS uses, but for those of every k3s. */
function portsOfTheirOwn({ http, tcp, udp }: Routing): ReadonlySet<string> {
  const isByName = (router: Element): boolean => router.fields["tls"] !== undefined;
  const shared = [...http.routers.values(), ...[...tcp.routers.values()].filter(isByName)]
    .flatMap((router) => namesIn(router, "entryPoints"));
  const raw = [...tcp.routers.values(), ...udp.routers.values()].flatMap((router) =>
    namesIn(router, "entryPoints")
  );
  return new Set(raw.filter((name) => !shared.includes(name) && name !== "web" && name !== "websecure"));
}

/** Why a router has no route here: what it needs is another project's. */
function closedBy(routing: Routing, router: Element): readonly string[] {
  const own = portsOfTheirOwn(routing);
  const isUdp = [...routing.udp.routers.values()].includes(router);
  const names = namesIn(router, "entryPoints");
  return [
    ...missingOf(routing, router),
    ...names.filter((name) => own.has(name) || (isUdp && (name === "web" || name === "websecure"))),
  ];
}

/**
 * The routing without the routers that name what is not here: a route without its login would be open to everybody, and
 * one of a port of its own would take all of another.
 */
export function withoutClosed(routing: Routing): Routing {
  const keep = (elements: ReadonlyMap<string, Element>): ReadonlyMap<string, Element> =>
    new Map([...elements].filter(([, router]) => closedBy(routing, router).length === 0));
  const { http, tcp, udp } = routing;
  return {
    ...routing,
    http: { ...http, routers: keep(http.routers) },
    tcp: { ...tcp, routers: keep(tcp.routers) },
    udp: { ...udp, routers: keep(udp.routers) },
  };
}

/**
 * The published ports for which this stack may open an entry point. Where another project has the Traefik it alone opens
 * them: there are its `web` and `websecure`, and what else is decided so is asked about and stays closed.
 */
export function publishedHere(
  { routing, published = [] }: { readonly routing: Routing; readonly published?: readonly PublishedPort[] },
): { readonly published: readonly PublishedPort[]; readonly findings: readonly Diagnostic[] } {
  const { elsewhere } = routing;
  if (elsewhere === undefined) return { published, findings: [] };
  const isThere = ({ entryPoint }: PublishedPort): boolean =>
    entryPoint === "web" || entryPoint === "websecure";
  const findings = published.filter((port) => !isThere(port)).map((port): Diagnostic => ({
    code: "traefik-entry-point-of-others",
    severity: "question",
    message:
      `Port ${port.hostPort} of service "${port.service}" is decided to go through Traefik, which is configured ` +
      `by the project in "${elsewhere.from}" alone: it is not opened`,
    ...(port.span === undefined ? {} : { span: port.span }),
    hint:
      `Add to decisions.yaml: publish: { "${port.hostPort}": loadBalancer }, or give that project's Traefik an entry ` +
      "point on the port and this service labels for it",
  }));
  return { published: published.filter(isThere), findings };
}

/** One question in place of one for every router: what was taken for what, and which routers stay closed. */
export function askAboutElsewhere(
  routing: Routing,
  { byName }: EntryPoints,
  findings: readonly Diagnostic[],
): readonly Diagnostic[] {
  const routers = routersOf(routing);
  const [first] = routers;
  const services = [...new Set(routers.flatMap((router) => router.services))];
  const closed = routers.filter((router) => closedBy(routing, router).length > 0);
  const missing = [...new Set(closed.flatMap((router) => missingOf(routing, router)))];
  const entryPoints = [...new Set(routers.flatMap((router) => namesIn(router, "entryPoints")))]
    .filter((name) => byName.has(name));
  const unknown = [...portsOfTheirOwn(routing)];
  const resolvers = [...new Set(routers.flatMap((router) => resolverOf(router) ?? []))];
  const said = [
    ...(entryPoints.length === 0 ? [] : [
      `with ${
        entryPoints.map((name) => `"${name}" as the cluster's ${byName.get(name)?.target ?? "web"}`).join(
          ", ",
        )
      }`,
    ]),
    ...(resolvers.length === 0 ? [] : [`without the certificates of ${quoted(resolvers)}`]),
    ...(missing.length === 0 ? [] : [`but where a router names ${quoted(missing)}, which would be missing`]),
    ...(unknown.length === 0 ? [] : [
      `${missing.length === 0 ? "but" : "or"} where a router is for an entry point whose port is not known: ${
        quoted(unknown)
      }`,
    ]),
  ];
  const related = closed.flatMap(({ name, span }) =>
    span === undefined ? [] : [{ message: `"${name}" is not routed`, span }]
  );
  return [
    ...findings.filter(({ code }) => code !== "traefik-resolver-unknown"),
    {
      code: "traefik-elsewhere",
      severity: "question",
      message: `The Traefik that the labels of ${quoted(services)} are for is not among these files: ` +
        `the cluster's own routes to them${said.length === 0 ? "" : `, ${said.join(", ")}`}`,
      ...(first?.span === undefined ? {} : { span: first.span }),
      hint:
        "Name the folder of that Traefik's project: --traefik DIR, or in decisions.yaml traefik: { from: ../traefik }, so " +
        "that its entry points, middlewares and certificates are read",
      ...(related.length === 0 ? {} : { related }),
    },
  ];
}

/** The services, middlewares, TLS options and transports that a router needs and that are defined nowhere here. */
function missingOf({ http, tcp, udp, tls }: Routing, router: Element): readonly string[] {
  const qualified = (names: readonly string[]): readonly string[] =>
    names.map((name) => qualify(name, router));
  const options = record(router.fields["tls"])?.["options"];
  const reference = String(router.fields["service"] ?? "");
  const service = http.services.get(qualify(reference, router));
  // A service of the stack's own that is not there is the stack's own slip.
  const isOthers = reference.includes("@") && !reference.endsWith("@internal") &&
    ![http, tcp, udp].some(({ services }) => services.has(reference));
  const transport = record(service?.fields["loadBalancer"])?.["serversTransport"];
  return [
    ...(isOthers ? [reference] : []),
    ...qualified(namesIn(router, "middlewares")).filter((name) =>
      !http.middlewares.has(name) && !tcp.middlewares.has(name)
    ),
    ...(typeof options !== "string" || options === "default" ? [] : qualified([options]))
      .filter((name) => !tls.options.has(name)),
    ...(typeof transport !== "string" || transport === "default" ? [] : qualified([transport]))
      .filter((name) => !http.serversTransports.has(name)),
  ];
}

function resolverOf({ fields }: Element): string | undefined {
  const name = record(fields["tls"])?.["certResolver"];
  return typeof name === "string" ? name : undefined;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function routersOf({ http, tcp, udp }: Routing): Element[] {
  return [...http.routers.values(), ...tcp.routers.values(), ...udp.routers.values()];
}

function namesIn({ fields }: Element, key: string): readonly string[] {
  const names = fields[key];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}
