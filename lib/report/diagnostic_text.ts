/** Diagnostics for people: what, where with the line and a caret, why, what to do. */
import type { Diagnostic, Severity, Sources, Span } from "../diagnostics/diagnostic.ts";
import { maskSource } from "./mask_sources.ts";
import { type Style, styleFor } from "./style.ts";
import { visibleAll, visibleInPlace } from "../diagnostics/visible.ts";
import { plural } from "../diagnostics/plural.ts";
import { sentence } from "../diagnostics/sentence.ts";

export interface DiagnosticTextOptions {
  readonly colour: boolean;
  /** The texts that spans point into; without its text a place is only named. */
  readonly sources: Sources;
  /** Paths are shown relative to this folder where they lie below it. */
  readonly directory: string;
}

/** The order in which they are told: what forbids going on comes last, next to the prompt. */
const ORDER: readonly Severity[] = ["info", "warning", "question", "error"];

/** All of them, by severity, then by place, and a last line that counts them. Empty for none. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: DiagnosticTextOptions,
): string {
  if (diagnostics.length === 0) return "";
  const sorted = ORDER.flatMap((severity) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity)
  );
  const shown = { ...options, sources: maskedOf(sorted, options.sources) };
  const blocks = sorted.map((diagnostic) => renderDiagnostic(diagnostic, shown));
  return `${blocks.join("\n")}\n${countDiagnostics(diagnostics)}\n`;
}

/** The texts that these point into, with what stands in them as a secret hidden. */
export function maskedOf(diagnostics: readonly Diagnostic[], sources: Sources): Sources {
  const files = new Set(diagnostics.flatMap(({ span }) => span === undefined ? [] : [span.file]));
  return new Map([...files].flatMap((file) => {
    const text = sources.get(file);
    return text === undefined ? [] : [[file, maskSource(file, text)] as const];
  }));
}

/** `2 errors, 1 question in 2 files`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const counts = [...ORDER].reverse().flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [plural(count, severity === "info" ? "remark" : severity)];
  });
  const files = new Set(diagnostics.flatMap(({ span }) => span === undefined ? [] : [span.file]));
  const where = files.size === 0 ? "" : ` in ${plural(files.size, "file")}`;
  return `${counts.join(", ")}${where}`;
}

/** One diagnostic as a block of lines that ends with a line break; the texts of `sources` are shown as they are. */
export function renderDiagnostic(diagnostic: Diagnostic, options: DiagnosticTextOptions): string {
  const style = styleFor(options.colour);
  const { severity, code, message, span, hint, related } = visibleAll(diagnostic);
  const word = severity === "info" ? "remark" : severity;
  const lines = [`${paint(style, severity)(`${word}[${code}]`)}${style.bold(`: ${inOne(message)}`)}`];
  if (diagnostic.span !== undefined && span !== undefined) {
    lines.push(...place(diagnostic.span, where(span, options), options, style));
  }
  for (const other of related ?? []) {
    lines.push(
      `  ${style.dim("also:")} ${inOne(other.message)} ${style.dim(`(${where(other.span, options)})`)}`,
    );
  }
  if (hint !== undefined) {
    lines.push(`  ${style.green("hint:")} ${sentence(hint).replaceAll("\n", "\n        ")}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Further lines, such as those of a log, stand behind a bar: no text looks like a hint or a message of its own. */
export function inOne(message: string): string {
  return message.replaceAll("\n", "\n  | ");
}

function paint(style: Style, severity: Severity): (text: string) => string {
  switch (severity) {
    case "error":
      return style.red;
    case "question":
      return style.blue;
    case "warning":
      return style.yellow;
    case "info":
      return style.dim;
  }
}

/** `compose.yaml:3:5`, relative to where the user is. */
export function where(span: Span, { directory }: Pick<DiagnosticTextOptions, "directory">): string {
  const prefix = directory.endsWith("/") ? directory : `${directory}/`;
  const file = span.file.startsWith(prefix) ? span.file.slice(prefix.length) : span.file;
  return `${file.replaceAll("\n", "\\n")}:${span.line}:${span.column}`;
}

/** The longest part of a line that is shown, so that one line of input stays one line of output. */
const WIDTH = 120;

function place(span: Span, shownPlace: string, options: DiagnosticTextOptions, style: Style): string[] {
  const head = `  ${style.dim("-->")} ${shownPlace}`;
  const text = options.sources.get(span.file)?.split("\n")[span.line - 1]?.replace(/\r$/, "");
  if (text === undefined) return [head];
  const masked = visibleInPlace(text.replaceAll("\t", " "));
  const start = Math.max(0, Math.min(span.column - 1, masked.length) - WIDTH + 40);
  const shown = masked.slice(start, start + WIDTH);
  const end = span.endLine === span.line || span.endLine === undefined ? span.endColumn : masked.length + 1;
  const column = Math.min(span.column - 1 - start, shown.length);
  const width = Math.max(1, Math.min((end ?? span.column + 1) - span.column, shown.length - column));
  const number = String(span.line);
  const gutter = " ".repeat(number.length);
  return [
    head,
    `  ${style.dim(`${number} |`)} ${shown}`,
    `  ${style.dim(`${gutter} |`)} ${" ".repeat(column)}${style.red("^".repeat(width))}`,
  ];
}
