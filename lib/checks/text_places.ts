/** Where a text stands among what programs are told: variables, arguments, healthchecks and mounted files. */
import type { Path, Service } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { type Context, isSkipped } from "../stack/context.ts";
import { type FileText, fileTexts } from "../stack/texts/file_texts.ts";
import { textLines } from "../stack/network/text_lines.ts";

/** One place, and what was found there. */
export interface TextPlace {
  /** `"environment.DB_HOST" of service "app"`, `"nginx.conf" of service "web"`. */
  readonly where: string;
  readonly text: string;
  readonly span: Span | undefined;
}

/** What is looked through besides. */
export interface TextScope {
  /** Also what the stack's Traefik is told, and labels. */
  readonly withTraefik?: boolean;
  /** What makes a match harmless in the same value, or in a line of the same file that says the same of it. */
  readonly unless?: RegExp;
}

/** The first match in each value and in each file; lines of comments in files are left out. */
export function textPlaces(context: Context, pattern: RegExp, scope: TextScope = {}): readonly TextPlace[] {
  const services = Object.values(context.project.services).filter(({ name }) =>
    !isSkipped(context.decisions, name) &&
    (scope.withTraefik === true || name !== context.routing.traefikService)
  );
  return [
    ...services.flatMap((service) => inService(context, service, pattern, scope)),
    ...inFiles(context, services, pattern, scope),
  ];
}

function inService({ project }: Context, service: Service, pattern: RegExp, scope: TextScope): TextPlace[] {
  const { command, entrypoint, healthcheck, environment, labels } = service;
  const texts: readonly (readonly [Path, unknown])[] = [
    ...Object.entries(environment ?? {}).map(([key, value]) => [["environment", key], value] as const),
    [["command"], command],
    [["entrypoint"], entrypoint],
    [["healthcheck", "test"], healthcheck?.test],
    ...(scope.withTraefik === true
      ? Object.entries(labels ?? {}).map(([key, value]) => [["labels", key], value] as const)
      : []),
  ];
  return texts.flatMap(([path, value]): TextPlace[] => {
    const text = [value].flat().map((word) => String(word ?? "")).join(" ");
    const found = pattern.exec(text)?.[0];
    return found === undefined || scope.unless?.test(text) === true ? [] : [{
      where: `"${path.join(".")}" of service "${service.name}"`,
      text: found,
      span: project.span(["services", service.name, ...path]),
    }];
  });
}

/** Each file once, with the first service that has it. */
function inFiles(
  { project, bindSources }: Context,
  services: readonly Service[],
  pattern: RegExp,
  { unless }: TextScope,
): TextPlace[] {
  const owners = new Map<string, { readonly file: FileText; readonly service: string }>();
  for (const service of services) {
    for (const file of fileTexts(project, service, bindSources)) {
      if (!owners.has(file.path)) owners.set(file.path, { file, service: service.name });
    }
  }
  return [...owners.values()].flatMap(({ file: { name, text, spanAt }, service }): TextPlace[] => {
    const lines = textLines(text).filter((line) => !/^\s*(#|;|\/\/)/.test(line.text));
    const harmless = new Set(
      lines.flatMap((each) => unless?.test(each.text) ? each.text.replace(unless, "") : []),
    );
    const isHarmless = (line: string): boolean =>
      unless?.test(line) === true || harmless.has(line.replace(pattern, ""));
    const line = lines.find((each) => pattern.test(each.text) && !isHarmless(each.text));
    const found = line === undefined ? undefined : pattern.exec(line.text)?.[0];
    const where = `"${name}" of service "${service}"`;
    return line === undefined || found === undefined
      ? []
      : [{ where, text: found, span: spanAt(line.line, line.offset + 1) }];
  });
}
