/** Reads files of variables for interpolation: `.env`, `--env-file` and an include's `env_file`. */
import type { Span } from "../lib/diagnostics/diagnostic.ts";
import { type LoadContext, nameOf, readOnce, unreadableSpan, variablesSource } from "./context.ts";
import { readDotenv } from "./dotenv.ts";
import { valueOf } from "./normalize.ts";
import { problem } from "./report.ts";
import { spanOf } from "./source.ts";

/** The variables of several files, a later one over an earlier one; nothing where one cannot be read. */
export async function readVariableFiles(
  paths: readonly string[],
  environment: Readonly<Record<string, string>>,
  context: LoadContext,
  at?: Span,
): Promise<Record<string, string> | undefined> {
  const found: Record<string, string> = {};
  for (const path of paths) {
    const read = await readOnce(path, context);
    if ("reason" in read) {
      problem(
        context.report,
        "compose-env-file",
        `Cannot read the file of variables "${nameOf(path, context)}": ${read.reason}`,
        at ?? unreadableSpan(path, read, context),
        read.missing ? "create the file, or correct its path" : "name a text file in UTF-8 that can be read",
      );
      return undefined;
    }
    const lookup = (name: string): string | undefined => valueOf(environment, name) ?? valueOf(found, name);
    const parsed = readDotenv(read.text, lookup);
    if (parsed.problem !== undefined) {
      const { message, start, end, hint } = parsed.problem;
      const source = variablesSource(path, read.text, context);
      problem(context.report, "compose-env-syntax", message, spanOf(source, start, end), hint);
      return undefined;
    }
    for (const [key, { value }] of parsed.values) found[key] = value;
  }
  return found;
}

/** Adds what is not set yet. */
export function mergeVariables(
  environment: Record<string, string>,
  more: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(more)) {
    if (!Object.hasOwn(environment, key)) environment[key] = value;
  }
}
