/** What other proxies read of a service, as the labels of Traefik that make the same route. */
import type { Service } from "../../compose/project.ts";

/** One site; hosts are empty where they cannot be told. */
export interface Site {
  readonly hosts: readonly string[];
  readonly path?: string;
  readonly port?: string;
  readonly scheme?: string;
  /** It has a certificate. */
  readonly isSecure: boolean;
}

/** nginx-proxy: https://github.com/nginx-proxy/nginx-proxy/tree/main/docs and its companion for certificates. */
export function nginxSite({ environment = {} }: Service): Site {
  const path = environment["VIRTUAL_PATH"] ?? "/";
  return {
    hosts: words(environment["VIRTUAL_HOST"]),
    ...(path === "/" ? {} : { path }),
    ...said("port", environment["VIRTUAL_PORT"]),
    ...said("scheme", environment["VIRTUAL_PROTO"]),
    isSecure: words(environment["LETSENCRYPT_HOST"]).length > 0,
  };
}

const UPSTREAMS = /\{\{\s*upstreams(?:\s+(https?|h2c))?(?:\s+(\d+))?\s*\}\}/;

/** caddy-docker-proxy: https://github.com/lucaslorentz/caddy-docker-proxy. Its sites have certificates. */
export function caddySite({ labels = {} }: Service): Site {
  const sites = Object.keys(labels).filter((key) => /^caddy(_\d+)?$/.test(key));
  const upstream = Object.entries(labels).find(([key]) => /^caddy(_\d+)?\.(\w+\.)*reverse_proxy$/.test(key));
  const [, scheme, port] = UPSTREAMS.exec(upstream?.[1] ?? "") ?? [];
  const hosts = sites.flatMap((key) => words(labels[key]));
  return {
    hosts: hosts.map((host) => host.replace(/^https?:\/\//, "").replace(/:\d+$/, "")),
    ...said("port", port),
    ...said("scheme", scheme),
    isSecure: !hosts.some((host) => host.startsWith("http://")),
  };
}

/** swag's mod `auto-proxy`: the subdomain is the container's name. */
export function swagSite({ labels = {}, name, container_name: container }: Service): Site {
  const [server] = words(labels["swag_url"]);
  return {
    hosts: [server ?? `${container ?? name}.DOMAIN`],
    ...said("port", labels["swag_port"]),
    ...said("scheme", labels["swag_proto"]),
    isSecure: true,
  };
}

/** The labels to write; what is not told is left to be filled in. */
export function routeHint({ name }: Service, site: Site): string {
  const id = name.replace(/[^\w-]+/g, "-");
  const router = `traefik.http.routers.${id}`;
  const server = `traefik.http.services.${id}.loadbalancer.server`;
  const hosts = site.hosts.length === 0 ? ["NAME"] : site.hosts;
  const rule = hosts.map(matcher).join(" || ");
  const whole = site.path === undefined
    ? rule
    : `${hosts.length > 1 ? `(${rule})` : rule} && PathPrefix(\`${site.path}\`)`;
  const labels = [
    `${router}.rule=${whole}`,
    ...(site.isSecure ? [`${router}.tls.certresolver=RESOLVER`] : []),
    ...(site.port === undefined ? [] : [`${server}.port=${site.port}`]),
    ...(site.scheme === undefined || site.scheme === "http" ? [] : [`${server}.scheme=${site.scheme}`]),
  ];
  return `Write them as Traefik's labels: ${labels.join(", ")}`;
}

/** `*.example.org` and nginx's `~^…` are patterns. */
function matcher(host: string): string {
  if (host.startsWith("~")) return `HostRegexp(\`${host.slice(1)}\`)`;
  if (!host.startsWith("*.")) return `Host(\`${host}\`)`;
  return `HostRegexp(\`^[^.]+${host.slice(1).replaceAll(".", "\\.")}$\`)`;
}

function words(text: string | null | undefined): readonly string[] {
  return (text ?? "").split(/[,\s]+/).filter((word) => word !== "");
}

function said<K extends string>(key: K, value: string | null | undefined): { readonly [key in K]?: string } {
  return value === undefined || value === null || value === ""
    ? {}
    : { [key]: value } as { [key in K]: string };
}
