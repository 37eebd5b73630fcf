/** Names that answer in Docker's networks and that no Service can be called: `shop_db`, `xmpp.meet.jitsi`, `shop-db-1`. */
import type { BindSources } from "../../../compose/bind_source.ts";
import type { Path, Project, Service } from "../../../compose/project.ts";
import { isServiceName } from "../names.ts";
import { type DnsName, dnsNames } from "./dns_names.ts";
import { dockerNames, isAddress } from "./docker_names.ts";
import { objectTexts } from "../texts/file_texts.ts";
import { textFiles } from "../texts/text_files.ts";

/** One such name of a service. */
export interface OddName {
  /** In lower case, as DNS has none. */
  readonly host: string;
  readonly service: string;
  readonly kind: DnsName["kind"] | "generated";
  /** What gives it, in the compose files. */
  readonly path: Path;
}

/**
 * What compose files give to services, and of the names that Docker makes by itself, and of a `hostname`, those of which
 * a text of the stack speaks. Each name once for each service.
 */
export function oddNames(project: Project, bindSources: BindSources): readonly OddName[] {
  const services = Object.values(project.services);
  const all = services.flatMap((service) => writtenNames(project, service));
  const written = all.filter(({ kind }) => kind !== "hostname");
  const known = new Set(written.map(({ host }) => host));
  const others = [
    ...all.filter(({ kind }) => kind === "hostname"),
    ...services.flatMap((service) => generatedNames(project, service)),
  ].filter(({ host }) => !known.has(host));
  const isSpoken = others.length === 0 ? (): boolean => false : spokenIn(textsOf(project, bindSources));
  return [...written, ...others.filter(({ host }) => isSpoken(host))];
}

function writtenNames(project: Project, service: Service): OddName[] {
  const names = dnsNames(project, service)
    .map(({ name, kind, path }) => ({ host: name.toLowerCase(), service: service.name, kind, path }))
    .filter(({ host }) => !isServiceName(host));
  return [...new Map(names.toReversed().map((name) => [name.host, name])).values()].toReversed();
}

function generatedNames(project: Project, service: Service): OddName[] {
  const own = dnsNames(project, service).map(({ name }) => name);
  return dockerNames(project, service, own).filter((name) => !isAddress(name)).map((name) => ({
    host: name.toLowerCase(),
    service: service.name,
    kind: "generated",
    path: ["services", service.name],
  }));
}

/** All texts in which programs find names: variables, arguments, healthchecks and files. */
function textsOf(project: Project, bindSources: BindSources): string {
  const ofServices = Object.values(project.services).flatMap((
    { environment, command, entrypoint, healthcheck },
  ) => [
    ...Object.values(environment ?? {}),
    ...[command, entrypoint, healthcheck?.test].flat(),
  ]);
  const ofObjects = (["configs", "secrets"] as const).flatMap((section) =>
    Object.entries(project[section]).flatMap(([name, definition]) =>
      objectTexts(project, section, name, definition, bindSources).map(({ text }) => text)
    )
  );
  const ofFiles = [...bindSources].flatMap(([path, source]) =>
    textFiles(path, source).map(({ text }) => text)
  );
  return [...ofServices, ...ofObjects, ...ofFiles].filter((text) => typeof text === "string").join("\n")
    .toLowerCase();
}

/** No name of DNS is longer (RFC 1035, 3.1). */
const LONGEST_NAME = 253;

/** Whether a text speaks of a host: as a word, or as the begin of one up to a dot. */
function spokenIn(text: string): (host: string) => boolean {
  const begins = new Set<string>();
  for (const [word] of text.matchAll(/[\w.-]+/g)) {
    if (word.length <= LONGEST_NAME) begins.add(word);
    for (let dot = word.indexOf(".", 1); dot >= 0 && dot <= LONGEST_NAME; dot = word.indexOf(".", dot + 1)) {
      begins.add(word.slice(0, dot));
    }
  }
  return (host) => /^[\w.-]+$/.test(host) ? begins.has(host) : speaksOf(text, host);
}

/** The same by a search, for a host with other letters. */
function speaksOf(text: string, host: string): boolean {
  for (let at = text.indexOf(host); at >= 0; at = text.indexOf(host, at + 1)) {
    const [before = "", after = ""] = [text[at - 1], text[at + host.length]];
    if (!/[\w.-]/.test(before) && !/[\w-]/.test(after)) return true;
  }
  return false;
}
