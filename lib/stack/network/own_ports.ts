/** The ports of a container that its own text names: its healthcheck asks them, its settings listen on them. */
import type { Path, Project, Service } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { dnsNames, servicesByDnsName } from "./dns_names.ts";
import { mentionsInValue } from "./host_mentions.ts";
import { portOf } from "./references.ts";

/** A TCP port on which the container listens, and where it says so. */
export interface OwnPort {
  readonly port: number;
  readonly text: string;
  readonly span?: Span;
}

/** What a container calls itself in its healthcheck, besides its names. */
const LOOPBACK = ["localhost", "127.0.0.1", "0.0.0.0", "::1"];
/** What a server is told in order to listen on every address. */
const ANY = ["::", "[::]", "*"];
/** `nc -z localhost 5432`. */
const WORD_AND_PORT = /(?:^|\s)([\w.:-]+)\s+(\d{2,5})(?=\s|$)/g;
/** `pg_isready -p 5433`, `--port=8123`. */
const PORT_OPTION = /(?:^|\s)(?:-p|--port)[ =](\d{2,5})(?=\s|$)/g;
/** `--port 6380`, `--http-port=8081`, `-Dserver.port=8081`, `--listen_port 53`; the words before `port` are the second part. */
const PORT_ARGUMENT = /(?:^|\s)--?(?:D?([\w.-]{0,40})[._-])?port[ =](\d{2,5})(?=\s|$)/g;
/** What an option calls the port of another program: `--smtp-port`, `--db.port`. */
const OTHERS = new Set([
  ...[
    "smtp",
    "imap",
    "pop3",
    "mail",
    "db",
    "database",
    "sql",
    "mysql",
    "mariadb",
    "postgres",
    "postgresql",
    "pg",
  ],
  ...[
    "redis",
    "valkey",
    "memcached",
    "mongo",
    "mongodb",
    "amqp",
    "rabbitmq",
    "ldap",
    "remote",
    "target",
    "upstream",
  ],
  ...[
    "backend",
    "proxy",
    "dest",
    "destination",
    "peer",
    "broker",
    "master",
    "source",
    "relay",
    "kafka",
    "mqtt",
    "nats",
  ],
  ...["statsd", "elasticsearch", "clickhouse", "min", "max"],
]);
/** `-P 3307` and `-p=8025`, where they are words of the program itself and of no script. */
const SHORT = /^-[pP](?:=(\d{2,5}))?$/;
/** `0.0.0.0:9092`, `://:9092`, `*:8123` and a bare `:3000`: an address to listen on, of no other machine. */
const LISTENED = /(?:^|[\s,;=/@])(?:0\.0\.0\.0|\[::\]|\*)?:(\d{2,5})(?![\w.:-])/g;

/** Every port that a service says of itself, in the order of its healthcheck, variables and arguments. */
export function ownPorts(project: Project, service: Service): readonly OwnPort[] {
  const names = new Set(dnsNames(project, service).map(({ name }) => name));
  const root: Path = ["services", service.name];
  const settings = [
    ...Object.entries(service.environment ?? {}).map(([key, value]) => ({
      key,
      value: value ?? "",
      path: ["environment", key],
    })),
    ...(["entrypoint", "command"] as const).flatMap((key) =>
      (service[key] ?? []).map((value, index) => ({ key, value, path: [key, index] }))
    ),
  ];
  return [
    ...ofHealthcheck(project, service, names).map((port) => ({
      port,
      path: [...root, "healthcheck", "test"],
    })),
    ...settings.flatMap(({ key, value, path }) =>
      ofSetting(value, key, names).map((port) => ({ port, path: [...root, ...path] }))
    ),
  ].flatMap(({ port, path }) => placed(project, port, path));
}

/**
 * Ports that options of the command and the entrypoint name. An option may be of something else, such as the port of a
 * server that is called, so this is no proof that the program listens there.
 */
export function argumentPorts(project: Project, service: Service): readonly OwnPort[] {
  const own = new Set([...dnsNames(project, service).map(({ name }) => name), ...LOOPBACK, ...ANY]);
  return (["entrypoint", "command"] as const).flatMap((key) => {
    const given = service[key] ?? [];
    const text = given.join(" ");
    if (isCallTo(project, text, own)) return [];
    return [...longPorts(text), ...shortPorts(given)].flatMap((port) =>
      placed(project, port, ["services", service.name, key])
    );
  });
}

function longPorts(text: string): readonly number[] {
  return [...text.matchAll(PORT_ARGUMENT)].filter(([, before = ""]) => {
    const last = before.toLowerCase().split(/[._-]/).at(-1) ?? "";
    return !OTHERS.has(last);
  }).map(([, , port]) => Number(port));
}

function shortPorts(given: readonly string[]): readonly number[] {
  return given.flatMap((word, index) => {
    const option = SHORT.exec(word);
    const port = option?.[1] ?? given[index + 1] ?? "";
    return option !== null && /^\d{2,5}$/.test(port) ? [Number(port)] : [];
  });
}

function placed(project: Project, port: number, path: Path): OwnPort[] {
  if (port <= 0 || port > 65535) return [];
  const span = project.span(path);
  const text = `${wordsFor(path)} of the service itself`;
  return [{ port, text, ...(span === undefined ? {} : { span }) }];
}

/** `-h db`, `--host=db`, `--hostname db`. */
const HOST_OPTION = /(?:^|\s)(?:-h|--?host(?:name)?)[ =](\S+)/;
/** `-hdb`, of which a name of the stack or one with a dot is a host: `-help` and `-http.port=80` are options of their own. */
const GLUED_HOST = /(?:^|\s)-h((?!ttp)[\w.-]+)/;

/** Whether options of a call name a host that is not the container itself. */
function isCallTo(project: Project, text: string, own: ReadonlySet<string>): boolean {
  const host = HOST_OPTION.exec(text)?.[1];
  if (host !== undefined) return !own.has(host);
  const glued = GLUED_HOST.exec(text)?.[1];
  return glued !== undefined && !own.has(glued) &&
    (servicesByDnsName(project).has(glued) || /[\w-]\.\w/.test(glued));
}

/** `"PORT"` of a variable, `the command` of a word of it. */
function wordsFor(path: Path): string {
  const [, , section, name] = path;
  return section === "environment" ? `"${name}"` : `the ${section}`;
}

function ofHealthcheck(project: Project, { healthcheck }: Service, names: ReadonlySet<string>): number[] {
  const [form, ...rest] = healthcheck?.test ?? [];
  if (healthcheck?.disable === true || (form !== "CMD" && form !== "CMD-SHELL")) return [];
  const text = rest.join(" ").replaceAll("[::1]", "localhost");
  const own = new Set([...names, ...LOOPBACK]);
  const named = mentionsInValue(text, own).flatMap((mention) => portOf(mention) ?? []);
  const spaced = [...text.matchAll(WORD_AND_PORT)].filter((match) => own.has(match[1] ?? ""))
    .map((match) => Number(match[2]));
  const options = isCallTo(project, text, own)
    ? []
    : [...text.matchAll(PORT_OPTION)].map((match) => Number(match[1]));
  return [...new Set([...named, ...spaced, ...options])];
}

function ofSetting(value: string, key: string, names: ReadonlySet<string>): number[] {
  const named = mentionsInValue(value, names, key).flatMap(({ port }) => port ?? []);
  const listened = [...value.matchAll(LISTENED)].map((match) => Number(match[1]));
  return [...new Set([...named, ...listened])];
}
