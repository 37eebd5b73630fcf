/** Addresses that compose gives a service in Docker's networks, where they stay written: no pod has them. */
import type { Path, Service } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { type Context, isSkipped } from "../stack/context.ts";
import { textFiles } from "../stack/network/references.ts";
import { textLines } from "../stack/network/text_lines.ts";
import { relativePath } from "../stack/relative_path.ts";

interface Use {
  readonly where: string;
  readonly span: Span | undefined;
}

/** A warning for each address, with every place that it is left in; a host in a setting was replaced before. */
export function checkFixedAddresses(context: Context): void {
  for (const { name, networks } of Object.values(context.project.services)) {
    const addresses = Object.values(networks ?? {})
      .flatMap((settings) => [settings?.ipv4_address ?? [], settings?.ipv6_address ?? []].flat());
    for (const address of new Set(addresses)) reportUses(context, name, address);
  }
}

function reportUses(context: Context, name: string, address: string): void {
  const pattern = new RegExp(`(?<![\\w.:])${address.replaceAll(".", "\\.")}(?!\\w|\\.\\d|/\\d)`, "i");
  const services = Object.values(context.project.services).filter(({ name }) =>
    !isSkipped(context.decisions, name) && name !== context.routing.traefikService
  );
  const uses = [
    ...services.flatMap((service) => inService(context, service, pattern)),
    ...inFiles(context, services, pattern),
  ];
  const [first, ...others] = uses;
  if (first === undefined) return;
  context.report({
    code: "kube-host-renamed",
    severity: "warning",
    message:
      `Address "${address}" is service "${name}" in Docker's network alone, and stands in ${first.where}`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint: `Write "${name}" there; a list of who may call takes the cluster's own networks`,
    related: others.flatMap(({ where, span }) =>
      span === undefined ? [] : [{ message: `And in ${where}`, span }]
    ),
  });
}

function inService({ project }: Context, service: Service, pattern: RegExp): Use[] {
  const { command, entrypoint, healthcheck, environment } = service;
  const texts: readonly (readonly [Path, unknown])[] = [
    ...Object.entries(environment ?? {}).map(([key, value]) => [["environment", key], value] as const),
    [["command"], command],
    [["entrypoint"], entrypoint],
    [["healthcheck", "test"], healthcheck?.test],
  ];
  return texts.filter(([, value]) => [value].flat().some((word) => pattern.test(String(word ?? ""))))
    .map(([path]) => ({
      where: `"${path.join(".")}" of service "${service.name}"`,
      span: project.span(["services", service.name, ...path]),
    }));
}

function inFiles({ project, bindSources }: Context, services: readonly Service[], pattern: RegExp): Use[] {
  const sources = services.flatMap(({ volumes }) =>
    (volumes ?? []).flatMap(({ type, source }) => type === "bind" && source !== undefined ? [source] : [])
  );
  return [...new Set(sources)].flatMap((source) => textFiles(source, bindSources.get(source))).flatMap(
    ({ path, text }): Use[] => {
      const found = textLines(text).find((line) => pattern.test(line.text));
      const file = relativePath(project, path);
      return found === undefined
        ? []
        : [{ where: `"${file}"`, span: { file, line: found.line, column: found.offset + 1 } }];
    },
  );
}
