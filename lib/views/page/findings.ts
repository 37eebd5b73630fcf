/** Findings as the page lists them: by weight, with their lines, their codes' meaning and the services they are about. */
import { findingsByService } from "../../checks/verdicts.ts";
import type { Diagnostic, Severity, Span } from "../../diagnostics/diagnostic.ts";
import { sentence } from "../../diagnostics/sentence.ts";
import type { CodeText } from "../error_page.ts";
import { masked } from "../compose_lines.ts";
import type { StackView } from "../stack_view.ts";
import type { PageFinding } from "./model.ts";
import { placeIn } from "./places.ts";

const GRAVEST: readonly Severity[] = ["error", "question", "warning", "info"];

/** The gravest first, those of one weight in the order in which they were found. */
export function byWeight(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return GRAVEST.flatMap((weight) => diagnostics.filter(({ severity }) => severity === weight));
}

/** @param diagnostics in the order of the page */
export function pageFindings(
  view: StackView,
  diagnostics: readonly Diagnostic[],
  codes: ReadonlyMap<string, CodeText>,
): readonly PageFinding[] {
  const byService = [...findingsByService(view.facts.project, diagnostics)].map(([service, found]) =>
    [service, new Set(found.map(({ diagnostic }) => diagnostic))] as const
  );
  const lineOf = linesOf(view);
  return diagnostics.map((diagnostic): PageFinding => {
    const { code, severity, message, span, hint = "" } = diagnostic;
    return {
      code,
      severity,
      message,
      means: codes.get(code)?.means ?? "",
      hint: sentence(hint),
      place: placeIn(view, span),
      line: span === undefined ? "" : lineOf(span),
      services: byService.flatMap(([service, found]) => found.has(diagnostic) ? [service] : []),
    };
  });
}

/** Each file is masked once. */
function linesOf(view: StackView): (span: Span) => string {
  const files = new Map<string, readonly string[]>();
  return ({ file, line }) => {
    const lines = files.get(file) ?? masked(view, file).split(/\r?\n/);
    files.set(file, lines);
    return (lines[line - 1] ?? "").trim();
  };
}
