/** Readers of values with a grammar of their own. */
import { goPrint } from "../tree/go_print.ts";
import { isNull, type Node, nodeSpan } from "../tree/node.ts";
import { problem } from "../tree/report.ts";
import type { ReadContext } from "./field.ts";

/** `extra_hosts`: `host=ip` or `host:ip`, as a sorted list of `host=ip`. */
export function readHosts(node: Node, context: ReadContext): unknown {
  const hosts: string[] = [];
  const take = (host: string, addresses: readonly string[], at: Node): void => {
    if (host === "" || /[:=]/.test(host)) {
      problem(
        context.report,
        "compose-extra-host",
        `"${host}" is not a host name`,
        nodeSpan(at),
        'write "name=address"; brackets keep the colons of an IPv6 address apart: "name=[::1]"',
      );
      return;
    }
    for (const address of addresses) hosts.push(`${host}=${address.replace(/^\[(.+)\]$/, "$1")}`);
  };
  if (node.kind === "mapping") {
    for (const [host, value] of node.entries) {
      if (value.kind === "scalar") take(host, [isNull(value) ? "" : String(value.value)], value);
      if (value.kind === "sequence") take(host, value.items.map(print), value);
    }
  } else if (node.kind === "sequence") {
    for (const item of node.items) {
      const line = print(item);
      const at = line.includes("=") ? line.indexOf("=") : line.indexOf(":");
      if (at < 0) {
        problem(
          context.report,
          "compose-extra-host",
          `The host "${line}" has no address`,
          nodeSpan(item),
          `write "${line}=<address>", or "${line}=host-gateway"`,
        );
      } else take(line.slice(0, at), line.slice(at + 1).split(","), item);
    }
  }
  return hosts.length === 0 ? undefined : hosts.sort(byBytes);
}

/** A file's mode: a text is octal, a number is taken as it is; printed in octal. */
export function readMode(node: Node, context: ReadContext): unknown {
  if (node.kind !== "scalar" || isNull(node)) return undefined;
  if (node.type === "int") return `0${Number(node.value).toString(8)}`;
  const text = String(node.value);
  if (node.type === "string" && /^[-+]?[0-7]+$/.test(text)) return `0${parseInt(text, 8).toString(8)}`;
  problem(
    context.report,
    "compose-mode",
    `"${goPrint(node)}" is not a file mode`,
    nodeSpan(node),
    'write an octal number such as 0440 or "0440"',
  );
  return undefined;
}

/** A limit, or its soft and hard values. */
export function readUlimit(node: Node, context: ReadContext): unknown {
  if (node.kind === "scalar") {
    if (node.type === "int") return Number(node.value) === 0 ? {} : Number(node.value);
    return refuseLimit(node, context);
  }
  if (node.kind !== "mapping") return undefined;
  const out: Record<string, number> = {};
  for (const key of ["soft", "hard"]) {
    const value = node.entries.get(key);
    if (value?.kind !== "scalar" || value.broken) continue;
    if (value.type !== "int") return refuseLimit(value, context);
    if (Number(value.value) !== 0) out[key] = Number(value.value);
  }
  return out;
}

function refuseLimit(node: Node, context: ReadContext): undefined {
  if (node.broken) return undefined;
  problem(
    context.report,
    "compose-ulimit",
    "A limit has to be an integer",
    nodeSpan(node),
    "write the number without quotes",
  );
  return undefined;
}

/** How many devices: a number, or `all`, which is -1. */
export function readDeviceCount(node: Node, context: ReadContext): unknown {
  if (node.kind !== "scalar") return undefined;
  if (node.type === "int") return Number(node.value) || undefined;
  const text = String(node.value);
  if (node.type === "string" && text.toLowerCase() === "all") return -1;
  if (node.type === "string" && /^[-+]?\d+$/.test(text)) return Number(text) || undefined;
  problem(
    context.report,
    "compose-device-count",
    `"${goPrint(node)}" is not a number of devices`,
    nodeSpan(node),
    'write a number, or "all"',
  );
  return undefined;
}

/** `build.ssh`: keys by name, as `name` or `name=path`. */
export function readSsh(node: Node): unknown {
  if (node.kind !== "mapping" || node.entries.size === 0) return undefined;
  return [...node.entries].map(([id, path]) =>
    path.kind === "scalar" && !isNull(path) && path.value !== "" ? `${id}=${goPrint(path)}` : id
  ).sort(byBytes);
}

/** Options that may be given several times, each as a list of texts. */
export function readMultiOptions(node: Node): unknown {
  if (node.kind !== "mapping" || node.entries.size === 0) return undefined;
  return Object.fromEntries(
    [...node.entries].map((
      [key, value],
    ) => [key, value.kind === "sequence" ? value.items.map(print) : [print(value)]]),
  );
}

function print(node: Node): string {
  return node.kind === "scalar" ? goPrint(node) : "";
}

function byBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
