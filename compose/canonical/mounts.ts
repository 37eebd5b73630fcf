/** The long forms of ports, mounts and devices. */
import { goPrint } from "../tree/go_print.ts";
import { asText, mapping, type Node, nodeSpan, scalar, sequence, text } from "../tree/node.ts";
import { cleanPath } from "../files/paths.ts";
import { problem, type Report } from "../tree/report.ts";
import { record } from "./rewrite.ts";
import { parseMount } from "../short/mount.ts";
import { parsePorts } from "../short/port.ts";

/** A mount, read by its grammar. */
export function toMount(node: Node, report: Report): Node | undefined {
  const spec = asText(node);
  if (spec === undefined) return undefined;
  const mount = parseMount(spec);
  if ("reason" in mount) {
    problem(report, "compose-mount", `"${spec}" is not a mount: ${mount.reason}`, nodeSpan(node), mount.hint);
    return { ...node, broken: true };
  }
  const entries = record(node, { type: mount.isBind ? "bind" : "volume" }).entries;
  if (mount.source !== undefined) entries.set("source", text(mount.source, node));
  entries.set("target", text(cleanPath(mount.target), node));
  if (mount.isReadOnly) entries.set("read_only", scalar("bool", true, node));
  const { propagation, selinux, isBind } = mount;
  const hasBind = isBind || propagation !== undefined || selinux !== undefined;
  if (hasBind) {
    entries.set(
      "bind",
      record(node, {
        ...(selinux !== undefined && { selinux }),
        ...(propagation !== undefined && { propagation }),
        ...(isBind && { create_host_path: true }),
      }),
    );
  }
  if (!isBind && spec.length > 2 || mount.hasNoCopy) {
    entries.set("volume", record(node, mount.hasNoCopy ? { nocopy: true } : {}));
  }
  return mapping(entries, node);
}

/** A device: source, target, permissions. */
export function toDevice(node: Node, report: Report): Node | undefined {
  const spec = asText(node);
  if (spec === undefined) return undefined;
  const [source = "", target = "", permissions = "rwm", ...more] = spec.split(":");
  if (more.length > 0) {
    problem(
      report,
      "compose-device",
      `"${spec}" has too many colons for a device`,
      nodeSpan(node),
      "use the long form: source, target, permissions",
    );
    return { ...node, broken: true };
  }
  return record(node, { source, target: target === "" ? source : target, permissions });
}

/** More than a host has, for every protocol. */
const MAX_PORTS = 3 * 65536;
const TOO_MANY_PORTS = {
  reason: `the service has more than ${MAX_PORTS} ports before it`,
  hint: "use fewer ranges",
};

/** Ports: one text may stand for several. */
export function toPorts(node: Node, report: Report): Node | undefined {
  if (node.kind !== "sequence") return undefined;
  const items: Node[] = [];
  for (const item of node.items) {
    const isShort = item.kind === "scalar" && (item.type === "string" || item.type === "int") && !item.broken;
    if (!isShort) {
      items.push(item);
      if (item.kind === "scalar" && !item.broken) {
        refusePort(item, goPrint(item), "it is not an integer", "quote it", report);
      }
      continue;
    }
    const ports = items.length > MAX_PORTS ? TOO_MANY_PORTS : parsePorts(String(item.value));
    if ("reason" in ports) {
      refusePort(item, String(item.value), ports.reason, ports.hint, report);
      items.push({ ...item, broken: true });
      continue;
    }
    for (const { hostIp, target, published, protocol } of ports) {
      items.push(record(item, {
        mode: "ingress",
        ...(hostIp !== undefined && { host_ip: hostIp }),
        ...(target !== 0 && { target }),
        ...(published !== undefined && { published }),
        protocol,
      }));
    }
  }
  return sequence(items, node);
}

function refusePort(item: Node, spec: string, reason: string, hint: string, report: Report): void {
  problem(report, "compose-port", `"${spec}" is not a port: ${reason}`, nodeSpan(item), hint);
  item.broken = true;
}
