/** Collects what loading has to say, each remark once. */
import type { Diagnostic, Span } from "../../lib/diagnostics/diagnostic.ts";

/** The remarks of one load, in the order in which they were found. */
export interface Report {
  readonly diagnostics: Diagnostic[];
  readonly seen: Set<string>;
  errors: number;
  warnings: number;
}

/** More than this many remarks do not help anybody; the rest is only counted. */
const MAX_REMARKS = 200;

/** A report without remarks, for one load. */
export function newReport(): Report {
  return { diagnostics: [], seen: new Set(), errors: 0, warnings: 0 };
}

/** Reports a problem that makes the input unusable. */
export function problem(report: Report, code: string, message: string, span?: Span, hint?: string): void {
  add(report, { code, severity: "error", message, ...(span && { span }), ...(hint && { hint }) });
}

/** Reports something that will differ from what was probably meant. */
export function warning(report: Report, code: string, message: string, span?: Span, hint?: string): void {
  add(report, { code, severity: "warning", message, ...(span && { span }), ...(hint && { hint }) });
}

/** Adds a remark, unless the same one was made at the same place before. */
export function add(report: Report, diagnostic: Diagnostic): void {
  const { span, severity } = diagnostic;
  const isError = severity === "error";
  if (isError ? report.errors >= MAX_REMARKS : isFullOfWarnings(report)) {
    if (isError) report.errors++;
    return;
  }
  const key = `${diagnostic.code}|${span?.file}|${span?.line}|${span?.column}|${diagnostic.message}`;
  if (report.seen.has(key)) return;
  report.seen.add(key);
  if (isError) report.errors++;
  else report.warnings++;
  report.diagnostics.push(diagnostic);
}

/** Whether further warnings are dropped, so that nobody needs to work them out. */
export function isFullOfWarnings(report: Report): boolean {
  return report.warnings >= MAX_REMARKS;
}
