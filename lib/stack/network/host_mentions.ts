/**
 * Finds host names in a configuration text by their context, never by the bare word: a user, a database or a
 * job may be called like a service.
 */

import { textLines, withoutBlockComments } from "./text_lines.ts";

/** A host named in a text. */
export interface HostMention {
  readonly host: string;
  readonly port?: number;
  /** Of a URL: `http`, `mysql`. */
  readonly scheme?: string;
  /** The key under which it stands, where the line has one. */
  readonly key?: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Names that are looked for: a set, or a map by them. */
export interface Names {
  has(name: string): boolean;
}

/** The last word of a key whose value is a host. */
// deno-fmt-ignore
const HOST_WORDS = new Set([
  "host", "hosts", "hostname", "server", "servers", "address", "addresses", "addr", "url", "urls", "uri", "uris",
  "endpoint", "endpoints", "broker", "brokers", "upstream", "upstreams", "target", "targets", "node", "nodes",
]);

const AUTHORITY = /(?:(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}):)?\/\/([^\s/"'`<>?#);\\]{1,1000})/gi;
const PARENTHESISED = /(?:@|tcp|udp)\(([^()\s]+)\)/gi;
const HOST_PORT = /(?<![\w./-])([A-Za-z0-9](?:[\w.-]{0,100}\w)?):(\d{1,5})(?![\w@]|[.-]\w)/g;

/** `zoo1:2888:3888`: ZooKeeper has a port for followers and one for elections. */
const SECOND_PORT = /^:(\d{1,5})(?![\w@]|[.-]\w)/;

/** Mentions of any of `names` in a file's text; comments and what the file itself calls so are left out. */
export function mentionsInText(text: string, names: Names): HostMention[] {
  const lines = textLines(withoutBlockComments(text));
  const texts = lines.map((line) => line.text);
  return lines.flatMap((line, index) => {
    const plain = withoutComment(line.text);
    const pair = keyAndValue(plain);
    const found = mentionsInValue(pair?.value ?? plain, names, pair?.key);
    const isOpen = (mention: HostMention): boolean =>
      mention.port === undefined && mention.scheme === undefined;
    const port = found.some(isOpen) ? siblingPort(texts, index, pair?.key) : undefined;
    return found.map((mention) => ({
      ...mention,
      line: line.line,
      column: mention.column + (pair?.offset ?? 0) + line.offset,
      ...(isOpen(mention) && port !== undefined ? { port } : {}),
    }));
  }).filter(({ host, port }) => port !== undefined || !definesName(text, host));
}

/** A proxy's own name for a group of servers, which may be called like one of them. */
export function definesName(text: string, host: string): boolean {
  const plain = host.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`\\b(upstream|backend)\\s+["']?${plain}(?![\\w.-])`).test(text);
}

/** No list of hosts is longer. */
const LONGEST_VALUE = 4096;

/** Mentions in one value, such as an environment variable's; `key` is its name. */
export function mentionsInValue(text: string, names: Names, key?: string): HostMention[] {
  const value = text.slice(0, LONGEST_VALUE);
  const found = new Map<string, HostMention>();
  const add = (host: string, port: string | undefined, index: number, scheme?: string): void => {
    if (!names.has(host)) return;
    const identity = `${host}:${port ?? ""}`;
    const number = port === undefined ? undefined : Number(port);
    if (found.has(identity) || (number !== undefined && (number < 1 || number > 65535))) return;
    found.set(identity, {
      host,
      ...(number === undefined ? {} : { port: number }),
      ...(scheme === undefined ? {} : { scheme: scheme.toLowerCase() }),
      ...(key === undefined ? {} : { key }),
      line: 1,
      column: index + 1,
    });
  };
  for (const match of value.matchAll(AUTHORITY)) {
    const authority = match[2] ?? "";
    const hosts = authority.slice(authority.lastIndexOf("@") + 1);
    for (const host of hosts.split(",")) {
      const [name, port] = split(host.replace(/^(tcp|udp)\(/, ""));
      add(name, port, match.index, match[1]);
    }
  }
  for (const match of value.matchAll(PARENTHESISED)) {
    const [name, port] = split(match[1] ?? "");
    add(name, port, match.index);
  }
  for (const match of value.matchAll(HOST_PORT)) {
    add(match[1] ?? "", match[2], match.index);
    const [, second] = SECOND_PORT.exec(value.slice(match.index + match[0].length)) ?? [];
    if (second !== undefined) add(match[1] ?? "", second, match.index);
  }
  if (key !== undefined && isHostKey(key)) {
    for (const match of value.matchAll(/[^\s,;[\]"']+/g)) {
      const [name, port] = split(match[0]);
      if (isWholeItem(value, match.index, match[0].length)) add(name, port, match.index);
    }
  }
  const mentions = [...found.values()];
  return mentions.filter((mention) =>
    mention.port !== undefined ||
    !mentions.some((other) => other.host === mention.host && other.port !== undefined)
  );
}

/** Whether a key names a host: `MQ_SERVER`, `authorizationURL`, `spring.rabbitmq.host`. */
export function isHostKey(key: string): boolean {
  return HOST_WORDS.has(words(key).at(-1) ?? "");
}

/** The words of a key: `authorizationURL` is `authorization url`, `DB_HOST` is `db host`. */
export function words(key: string): string[] {
  return key.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/).filter((word) =>
    word !== ""
  );
}

/** An item stands alone between separators, so that prose is not taken for a list of hosts. */
function isWholeItem(value: string, index: number, length: number): boolean {
  const before = value.slice(0, index).trimEnd();
  const after = value.slice(index + length).trimStart();
  return /(^|[,;["'])$/.test(before) && /^($|[,;\]"'])/.test(after);
}

function split(text: string): [string, string | undefined] {
  const match = /^([A-Za-z0-9][\w.-]*?)(?::(\d{1,5}))?$/.exec(text);
  return match === null ? ["", undefined] : [match[1] ?? "", match[2]];
}

/** `key: value`, `key = value`, `"key": value`, `key value;`; the value's quotes stay. */
function keyAndValue(line: string): { key: string; value: string; offset: number } | undefined {
  const match = /^(\s*(?:-\s+)?(?:export\s+)?["']?)([\w.-]+)(["']?\s*[:=]\s*|\s+(?=["\w]))(.+)$/.exec(line);
  if (match === null) return undefined;
  const [, lead = "", key = "", separator = "", value = ""] = match;
  const offset = lead.length + key.length + separator.length;
  return { key, value: value.replace(/[;,\s}]+$/, ""), offset };
}

/** `#` and, at the start of a line, `;` and `//`. */
function withoutComment(line: string): string {
  if (/^\s*(;|\/\/|--\s)/.test(line)) return "";
  const match = /(^|\s)#/.exec(line);
  return match === null ? line : line.slice(0, match.index);
}

/** The port beside a host in the same block: `host = x` and `port = 1`, `DB_HOST` and `DB_PORT`. */
function siblingPort(lines: readonly string[], index: number, key: string | undefined): number | undefined {
  if (key === undefined) return undefined;
  const prefix = words(key).slice(0, -1).join(" ");
  const indent = indentOf(lines[index] ?? "");
  for (const step of [1, -1]) {
    for (let at = index + step; at >= 0 && at < lines.length && Math.abs(at - index) <= 12; at += step) {
      const raw = lines[at] ?? "";
      if (raw.trim() === "") continue;
      if (indentOf(raw) < indent || /^\s*[[}]/.test(raw)) break;
      const pair = keyAndValue(withoutComment(raw));
      if (pair === undefined || indentOf(raw) > indent) continue;
      if (words(pair.key).join(" ") !== `${prefix} port`.trim()) continue;
      const port = /^["']?(\d{1,5})["']?$/.exec(pair.value)?.[1];
      if (port !== undefined) return Number(port);
    }
  }
  return undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
