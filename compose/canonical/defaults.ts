/** Sets what is left out (compose-go's `transform/defaults.go`) and checks what the shapes cannot say. */
import { asText, isNull, mappingAt, type Node, nodeSpan, scalar, text } from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";
import { isAddress } from "../short/port.ts";

/** Sets the defaults of a project's tree in canonical form, in place. */
export function setDefaults(root: Node): void {
  for (const section of ["services", "jobs"]) {
    for (const service of mappingAt(root, section)?.entries.values() ?? []) setServiceDefaults(service);
  }
}

function setServiceDefaults(service: Node): void {
  const build = mappingAt(service, "build");
  if (build !== undefined) setDefault(build, "context", ".");
  for (const secret of itemsAt(service, "secrets")) {
    const source = secret.kind === "mapping" ? asText(secret.entries.get("source")) : undefined;
    setDefault(secret, "target", `/run/secrets/${source ?? ""}`);
  }
  for (const port of itemsAt(service, "ports")) {
    setDefault(port, "protocol", "tcp");
    setDefault(port, "mode", "ingress");
  }
  for (const mount of itemsAt(service, "volumes")) {
    const bind = mappingAt(mount, "bind");
    if (bind !== undefined && !bind.entries.has("create_host_path")) {
      bind.entries.set("create_host_path", scalar("bool", true, bind));
    }
  }
  for (const request of deviceRequests(service)) {
    const isCounted = request.kind === "mapping" &&
      (request.entries.has("count") || request.entries.has("device_ids"));
    if (!isCounted) setDefault(request, "count", "all");
  }
}

function setDefault(node: Node, key: string, value: string): void {
  if (node.kind === "mapping" && !node.entries.has(key)) node.entries.set(key, text(value, node));
}

function deviceRequests(service: Node): readonly Node[] {
  const reservations = mappingAt(mappingAt(mappingAt(service, "deploy"), "resources"), "reservations");
  return [...itemsAt(service, "gpus"), ...itemsAt(reservations, "devices")];
}

function itemsAt(node: Node | undefined, key: string): readonly Node[] {
  const list = node?.kind === "mapping" ? node.entries.get(key) : undefined;
  return list?.kind === "sequence" ? list.items : [];
}

/** Checks a project's tree after the defaults were set. */
export function checkValues(root: Node, report: Report): void {
  for (const [name, volume] of mappingAt(root, "volumes")?.entries ?? []) checkExternal(name, volume, report);
  for (const [name, config] of mappingAt(root, "configs")?.entries ?? []) {
    checkFile("config", name, config, ["file", "environment", "content"], report);
  }
  for (const [name, secret] of mappingAt(root, "secrets")?.entries ?? []) {
    checkFile("secret", name, secret, ["file", "environment"], report);
  }
  for (const section of ["services", "jobs"]) {
    for (const service of mappingAt(root, section)?.entries.values() ?? []) {
      checkService(service, section === "services", report);
    }
  }
}

function checkExternal(name: string, volume: Node, report: Report): void {
  if (volume.kind !== "mapping") return;
  const external = volume.entries.get("external");
  if (external?.kind !== "scalar" || external.value !== true) return;
  for (const [key, value] of volume.entries) {
    if (key === "name" || key === "external" || key.startsWith("x-")) continue;
    problem(
      report,
      "compose-external",
      `The volume "${name}" is external, so "${key}" has no meaning`,
      nodeSpan(value),
      `remove "${key}", or "external"`,
    );
  }
}

function checkFile(what: string, name: string, node: Node, keys: readonly string[], report: Report): void {
  if (node.kind !== "mapping" || node.broken) return;
  const found = keys.filter((key) => node.entries.has(key));
  if (found.length > 1) {
    problem(
      report,
      "compose-file-object",
      `The ${what} "${name}" has ${quoted(found, "and")}, but only one can count`,
      nodeSpan(node),
      "keep one of them",
    );
  }
  if (found.length === 0 && !node.entries.has("driver") && !node.entries.has("external")) {
    problem(
      report,
      "compose-file-object",
      `The ${what} "${name}" needs one of ${quoted(keys, "or")}`,
      nodeSpan(node),
      'add one of them, or "external: true"',
    );
    node.broken = true;
  }
}

function quoted(words: readonly string[], conjunction: string): string {
  return words.map((word) => `"${word}"`).join(` ${conjunction} `);
}

function checkService(service: Node, isService: boolean, report: Report): void {
  if (isService) {
    for (const port of itemsAt(service, "ports")) checkPort(port, report);
    for (const request of deviceRequests(service)) {
      if (request.kind !== "mapping" || !request.entries.has("count") || !request.entries.has("device_ids")) {
        continue;
      }
      problem(
        report,
        "compose-device-count",
        'A device request has "count" or "device_ids", not both',
        nodeSpan(request),
        "remove one of the two",
      );
    }
    for (const watch of itemsAt(mappingAt(service, "develop"), "watch")) {
      const path = watch.kind === "mapping" ? watch.entries.get("path") : undefined;
      if (path !== undefined && asText(path) === "") {
        problem(report, "compose-value", "A watched path cannot be empty", nodeSpan(path), "write a path");
      }
    }
  }
  for (const mount of itemsAt(service, "volumes")) {
    if (mount.kind !== "mapping" || mount.broken) continue;
    if (asText(mount.entries.get("type")) !== "bind" || mount.entries.has("source")) continue;
    problem(
      report,
      "compose-missing-key",
      'A mount of the type "bind" needs the key "source"',
      nodeSpan(mount),
      'add "source:" with the path on the host',
    );
  }
}

function checkPort(port: Node, report: Report): void {
  const address = port.kind === "mapping" ? port.entries.get("host_ip") : undefined;
  if (address === undefined || address.broken || isNull(address)) return;
  const value = asText(address);
  if (value !== undefined && isAddress(value)) return;
  problem(
    report,
    "compose-port",
    `"${value ?? ""}" is not an address`,
    nodeSpan(address),
    "write an IPv4 or IPv6 address",
  );
}
