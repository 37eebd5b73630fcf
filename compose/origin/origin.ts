/** Finds the characters that a variable of a service, or a part of it, really comes from. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import type { Project } from "../project.ts";
import { templateAt, writtenAs } from "./value_text.ts";
import { asTemplate, type TemplatePart, templateParts } from "../interpolation/template_parts.ts";
import type { Written } from "../interpolation/written.ts";

/** Where a text stands, among what surrounds it in the same value. */
export interface Origin {
  readonly written: Written;
  readonly span: Span;
  /** Templates of what stands before and after it in the same value. */
  readonly before: string;
  readonly after: string;
}

/** Characters `start` up to `end` of a value. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Variables that are made of variables that are made of … end here. */
const MOST_STEPS = 20;

/**
 * Follows a service's variable, or the characters `range` of its value, to the text that it is read from: through
 * `.env` where it is interpolated. A reason, to complete "it cannot be changed here: ", where that is not one text.
 */
export function originOf(
  project: Project,
  service: string,
  variable: string,
  range?: Range,
): Origin | { readonly reason: string } {
  const value = project.services[service]?.environment?.[variable];
  const written = project.written(["services", service, "environment", variable]);
  if (value === undefined || value === null || written === undefined) {
    return { reason: "it is not set in any file" };
  }
  const lookup = lookupOf(project);
  const template = templateAt(written);
  if (template === undefined) return { reason: "it is written over several lines" };
  const key = `${variable}=`;
  // In the list form the value stands behind its name; a name alone takes the variable of that name.
  const inherits = template === variable || template === "" && value !== "" ? `\${${variable}}` : template;
  for (
    const [before, rest] of [["", inherits], ...(template.startsWith(key) ? [split(template, key)] : [])]
  ) {
    const parts = templateParts(rest ?? "", lookup);
    if (parts === undefined || textOf(parts) !== value) continue;
    return follow(project, written, before ?? "", parts, range ?? { start: 0, end: value.length }, 0);
  }
  return { reason: "it is written in a way that cannot be followed" };
}

/** The file's text with `value` in the place of an origin; undefined where it cannot be written there. */
export function replacementAt(origin: Origin, value: string): string | undefined {
  return writtenAs(origin.written, origin.before + asTemplate(value) + origin.after);
}

function follow(
  project: Project,
  written: Written,
  prefix: string,
  parts: readonly TemplatePart[],
  range: Range,
  steps: number,
): Origin | { readonly reason: string } {
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const [start, end] = [range.start - at, range.end - at];
    at += part.value.length;
    if (start < 0 || end > part.value.length || start >= part.value.length && part.value !== "") continue;
    const raw = (list: readonly TemplatePart[]): string => list.map((each) => each.raw).join("");
    const [before, after] = [prefix + raw(parts.slice(0, index)), raw(parts.slice(index + 1))];
    if (part.isPlain) {
      return {
        written,
        span: written.span,
        before: before + asTemplate(part.value.slice(0, start)),
        after: asTemplate(part.value.slice(end)) + after,
      };
    }
    if (part.variable === undefined) return { reason: "it is the default of a variable" };
    return followVariable(project, part.variable, { start, end }, steps + 1);
  }
  if (parts.length === 0) return { written, span: written.span, before: prefix, after: "" };
  return { reason: "it is put together from several variables" };
}

function followVariable(
  project: Project,
  name: string,
  range: Range,
  steps: number,
): Origin | { readonly reason: string } {
  const written = project.variable(name);
  if (written === undefined) return { reason: `variable "${name}" comes from the shell's environment` };
  const template = templateAt(written);
  if (steps > MOST_STEPS || template === undefined) {
    return { reason: `variable "${name}" cannot be followed` };
  }
  if (written.inherits !== undefined) {
    return { reason: `variable "${name}" comes from the shell's environment` };
  }
  const parts = templateParts(template, lookupOf(project));
  if (parts === undefined || textOf(parts) !== project.environment[name]) {
    return { reason: `variable "${name}" is written in a way that cannot be followed` };
  }
  return follow(project, written, "", parts, range, steps);
}

function lookupOf(project: Project): (name: string) => string | undefined {
  return (name) => Object.hasOwn(project.environment, name) ? project.environment[name] : undefined;
}

function textOf(parts: readonly TemplatePart[]): string {
  return parts.map(({ value }) => value).join("");
}

function split(template: string, key: string): [string, string] {
  return [key, template.slice(key.length)];
}
