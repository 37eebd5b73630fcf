/** Takes a template apart: what stands there as it is, and the variables in between. */
import { type Lookup, substitute } from "./template.ts";

/** A piece of a template, and the text that it stands for. */
export interface TemplatePart {
  /** As it is written. */
  readonly raw: string;
  readonly value: string;
  /** The variable that the value is taken from; absent for plain text and for defaults. */
  readonly variable?: string;
  /** Whether it is plain text, so that its value can be changed in place. */
  readonly isPlain: boolean;
}

const EXPRESSION = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?])([^${}\n]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * The parts in their order; undefined where the template is more intricate than names with a plain default, or is
 * no template at all. Together their values are the template's value.
 */
export function templateParts(template: string, lookup: Lookup): readonly TemplatePart[] | undefined {
  const parts: TemplatePart[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") parts.push({ raw: plain, value: plain.replaceAll("$$", "$"), isPlain: true });
    plain = "";
  };
  let at = 0;
  for (const match of template.matchAll(EXPRESSION)) {
    plain += template.slice(at, match.index);
    at = match.index + match[0].length;
    if (match[0] === "$$") {
      plain += "$$";
      continue;
    }
    flush();
    const name = match[1] ?? match[4] ?? "";
    const set = lookup(name);
    const counts = set !== undefined && (set !== "" || !(match[2] ?? "").startsWith(":"));
    const { value } = substitute(match[0], lookup);
    parts.push({ raw: match[0], value, isPlain: false, ...(counts ? { variable: name } : {}) });
  }
  plain += template.slice(at);
  flush();
  const whole = substitute(template, lookup);
  const isComplete = whole.problem === undefined && parts.map(({ value }) => value).join("") === whole.value;
  return isComplete ? parts : undefined;
}

/** A text as a template that stands for exactly it. */
export function asTemplate(text: string): string {
  return text.replaceAll("$", "$$$$");
}
