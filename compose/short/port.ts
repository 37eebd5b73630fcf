/** The short form of a port: `[[IP:]HOST[-HOST]:]TARGET[-TARGET][/PROTOCOL]` (docker/go-connections 0.4). */

/** One port that a short form stands for. */
export interface ShortPort {
  readonly hostIp?: string;
  readonly target: number;
  readonly published?: string;
  readonly protocol: string;
}

export type PortProblem = { readonly reason: string; readonly hint: string };

interface Range {
  readonly start: number;
  readonly end: number;
}

const HINT = 'write "host:container", such as "8080:80" or "127.0.0.1:8080:80/udp"';

/** The ports of a short form, ordered as upstream does: by target and protocol as text. */
export function parsePorts(spec: string): readonly ShortPort[] | PortProblem {
  const parts = spec.split(":");
  const last = parts.pop() ?? "";
  const hostPort = parts.pop() ?? "";
  const address = readAddress(parts.join(":"));
  if (typeof address !== "string") return address;
  const [port = "", written = ""] = last.split("/");
  const protocol = (written === "" ? "tcp" : written).toLowerCase();
  if (port === "") return { reason: "the container's port is missing", hint: HINT };
  const target = readRange(port);
  if (target === undefined) return { reason: `"${port}" is not a port of a container`, hint: HINT };
  const host = hostPort === "" ? undefined : readRange(hostPort);
  if (hostPort !== "" && host === undefined) {
    return { reason: `"${hostPort}" is not a port of the host`, hint: HINT };
  }
  if (!["tcp", "udp", "sctp"].includes(protocol)) {
    return { reason: `"${written}" is not a protocol`, hint: "use tcp, udp or sctp" };
  }
  if (host !== undefined && target.end !== target.start && size(host) !== size(target)) {
    return {
      reason: `the ranges "${hostPort}" and "${port}" differ in size`,
      hint: "make them equally long",
    };
  }
  return expand(target, host, address, protocol);
}

function expand(target: Range, host: Range | undefined, address: string, protocol: string): ShortPort[] {
  const ports: ShortPort[] = [];
  for (let offset = 0; offset <= target.end - target.start; offset++) {
    ports.push({
      ...(address !== "" && { hostIp: address }),
      target: target.start + offset,
      ...(host !== undefined && { published: published(target, host, offset) }),
      protocol,
    });
  }
  const key = (port: ShortPort): string => `${port.target}/`;
  return ports.sort((left, right) => key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0);
}

/** The host's port; a range of them is kept for a single target, for the host to pick from. */
function published(target: Range, host: Range, offset: number): string {
  const isPick = target.start === target.end && host.start !== host.end;
  return isPick ? `${host.start}-${host.end}` : String(host.start + offset);
}

function size(range: Range): number {
  return range.end - range.start;
}

function readRange(text: string): Range | undefined {
  const [first = "", second] = text.split("-");
  const start = readPort(first);
  const end = second === undefined ? start : readPort(second);
  return start === undefined || end === undefined || end < start ? undefined : { start, end };
}

function readPort(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined;
}

function readAddress(text: string): string | PortProblem {
  const bracketed = /^\[(.*)\]$/.exec(text)?.[1];
  const address = bracketed ?? text;
  if (address === "" && bracketed === undefined) return "";
  if (bracketed === undefined && address.includes(":")) {
    return {
      reason: `"${text}" is not an address`,
      hint: 'write an IPv6 address in brackets: "[::1]:80:80"',
    };
  }
  if (address !== "" && !isAddress(address)) return { reason: `"${address}" is not an address`, hint: HINT };
  return address;
}

/** Whether a text is an IPv4 or IPv6 address, as Go's `net.ParseIP` reads it. */
export function isAddress(text: string): boolean {
  if (!text.includes(":")) return isIpv4(text);
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return false;
  const words = [...groups(head), ...groups(tail ?? "")];
  const last = words.at(-1);
  const hasIpv4 = last?.includes(".") ?? false;
  if (hasIpv4 && !isIpv4(last ?? "")) return false;
  const hex = hasIpv4 ? words.slice(0, -1) : words;
  if (!hex.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return false;
  const count = hex.length + (hasIpv4 ? 2 : 0);
  return tail === undefined ? count === 8 : count <= 7;
}

function groups(text: string): string[] {
  return text === "" ? [] : text.split(":");
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}
