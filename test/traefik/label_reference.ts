/**
 * The labels of Traefik's own reference, read from its Go module, with values that the CRDs accept, grouped so that
 * every element is used by a router.
 */
import { runGo } from "../../lib/embedded_cluster/go_command.ts";
import { moduleDirectory } from "../../lib/embedded_cluster/module_digest.ts";
import type { ContainerCase } from "./stack_fixture.ts";

/** One label of the reference. */
export interface ReferenceLabel {
  readonly key: string;
  readonly value: string;
}

/** Reads the list from the module that `lib/embedded_cluster/modules/traefik` pins. */
export async function referenceLabels(): Promise<readonly ReferenceLabel[]> {
  const module = (await runGo(
    ["list", "-m", "-f", "{{.Dir}}", "github.com/traefik/traefik/v3"],
    moduleDirectory("traefik"),
  )).trim();
  const text = await Deno.readTextFile(
    `${module}/docs/content/reference/dynamic-configuration/docker-labels.yml`,
  );
  return [...text.matchAll(/^- "([^=]+)=(.*)"$/gm)].map(([, key = "", value = ""]) => ({ key, value }));
}

const pem = (kind: string): string => `-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----`;

/** Values in place of the reference's, by the end of the key: what a schema or a reference demands. */
const values: readonly (readonly [RegExp, string])[] = [
  [/\.addprefix\.prefix$/, "/foobar"],
  [/\.stripprefix\.prefixes$/, "/foobar, /barfoo"],
  [/\.errors\.status$/, "500-599"],
  [/\.errors\.service$/, "pages"],
  [/\.chain\.middlewares$/, "chained"],
  [/\.responsecode$/, "503"],
  [/\.samesite$/, "lax"],
  [/\.strategy$/, "p2c"],
  [/\.traceverbosity$/, "detailed"],
  [/\.rulesyntax$/, "v3"],
  [/\.proxyprotocol\.version$/, "1"],
  [/\.(http|udp)\.routers\.[^.]+\.entrypoints$/, "web"],
  [/\.tcp\.routers\.[^.]+\.entrypoints$/, "web"],
  [/\.http\.routers\.[^.]+\.rule$/, "Host(`§.example`)"],
  [/\.tcp\.routers\.[^.]+\.rule$/, "HostSNI(`§.example`)"],
  [/\.http\.routers\.[^.]+\.middlewares$/, "chained"],
  [/\.tcp\.routers\.[^.]+\.middlewares$/, "tcpchained"],
  [/\.http\.routers\.[^.]+\.service$/, "pages"],
  [/\.tcp\.routers\.[^.]+\.service$/, "tcppages"],
  [/\.udp\.routers\.[^.]+\.service$/, "udppages"],
  [/\.tls\.options$/, "foobar@file"],
  [/\.serverstransport$/, "foobar@file"],
  [/\.server\.port$/, "8080"],
  [/\.server\.scheme$/, "https"],
  [/\.server\.url$/, "http://10.42.9.9:8080/base"],
  [/\.healthcheck\.followredirects$/, "false"],
  [/\.passhostheader$/, "false"],
  [/\.tls\.ca$/, pem("CERTIFICATE")],
  [/\.tls\.cert$/, pem("CERTIFICATE")],
  [/\.tls\.key$/, pem("PRIVATE KEY")],
  [/\.(name0|name1)$/, "42"],
];

/** The dynamic file that defines what labels only refer to. */
export const referencedFile = `
http:
  serversTransports:
    foobar: { serverName: foobar, insecureSkipVerify: true, forwardingTimeouts: { dialTimeout: 1500ms } }
tcp:
  serversTransports:
    foobar: { dialTimeout: 1s }
tls:
  options:
    foobar: { minVersion: VersionTLS13, sniStrict: true }
`;

/** A container for each element of the reference. */
export function referenceContainers(labels: readonly ReferenceLabel[]): ReadonlyMap<string, ContainerCase> {
  const containers = new Map<string, Record<string, string>>([["common", {
    "traefik.http.middlewares.chained.addprefix.prefix": "/x",
    "traefik.http.services.pages.loadbalancer.server.port": "80",
    "traefik.tcp.middlewares.tcpchained.inflightconn.amount": "1",
    "traefik.tcp.services.tcppages.loadbalancer.server.port": "81",
    "traefik.udp.services.udppages.loadbalancer.server.port": "82",
  }]]);
  for (const { key, value } of labels) {
    const [, protocol = "", section = "", element = ""] = key.split(".");
    const variant = /\.(usersfile|server\.url)$/.exec(key) === null ? "" : "-alone";
    const name = `${protocol}-${section}-${element}${variant}`;
    const own = containers.get(name) ?? supportFor(protocol, section, element, name);
    own[key] = (values.find(([pattern]) => pattern.test(key))?.[1] ?? value).replace("§", element);
    containers.set(name, own);
  }
  return new Map([...containers].map(([name, own]) => [name, { labels: renamed(own, name) }]));
}

/** Elements of different containers must not have the same name. */
function renamed(labels: Record<string, string>, name: string): Record<string, string> {
  if (!name.endsWith("-alone")) return labels;
  return Object.fromEntries(
    Object.entries(labels).map((
      [key, value],
    ) => [key.replace(/(middleware|service)\d+/, (match) => `${match}alone`), value]),
  );
}

/** What leads to an element, so that it is part of the graph. */
function supportFor(
  protocol: string,
  section: string,
  element: string,
  name: string,
): Record<string, string> {
  const router = `traefik.${protocol}.routers.to-${name}`;
  const alone = name.endsWith("-alone") ? "alone" : "";
  const rule = protocol === "tcp" ? `HostSNI(\`${name}.example\`)` : `Host(\`${name}.example\`)`;
  if (section === "middlewares") {
    return {
      [`${router}.rule`]: rule,
      [`${router}.entrypoints`]: "web",
      [`${router}.middlewares`]: `${element}${alone}`,
    };
  }
  if (section !== "services") return {};
  const common = { [`${router}.entrypoints`]: "web", [`${router}.service`]: `${element}${alone}` };
  return protocol === "udp" ? common : { ...common, [`${router}.rule`]: rule };
}
