/** Questions that were answered by keeping what happens by default: what differs by it stays a warning. */
import type { Decisions } from "../decisions/decisions.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/**
 * What a question is called in `decisions.yaml`: its code and the names that it quotes, each once. Another service or
 * path in it makes it another question, which is asked anew.
 */
export function questionId({ code, message }: Pick<Diagnostic, "code" | "message">): string {
  const names = [...message.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);
  return [code, ...new Set(names)].join(" ");
}

/** The findings with the accepted questions as warnings; an entry that meets no question is a remark itself. */
export function withAccepted(
  diagnostics: readonly Diagnostic[],
  decisions: Pick<Decisions, "accepted" | "span">,
): readonly Diagnostic[] {
  const accepted = new Map(Object.entries(decisions.accepted ?? {}));
  if (accepted.size === 0) return diagnostics;
  const met = new Set<string>();
  const asked: string[] = [];
  const told = diagnostics.map((diagnostic): Diagnostic => {
    if (diagnostic.severity !== "question") return diagnostic;
    const id = questionId(diagnostic);
    asked.push(id);
    const why = accepted.get(id);
    if (why === undefined) return diagnostic;
    met.add(id);
    return { ...diagnostic, severity: "warning", message: `${diagnostic.message} (accepted: ${why})` };
  });
  const unmet = [...accepted.keys()].filter((id) => !met.has(id)).map((id): Diagnostic => {
    const span = decisions.span(["accepted", id]);
    const near = nearestName(id, asked.filter((each) => !met.has(each)));
    return {
      code: "kube-decision-unused",
      severity: "info",
      message: `"accepted" has "${id}", which is no question of the stack`,
      ...(span === undefined ? {} : { span }),
      hint: near === undefined ? "Remove it" : `The question is "${near}" now`,
    };
  });
  return [...told, ...unmet];
}
