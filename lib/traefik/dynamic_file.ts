/** A dynamic file of Traefik's file provider: template, YAML or TOML, typed configuration (pkg/provider/file/file.go). */
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { decode } from "./decode.ts";
import { renderTemplate } from "./go_template.ts";
import { TemplateError, templateFunctions } from "./go_template_functions.ts";
import { childOf, type Node } from "./node.ts";
import type { Element } from "./routing.ts";
import { dynamicShape } from "./shapes/dynamic_shape.ts";
import { readFileTree } from "./file_tree.ts";
import { type NamedText, placeIn } from "./named_text.ts";
import { type Json } from "../values/json.ts";

/** The elements of a dynamic file by their path, such as `http.routers`, then by name without provider. */
export interface DynamicFile {
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, Element>>;
  readonly certificates: readonly Element[];
  readonly findings: readonly Diagnostic[];
}

const roots = ["http", "tcp", "udp", "tls"];
const sectionNames = ["routers", "services", "middlewares", "serversTransports", "options", "stores"];

/**
 * Reads a dynamic file. One error makes Traefik refuse the whole file.
 *
 * @param environment the variables of Traefik's own container, for `env`
 * @param version of that Traefik, as its image's tag says; absent: the newest
 */
export function readDynamicFile(
  source: NamedText,
  environment: Readonly<Record<string, string>>,
  version?: string,
): DynamicFile {
  const none = { sections: new Map(), certificates: [] };
  const rendered = render(source, environment);
  if (typeof rendered !== "string") return { ...none, findings: [rendered] };
  const { root, problems } = readFileTree(source, rendered, roots);
  if (root === undefined) return { ...none, findings: problems.map((problem) => refused(source, problem)) };
  const decoded = decode(root, dynamicShape, "file", version);
  const findings = [...problems, ...decoded.problems].map((problem) => refused(source, problem));
  if (decoded.value === undefined || findings.length > 0) return { ...none, findings };
  return { ...elementsOf(root, decoded.value), findings };
}

function render(source: NamedText, environment: Readonly<Record<string, string>>): string | Diagnostic {
  try {
    return renderTemplate(source.text, false, templateFunctions(environment));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return {
      code: "traefik-template-unknown",
      severity: "error",
      message: `Cannot render the template in "${source.file}" as ${error.message}`,
      span: placeIn(source, { file: source.file, line: lineOfFirstAction(source.text), column: 1 }),
      hint: "Write the value itself, or only with env, default, if, range and plain text functions",
    };
  }
}

function lineOfFirstAction(text: string): number {
  return text.slice(0, Math.max(0, text.indexOf("{{"))).split("\n").length;
}

function refused(
  source: NamedText,
  problem: { reason: string; origin: string; span?: Span; hint: string },
): Diagnostic {
  const what = problem.origin === "" || problem.origin === source.file ? "" : `"${problem.origin}" in `;
  return {
    code: "traefik-file-refused",
    severity: "error",
    message:
      `Cannot use ${what}the dynamic file "${source.file}" as ${problem.reason}: Traefik refuses the whole file`,
    ...(problem.span === undefined ? {} : { span: problem.span }),
    hint: problem.hint,
  };
}

function elementsOf(root: Node, value: Json): Pick<DynamicFile, "sections" | "certificates"> {
  const sections = new Map<string, Map<string, Element>>();
  for (const protocol of roots) {
    const protocolNode = childOf(root, protocol);
    const protocolValue = value[protocol] as Record<string, Record<string, Json>> | undefined;
    if (protocolNode === undefined || protocolValue === undefined) continue;
    for (const section of sectionNames) {
      const node = childOf(protocolNode, section);
      const elements = Object.entries(protocolValue[section] ?? {}).map((
        [name, fields],
      ): [string, Element] => [
        name,
        element(`${name}@file`, fields, node === undefined ? undefined : childOf(node, name)),
      ]);
      if (elements.length > 0) sections.set(`${protocol}.${section}`, new Map(elements));
    }
  }
  const tls = childOf(root, "tls");
  const certificateNodes = (tls && childOf(tls, "certificates"))?.children ?? [];
  const certificates = ((value["tls"] as Json | undefined)?.["certificates"] ?? []) as Json[];
  return {
    sections,
    certificates: certificates.map((fields, index) =>
      element(`certificate-${index}@file`, fields, certificateNodes[index])
    ),
  };
}

function element(name: string, fields: Json, node: Node | undefined): Element {
  return { name, fields, ...(node?.span === undefined ? {} : { span: node.span }), services: [] };
}
