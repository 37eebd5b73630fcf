/** What the consistency checks are given, and how they look at it. */
import type { Diagnostic, Span } from "../../lib/diagnostics/diagnostic.ts";
import type { Path, Service } from "../project.ts";

/** What is checked: the canonical sections, with services split by profile. */
export interface Checked {
  readonly services: Readonly<Record<string, Service>>;
  readonly disabled: Readonly<Record<string, Service>>;
  readonly jobs: Readonly<Record<string, Service>>;
  readonly disabledJobs: Readonly<Record<string, Service>>;
  readonly sections: Readonly<Record<string, ReadonlySet<string>>>;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly span: (path: Path) => Span | undefined;
  /** Whether something is written there that could not be read, which has been said. */
  readonly isBroken: (path: Path) => boolean;
  readonly say: (diagnostic: Diagnostic) => void;
}

/** Reports a problem at a path of the canonical form. */
export function say(project: Checked, code: string, message: string, path: Path, hint: string): void {
  const span = project.span(path);
  project.say({ code, severity: "error", message, ...(span && { span }), hint });
}

/** The value under a name, whatever the name is. */
export function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
