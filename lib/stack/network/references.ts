/** Which service names which other one, where, and with which port: from environment, commands and files. */
import type { BindSources } from "../../../compose/bind_source.ts";
import type { Project, Service } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { oncePer } from "../../values/once_per.ts";
import { type FileText, fileTexts } from "../texts/file_texts.ts";
import { servicesByDnsName } from "./dns_names.ts";
import { isAddress } from "./docker_names.ts";
import { textLines } from "./text_lines.ts";
import {
  type HostMention,
  isHostKey,
  mentionsInText,
  mentionsInValue,
  type Names,
  words,
} from "./host_mentions.ts";

/** One service names another. */
export interface HostReference {
  readonly from: string;
  readonly to: string;
  /** The name used: the service's own, its container_name or an alias. */
  readonly host: string;
  readonly port?: number;
  readonly scheme?: string;
  /** The variable or key, never its value. */
  readonly key?: string;
  readonly span?: Span;
}

/** Ports that a URL means where it names none. */
const SCHEME_PORTS: Readonly<Record<string, number>> = {
  amqp: 5672,
  amqps: 5671,
  gelf: 12201,
  http: 80,
  https: 443,
  ldap: 389,
  mariadb: 3306,
  mongodb: 27017,
  mysql: 3306,
  nats: 4222,
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
  smtp: 25,
  statsd: 8125,
  syslog: 514,
  ws: 80,
  wss: 443,
};

/** The port that a reference means: its own, else its scheme's. */
export function portOf(reference: Pick<HostReference, "port" | "scheme">): number | undefined {
  return reference.port ??
    (reference.scheme === undefined ? undefined : SCHEME_PORTS[reference.scheme.split(/[:+]/).at(-1) ?? ""]);
}

/** All references between different services, in the order of services and texts. */
export function hostReferences(project: Project, bindSources: BindSources): readonly HostReference[] {
  const owners = servicesByDnsName(project);
  return Object.values(project.services).flatMap((service) =>
    [
      ...environmentMentions(project, service, owners),
      ...argumentMentions(project, service, owners),
      ...healthcheckMentions(project, service, owners),
      ...fileMentions(project, service, bindSources, owners),
    ].flatMap(({ mention, span }): HostReference[] => {
      const to = owners.get(mention.host);
      if (to === undefined || to === service.name) return [];
      const { host, port, scheme, key } = mention;
      return [{
        from: service.name,
        to,
        host,
        ...(port === undefined ? {} : { port }),
        ...(scheme === undefined ? {} : { scheme }),
        ...(key === undefined ? {} : { key }),
        ...(span === undefined ? {} : { span }),
      }];
    })
  );
}

/** The references by one of their services, each list in their order. */
export const referencesFrom = oncePer((references: readonly HostReference[]) =>
  Map.groupBy(references, ({ from }) => from)
);
export const referencesTo = oncePer((references: readonly HostReference[]) =>
  Map.groupBy(references, ({ to }) => to)
);

/** Those of `names` that variables, arguments, healthchecks or files of the project's services speak of. */
export function mentionedHosts(
  project: Project,
  bindSources: BindSources,
  names: Names,
): ReadonlySet<string> {
  const services = Object.values(project.services);
  return new Set(
    services.flatMap((service) => placesOf(project, service, bindSources, names)).map(({ host }) => host),
  );
}

/** Every place where a service speaks of one of `names`. */
export function placesOf(
  project: Project,
  service: Service,
  bindSources: BindSources,
  names: Names,
): readonly Pick<HostReference, "from" | "host" | "span">[] {
  return [
    ...environmentMentions(project, service, names),
    ...argumentMentions(project, service, names),
    ...healthcheckMentions(project, service, names),
    ...fileMentions(project, service, bindSources, names),
  ].map(({ mention, span }) => ({
    from: service.name,
    host: mention.host,
    ...(span === undefined ? {} : { span }),
  }));
}

/** Single-word hosts of URLs and of keys that name hosts, which are no name of a service. */
export function unknownHosts(
  project: Project,
  bindSources: BindSources,
): readonly Pick<HostReference, "from" | "host" | "scheme" | "key" | "span">[] {
  const owners = servicesByDnsName(project);
  return Object.values(project.services).flatMap((service) => {
    const candidates = candidateHosts(project, service, bindSources);
    const known = new Set([...Object.keys(service.extra_hosts ?? {}), "localhost"]);
    const names = new Set([...candidates].filter((name) => !owners.has(name) && !known.has(name)));
    return [
      ...environmentMentions(project, service, names),
      ...argumentMentions(project, service, names),
      ...fileMentions(project, service, bindSources, names),
    ].map(({ mention, span }) => ({
      from: service.name,
      host: mention.host,
      ...(mention.scheme === undefined ? {} : { scheme: mention.scheme }),
      ...(mention.key === undefined ? {} : { key: mention.key }),
      ...(span === undefined ? {} : { span }),
    }));
  });
}

