/** Go template text cut into actions, and actions into tokens, as text/template's lexer cuts them (parse/lex.go). */

/** What stands outside of `{{` and `}}`, or between them without the marks that cut white space. */
export interface TemplatePart {
  readonly kind: "text" | "action";
  readonly text: string;
}

/** A template as far as its actions are closed. */
export interface TemplateParts {
  /** In order; comments are left out, and the white space that `{{-` and `-}}` cut away. */
  readonly parts: readonly TemplatePart[];
  readonly isClosed: boolean;
}

/** Cuts a template into its texts and actions. A `}}` within a text of an action does not end it. */
export function templateParts(template: string): TemplateParts {
  const parts: TemplatePart[] = [];
  let at = 0;
  let isCut = false;
  const push = (text: string, isCutBehind: boolean): void => {
    const begin = isCut ? text.trimStart() : text;
    parts.push({ kind: "text", text: isCutBehind ? begin.trimEnd() : begin });
  };
  for (let open = template.indexOf("{{"); open >= 0; open = template.indexOf("{{", at)) {
    const isComment = /^\{\{(?:-\s)?\s{0,9}\/\*/.test(template.slice(open, open + 16));
    const end = isComment
      ? template.indexOf("}}", endOf(template.indexOf("*/", open), template))
      : actionEnd(template, open + 2);
    if (end < 0) return { parts, isClosed: false };
    const inside = template.slice(open + 2, end);
    push(template.slice(at, open), /^-\s/.test(inside));
    if (!isComment) {
      parts.push({ kind: "action", text: inside.replace(/^-(?=\s)/, "").replace(/(?<=\s)-$/, "").trim() });
    }
    isCut = /\s-$/.test(inside.slice(-2));
    at = end + 2;
  }
  push(template.slice(at), false);
  return { parts, isClosed: true };
}

/** Where a search goes on, or the template's end where there is nothing to go on from. */
function endOf(found: number, template: string): number {
  return found < 0 ? template.length : found;
}

/** Where `}}` stands that is not in a text of the action; negative where it does not. */
function actionEnd(template: string, from: number): number {
  for (let at = from; at < template.length; at++) {
    const character = template[at] ?? "";
    if (character === "}" && template[at + 1] === "}") return at;
    if (character === '"' || character === "`" || character === "'") {
      const close = textEnd(template, at);
      if (close < 0) return -1;
      at = close;
    }
  }
  return -1;
}

function textEnd(template: string, open: number): number {
  const quote = template[open];
  for (let at = open + 1; at < template.length; at++) {
    if (template[at] === "\\" && quote !== "`") at++;
    else if (template[at] === quote) return at;
  }
  return -1;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*'|:=|[=|(),]|[^\s=|(),"`':]+|\S/gs;

/** The tokens of an action: texts with their quotes, chains of fields, words, numbers and signs. */
export function templateTokens(action: string): readonly string[] {
  return action.match(TOKEN) ?? [];
}
