/** Labels for Traefik read router by router. The case of a label's name says nothing. No I/O. */

export type Labels = Readonly<Record<string, string>>;

const ROUTER = /^traefik\.(http|tcp)\.routers\.([^.]+)\.(.+)$/i;

/** A router that labels tell of. */
export interface Router {
  /** `http` or `tcp`. */
  readonly protocol: string;
  readonly router: string;
  /** Of its own; else Traefik makes one of the container's name. */
  readonly hasRule: boolean;
}

/** Those of HTTP and TCP. */
export function routersOf(labels: Labels): readonly Router[] {
  const found = new Map<string, Router>();
  for (const label of Object.keys(labels)) {
    const [, protocol = "", router = "", option = ""] = ROUTER.exec(label) ?? [];
    if (router === "") continue;
    const key = `${protocol.toLowerCase()} ${router}`;
    const hasRule = option.toLowerCase() === "rule" || found.get(key)?.hasRule === true;
    found.set(key, { protocol: protocol.toLowerCase(), router, hasRule });
  }
  return [...found.values()];
}

/** What a label says of it. */
export function optionOf(
  labels: Labels,
  protocol: string,
  router: string,
  option: string,
): string | undefined {
  const wanted = `traefik.${protocol}.routers.${router}.${option}`.toLowerCase();
  return Object.entries(labels).find(([label]) => label.toLowerCase() === wanted)?.[1];
}

/** Which service of these labels it leads to. Undefined where it is another one's, or not one alone. */
export function serviceOf(labels: Labels, protocol: string, router: string): string | undefined {
  const services = new Set(
    Object.keys(labels).flatMap((label) => {
      const [, own = "", section = "", name = ""] = label.split(".");
      return `${own}.${section}`.toLowerCase() === `${protocol}.services` ? [name] : [];
    }),
  );
  const named = optionOf(labels, protocol, router, "service");
  if (named === undefined) return services.size === 1 ? [...services][0] : undefined;
  const [name = "", provider = "docker"] = named.split("@");
  return provider === "docker" && services.has(name) ? name : undefined;
}

/** All labels of a router or service, for one of another name. */
export function renamed(
  labels: Labels,
  protocol: string,
  section: "routers" | "services",
  name: string,
  ending: string,
): readonly (readonly [string, string])[] {
  const prefix = `traefik.${protocol}.${section}.${name}.`;
  return Object.entries(labels).filter(([label]) => label.toLowerCase().startsWith(prefix.toLowerCase()))
    .map(([label, value]) => [
      `traefik.${protocol}.${section}.${name}${ending}.${label.slice(prefix.length)}`,
      value,
    ]);
}

/** What is named twice is the later. */
export function withoutDoubles(all: readonly (readonly [string, string])[]): Labels {
  const last = new Map(all.map(([label], index) => [label.toLowerCase(), index]));
  return Object.fromEntries(all.filter(([label], index) => last.get(label.toLowerCase()) === index));
}
