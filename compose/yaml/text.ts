/** What can be said of a YAML text before its values are read: its characters, its version, its syntax. */
import { withoutValue } from "../../lib/diagnostics/yaml_message.ts";
import type { Document } from "yaml";
import { problem, type Report } from "../tree/report.ts";
import { type Source, spanOf } from "../tree/source.ts";

/** The text that is parsed, with every character where it was: no byte order mark, and every break a line feed. */
export function readableText(text: string): string {
  const unmarked = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
  return /[\r\x85]/.test(unmarked) ? unmarked.replaceAll(/\r(?!\n)|\x85/g, "\n") : unmarked;
}

// deno-lint-ignore no-control-regex -- these are the characters that YAML does not allow
const UNREADABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** YAML allows no control characters outside of escapes. */
export function refusesCharacter(text: string, source: Source, report: Report): boolean {
  const at = text.search(UNREADABLE);
  if (at < 0) return false;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  problem(
    report,
    "compose-yaml-syntax",
    `Cannot read the YAML: the character U+${code} is not allowed`,
    spanOf(source, at, at + 1),
    `remove it, or write "\\u${code}" in double quotes`,
  );
  return true;
}

/** go-yaml reads documents of YAML 1.1 and those that do not say. */
export function refusesVersion(document: Document.Parsed, source: Source, report: Report): boolean {
  const yaml = document.directives?.yaml;
  if (!yaml?.explicit || yaml.version === "1.1") return false;
  const start = Math.max(0, source.text.indexOf("%YAML"));
  problem(
    report,
    "compose-yaml-version",
    `docker compose does not read documents marked as YAML ${yaml.version}`,
    spanOf(source, start, start + "%YAML".length),
    "remove the line with %YAML",
  );
  return true;
}

/** Says what the YAML library found wrong. */
export function reportSyntax(document: Document.Parsed, source: Source, report: Report): void {
  for (const error of document.errors) {
    const message = withoutValue(error.message).replace(/ at line \d+, column \d+:?[^]*$/, "").replace(
      /\s+/g,
      " ",
    ).trim();
    problem(
      report,
      "compose-yaml-syntax",
      `Cannot read the YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
      spanOf(source, error.pos[0], Math.max(error.pos[1], error.pos[0] + 1)),
      syntaxHint(error.code),
    );
  }
}

/** What to do about an error of the YAML library, by its code. */
export function syntaxHint(code: string): string {
  if (code === "TAB_AS_INDENT") return "indent with spaces; YAML does not allow tabs";
  if (code === "MISSING_CHAR") return "close the quote or bracket, or quote the whole value";
  if (code === "BAD_INDENT") return "align the line with the others of its block";
  return "quote the value if it contains a special character such as : # { [ & * ! | > % @ `";
}