/** Words after `//` and values of host keys: letters first, no dot, so neither addresses nor names of the outside. */
function candidateHosts(project: Project, service: Service, bindSources: BindSources): ReadonlySet<string> {
  const environment = Object.entries(service.environment ?? {});
  const texts = [
    ...environment.map(([key, value]) => `${key}=${value ?? ""}`),
    ...(service.command ?? []),
    ...readTexts(project, service, bindSources).map(({ text }) => text),
  ];
  const inUrls = /\w:\/\/(?:[^\s/@"'`]{0,200}@)?([a-z][a-z0-9_-]{0,62})(?=[:/?"'\s`]|$)/gi;
  const atKey = /^[\s"'-]*([\w.-]+)["']?\s*[:=]\s*["']?([a-z][a-z0-9-]+)["']?[;,]?\s*$/i;
  const words = texts.flatMap((text) => textLines(text)).flatMap(({ text }) => {
    const pair = atKey.exec(text);
    return [
      ...[...text.matchAll(inUrls)].map((match) => match[1] ?? ""),
      ...(pair !== null && isHostKey(pair[1] ?? "") ? [pair[2] ?? ""] : []),
    ];
  });
  return new Set(words.filter((word) => !NO_HOST.test(word)));
}

/** Words that stand where hosts do and are none. */
const NO_HOST = /^(true|false|yes|no|on|off|none|null|auto|default|any|all)$/i;

interface Found {
  readonly mention: HostMention;
  readonly span: Span | undefined;
}

function environmentMentions(project: Project, service: Service, names: Names): Found[] {
  const environment = service.environment ?? {};
  return Object.entries(environment).flatMap(([key, value]) =>
    mentionsInValue(value ?? "", names, key).map((mention) => {
      const port = mention.port ??
        (mention.scheme === undefined ? environmentPort(environment, key) : undefined);
      return {
        mention: { ...mention, ...(port === undefined ? {} : { port }) },
        span: project.span(["services", service.name, "environment", key]),
      };
    })
  );
}

/** `MQ_PORT` for `MQ_SERVER`. */
function environmentPort(
  environment: Readonly<Record<string, string | null>>,
  key: string,
): number | undefined {
  const wanted = [...words(key).slice(0, -1), "port"].join(" ");
  const found = Object.entries(environment).find(([other]) => words(other).join(" ") === wanted)?.[1];
  return found !== undefined && found !== null && /^\d{1,5}$/.test(found) ? Number(found) : undefined;
}

/** `nc -z db 5432`, `</dev/tcp/db/5432`. */
const APART = /(?:(?<=^|\s)|\/dev\/(?:tcp|udp)\/)([A-Za-z0-9][\w.-]*)[\s/]+(\d{2,5})(?![\w.:-])/g;

/** Names of a script with their ports behind them. */
function mentionsApart(text: string, names: Names): HostMention[] {
  return [...text.matchAll(APART)].flatMap(({ 1: host = "", 2: port, index }) =>
    names.has(host) && !isAddress(host) && Number(port) <= 65535
      ? [{ host, port: Number(port), line: 1, column: index + 1 }]
      : []
  );
}

function argumentMentions(project: Project, service: Service, names: Names): Found[] {
  const apart = (["entrypoint", "command"] as const).flatMap((key) =>
    mentionsApart((service[key] ?? []).join(" "), names).map((mention) => ({
      mention,
      span: project.span(["services", service.name, key]),
    }))
  );
  return [...apart, ...argumentsWithHosts(project, service, names)];
}

function argumentsWithHosts(project: Project, service: Service, names: Names): Found[] {
  return (["entrypoint", "command"] as const).flatMap((key) =>
    (service[key] ?? []).flatMap((argument, index) => {
      const option = /^--?([\w.-]+)=(.*)$/.exec(argument);
      const mentions = option === null
        ? mentionsInValue(argument, names)
        : mentionsInValue(option[2] ?? "", names, option[1]);
      return mentions.map((mention) => ({
        mention,
        span: project.span(["services", service.name, key, index]),
      }));
    })
  );
}

function healthcheckMentions(project: Project, service: Service, names: Names): Found[] {
  const { test, disable } = service.healthcheck ?? {};
  if (disable === true || test === undefined) return [];
  const span = project.span(["services", service.name, "healthcheck", "test"]);
  const text = test.slice(1).join(" ");
  return [...mentionsInValue(text, names), ...mentionsApart(text, names)].map((mention) => ({
    mention,
    span,
  }));
}

function fileMentions(
  project: Project,
  service: Service,
  bindSources: BindSources,
  names: Names,
): Found[] {
  return readTexts(project, service, bindSources).flatMap(({ text, spanAt }) =>
    mentionsInText(text, names).map((mention) => ({ mention, span: spanAt(mention.line, mention.column) }))
  );
}

function readTexts(project: Project, service: Service, bindSources: BindSources): readonly FileText[] {
  return fileTexts(project, service, bindSources).filter(({ path }) => !isComposeFile(project, path));
}

/** Where the folder itself is mounted: no program reads how it is built and started, and an image's tag is no port. */
function isComposeFile({ composeFiles }: Project, path: string): boolean {
  return composeFiles.includes(path) ||
    /(?:^|\/)(?:(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml|(?:[\w-]+\.)?(?:Docker|Container)file(?:\.[\w.-]+)?)$/i
      .test(path);
}
